"""messages.yaml and the survey of a queue: what they become, and each mistake at its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from router.core.boxes import Box
from router.flowfile import check_site, load_site
from router.flowfile.chinese import in_chinese
from router.flowfile.message_codes import MESSAGE_CODES

WriteSite = Callable[..., Path]
DAY_MS = 86_400_000
MESSAGES = """\
keep_for: 60d
keep_types: [complaint]
away: night
boxes:
  night:
    title: Night box
    groups: [inbound]
    answer_within: 2h
    alert_before: 30m
    claim_for: 15m
    keep_for: 30d
  inbound: {answer_within: 40m}
talks: {keep_for: 180d}
"""
QUEUES = """\
queues:
  enquiry:
    groups: [inbound]
    survey: {flow: after, share: 20%}
"""
MAIN = """\
person: to_enquiry
nodes:
  tag: {type: tag, tag: complaint, next: message}
  message: {type: message, box: night, next: voicemail}
  voicemail: {type: voicemail, group: inbound, next: bye}
  to_enquiry: {type: enqueue, queue: enquiry}
  bye: {type: hangup}
"""
AFTER = """\
nodes:
  ask: {type: survey, prompt: main_menu, next: bye}
  bye: {type: hangup}
"""
ALL = {"messages.yaml": MESSAGES, "queues.yaml": QUEUES, "flows/main.yaml": MAIN, "flows/after.yaml": AFTER}


def _found(folder: Path) -> list[str]:
    return [f"{f.file.removeprefix(f'{folder}/')}:{f.line}:{f.column} {f.code}" for f in check_site(folder)]


def test_it_is_without_mistakes_and_what_it_becomes(write_site: WriteSite) -> None:
    folder = write_site(ALL)
    assert [str(finding) for finding in check_site(folder)] == []
    site = load_site(folder)
    assert (site.messages.talk_keep_ms, site.messages.talk_keep_types) == (180 * DAY_MS, ("complaint",))
    assert site.messages.boxes == {
        "night": Box(
            name="night",
            title="Night box",
            groups=("inbound",),
            answer_within_ms=7_200_000,
            alert_before_ms=1_800_000,
            claim_for_ms=900_000,
            keep_ms=30 * DAY_MS,
        ),
        "inbound": Box(
            name="inbound",
            groups=("inbound",),
            answer_within_ms=2_400_000,
            alert_before_ms=600_000,
            keep_ms=60 * DAY_MS,
        ),
    }
    assert (site.messages.keep_types, site.messages.away) == (("complaint",), "night")
    assert site.messages.box("other") == Box(name="other", keep_ms=60 * DAY_MS)
    queue = site.floor.queues["enquiry"]  # type: ignore[index]
    assert (queue.survey_flow, queue.survey_share, queue.survey_emergencies) == ("after", 20.0, False)


def test_without_the_file_every_group_has_its_box_and_90_days(write_site: WriteSite) -> None:
    site = load_site(write_site())
    assert site.messages.boxes == {"inbound": Box(name="inbound", groups=("inbound",), keep_ms=90 * DAY_MS)}
    assert site.messages.away == "away"


LOST = "flows/after.yaml:2:3 E401"
"""The flow that is no survey any more lacks a way to a person."""
CASES: list[tuple[str, str, str, str, list[str]]] = [
    ("alert too early", "messages.yaml", "alert_before: 30m", "alert_before: 3h", ["messages.yaml:9:19 E440"]),
    ("alert of nothing", "messages.yaml", "answer_within: 2h", "answer_within: 0", ["messages.yaml:9:19 E440"]),
    ("not kept", "messages.yaml", "    keep_for: 30d", "    keep_for: 1h", ["messages.yaml:11:15 E441"]),
    ("misspelt box", "flows/main.yaml", "box: night", "box: nihgt", ["flows/main.yaml:4:33 W440"]),
    ("unused box", "messages.yaml", "  inbound: {", "  inbond: {", ["messages.yaml:12:3 W441"]),
    ("no such type", "messages.yaml", "[complaint]", "[complaints]", ["messages.yaml:2:13 W442"]),
    ("unknown group", "messages.yaml", "groups: [inbound]", "groups: [inbund]", ["messages.yaml:7:14 E304"]),
    ("unknown key", "messages.yaml", "claim_for", "claim_fro", ["messages.yaml:10:5 E203"]),
    ("no unit", "messages.yaml", "keep_for: 60d", "keep_for: 60", ["messages.yaml:1:11 E206"]),
    (
        "unknown flow",
        "queues.yaml",
        "flow: after",
        "flow: afetr",
        ["flows/after.yaml:2:3 E401", "queues.yaml:4:20 E302"],
    ),
    ("no share", "queues.yaml", "20%", "0.2", ["queues.yaml:4:34 E205"]),
    ("too much", "queues.yaml", "20%", "120%", ["queues.yaml:4:34 E205"]),
    ("asks nobody", "queues.yaml", "20%", "0%", ["queues.yaml:4:34 W444"]),
    (
        "asks nothing",
        "queues.yaml",
        "flow: after",
        "flow: main",
        [LOST, "queues.yaml:4:20 E442", "queues.yaml:4:20 W443"],
    ),
    ("leads on", "flows/after.yaml", "{type: hangup}", "{type: enqueue, queue: enquiry}", ["queues.yaml:4:20 E442"]),
    ("free to nowhere", "flows/main.yaml", "box: night,", "box: night, free: nobody,", ["flows/main.yaml:4:46 E301"]),
]


@pytest.mark.parametrize(("what", "file", "old", "new", "expected"), CASES, ids=[case[0] for case in CASES])
def test_each_mistake_is_found_at_its_place(
    what: str, file: str, old: str, new: str, expected: list[str], write_site: WriteSite
) -> None:
    assert ALL[file].count(old) == 1, "the case no longer fits"
    found = _found(write_site({**ALL, file: ALL[file].replace(old, new)}))
    assert [each for each in found if " E311" not in each] == expected


def test_they_are_said_in_chinese_too(write_site: WriteSite) -> None:
    (finding,) = check_site(write_site({**ALL, "queues.yaml": QUEUES.replace("20%", "0%")}))
    assert in_chinese(finding).message == "比例 0% 谁也不会问到"


def test_every_such_code_has_a_case() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in MESSAGE_CODES if code not in source] == []
