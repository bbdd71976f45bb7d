"""Callbacks, offers, complaints and rounds in YAML: what is compiled, and every mistake with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from router.acd.callback_rules import CallbackRules, NumberRules, OfferRules
from router.flowfile import check_site, load_site
from router.flowfile.callback_codes import CALLBACK_CODES, CALLBACK_ZH

SITE, TRUNKS, QUEUES, MAIN = "site.yaml", "trunks.yaml", "queues.yaml", "flows/main.yaml"

GOOD: dict[str, str] = {
    SITE: """\
name: tiny
country: CN
time_zone: Asia/Shanghai
language: en
callbacks: {allow: ["+86"], block: ["+8616"]}
complaints:
  kinds:
    simple: {answer: 1h, answer_of: {vip: 30m}}
    network: {answer: 4h, resolve_days: 2}
  tags: {fault: network}
rounds:
  repairs: {queue: enquiry, at: ["16:00", "11:00"], tags: [fault], percent: 50}
dids:
  "4001860": {flow: main}
""",
    TRUNKS: """\
trunks:
  local: {peers: 127.0.0.0/8}
  carrier: {host: sip.example, register: yes, username: us}
outside: {trunk: carrier, allow: ["+86", "0"]}
""",
    QUEUES: """\
queues:
  enquiry:
    groups: [inbound]
    max_wait: 10m
    offer: {when_busy: yes, estimate_over: 3m, after: 30s, every: 90s}
    callbacks: {first: customer, tries: 4, spacing: 5m, expire: 8h, per_hour: 60, slots: {every: 15m, count: 2}}
""",
    MAIN: """\
person: to_enquiry
nodes:
  type: {type: tag, tag: fault, next: to_enquiry}
  to_enquiry: {type: enqueue, queue: enquiry, recording: box, timeout: bye}
  box: {type: voicemail, group: inbound, next: bye}
  bye: {type: hangup}
""",
    "flows/direct.yaml": None,  # type: ignore[dict-item]
}

CASES: list[tuple[str, str, str, str, list[str]]] = [
    (
        "nobody can be rung",
        TRUNKS,
        'outside: {trunk: carrier, allow: ["+86", "0"]}\n',
        "",
        [
            f"{QUEUES}:6:16 E511",
            f"{SITE}:12:12 E519",
        ],
    ),
    ("an offer never made", QUEUES, "when_busy: yes, estimate_over: 3m, after: 30s, ", "", [f"{QUEUES}:5:12 E512"]),
    (
        "an offer too late",
        QUEUES,
        "when_busy: yes, estimate_over: 3m, after: 30s",
        "after: 10m",
        [f"{QUEUES}:5:20 E513"],
    ),
    ("one try only", QUEUES, "expire: 8h", "expire: 5m", [f"{QUEUES}:6:16 E514"]),
    ("allowed and blocked", SITE, '["+8616"]', '["+86"]', [f"{SITE}:5:20 E515"]),
    (
        "nobody waits",
        QUEUES,
        "max_wait: 10m",
        "capacity: 0",
        [
            f"{QUEUES}:5:12 E516",
            f"{MAIN}:4:3 W459",
            f"{MAIN}:4:72 W460",
        ],
    ),
    ("a kind there is not", SITE, "fault: network", "fault: netwrok", [f"{SITE}:10:17 E517"]),
    ("two ways to say when", SITE, "resolve_days: 2", "resolve_days: 2, resolve: 2h", [f"{SITE}:9:53 E518"]),
    ("a recording nowhere", MAIN, "recording: box, ", "", [f"{MAIN}:4:3 W511", f"{MAIN}:5:3 E311"]),
    (
        "no offer",
        QUEUES,
        "    offer: {when_busy: yes, estimate_over: 3m, after: 30s, every: 90s}\n",
        "",
        [f"{MAIN}:4:58 W512"],
    ),
    ("a type nobody gives", MAIN, "tag: fault", "tag: fualt", [f"{SITE}:10:17 W514", f"{SITE}:12:59 W514"]),
    ("a prefix without +", SITE, '["+86"]', '["86"]', [f"{SITE}:5:21 E205"]),
    ("whose phone first", QUEUES, "first: customer", "first: caller", [f"{QUEUES}:6:24 E205"]),
    ("a span without unit", QUEUES, "spacing: 5m", "spacing: 5", [f"{QUEUES}:6:53 E206"]),
    ("no such queue", SITE, "queue: enquiry", "queue: enquriy", [f"{SITE}:12:20 E303"]),
    ("no such class", SITE, "{vip: 30m}", "{vpi: 30m}", [f"{SITE}:8:38 E306"]),
    ("no time of day", SITE, '"16:00"', '"26:00"', [f"{SITE}:12:34 E202"]),
]


def spoilt(file: str, old: str, new: str) -> dict[str, str]:
    assert old in GOOD[file], f"{old!r} is not in {file}"
    return {**GOOD, file: GOOD[file].replace(old, new, 1)}


def found(folder: Path) -> list[str]:
    return [f"{one.file.removeprefix('tiny/')}:{one.line}:{one.column} {one.code}" for one in check_site(folder)]


def test_what_is_written_is_compiled(write_site: Callable[..., Path]) -> None:
    folder = write_site(GOOD)
    assert found(folder) == []
    site = load_site(folder)
    queue = site.floor.queues["enquiry"]  # type: ignore[index]
    assert site.callback_numbers == NumberRules(allow=("+86",), block=("+8616",))
    assert queue.offer == OfferRules(when_busy=True, estimate_over_ms=180_000, after_ms=30_000, every_ms=90_000)
    assert queue.callbacks == CallbackRules(
        agent_first=False, tries=4, spacing_ms=300_000, expire_ms=28_800_000, per_hour=60, slot_ms=900_000, slot_count=2
    )
    kinds = site.complaints.kinds
    assert (kinds["simple"].answer_ms, kinds["simple"].answer_of, kinds["simple"].resolve_ms) == (
        3_600_000,
        {"vip": 1_800_000},
        7_200_000,
    )
    assert (kinds["network"].resolve_days, kinds["other_organisation"].resolve_days) == (2, 7)
    assert site.rounds["repairs"].at == (660, 960)


@pytest.mark.parametrize(("what", "file", "old", "new", "diagnostics"), CASES, ids=[case[0] for case in CASES])
def test_every_mistake(
    write_site: Callable[..., Path], what: str, file: str, old: str, new: str, diagnostics: list[str]
) -> None:
    assert sorted(found(write_site(spoilt(file, old, new)))) == sorted(diagnostics)


def test_a_callback_node_where_nobody_can_be_rung(write_site: Callable[..., Path]) -> None:
    plain = {
        **GOOD,
        TRUNKS: "trunks:\n  local: {peers: 127.0.0.0/8}\n",
        SITE: GOOD[SITE].split("complaints:")[0] + GOOD[SITE][GOOD[SITE].index("dids:") :],
    }
    plain[QUEUES] = "queues:\n  enquiry: {groups: [inbound]}\n"
    plain[MAIN] = (
        "person: back\nnodes:\n  back: {type: callback, queue: enquiry, next: bye, no_key: bye}\n"
        "  bye: {type: hangup}\n"
    )
    assert "W513" in " ".join(found(write_site(plain)))


def test_every_code_has_a_case_and_a_chinese_text() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in CALLBACK_CODES if code not in source] == []
    assert set(CALLBACK_CODES) == set(CALLBACK_ZH)
