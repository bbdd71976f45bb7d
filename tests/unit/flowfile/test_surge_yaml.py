"""``surge.yaml`` and ``overflow``: every key compiled, and every mistake with its place and nothing else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from router.acd.spec import Overflow
from router.acd.surge import Spare, SurgePlan, SurgeStep
from router.core.ids import QueueName
from router.flowfile import check_site, hours, load_site
from router.flowfile.surge_codes import SURGE_CODES, SURGE_ZH

WriteSite = Callable[..., Path]
QUEUES, SURGE = "queues.yaml", "surge.yaml"
FILES: dict[str, str] = {
    "trunks.yaml": """\
trunks: {local: {peers: 127.0.0.0/8}}
outside: {trunk: local, allow: ["95"], show_number: "4001860"}
""",
    QUEUES: """\
queues:
  enquiry:
    groups: [inbound]
    max_wait: 10m
    overflow:
      - {after: 60s, groups: [experts]}
      - {after: 90s, queue: reserve, keep_place: no}
      - {waiting_over: 20, flow: sorry}
      - {nobody: yes, outside: "95001", ring: 20s}
      - {estimate_over: 5m, queue: reserve}
      - {closing: yes, prompt: main_menu, then: sorry}
  reserve:
    groups: [experts]
""",
    "agents.yaml": """\
groups: {inbound: {}, experts: {}, outbound: {}, quality: {}, back: {}, leads: {}}
agents:
  1001-1003: {groups: [inbound]}
  2001-2002: {groups: [experts]}
  3001-3004: {groups: [outbound], skills: {english: 2}}
  4001-4004: {groups: [quality]}
  5001-5004: {groups: [back]}
  9001: {groups: [leads]}
""",
    "hours.yaml": """\
hours:
  night: {week: {daily: "22:00-07:00"}}
  bill_day: {week: {monday: closed}, dates: {"2026-12-01": "08:00-20:00"}}
""",
    "flows/main.yaml": """\
person: to_enquiry
nodes:
  to_enquiry: {type: enqueue, queue: enquiry, timeout: bye}
  bye: {type: hangup}
""",
    "flows/sorry.yaml": "nodes: {bye: {type: hangup}}\n",
    SURGE: """\
plans:
  floor:
    queues: [enquiry]
    group: inbound
    low: 5
    high: 10
    for: 5m
    dip: 10s
    fast_step: 1m
    mode: automatic
    seats_max: 12
    target: {answered: 85, within: 30s}
    steps:
      - {group: experts}
      - {group: outbound, seats: 2-3}
      - {group: quality, seats: 3, keep_groups: no}
      - {group: back, seats: 2 - 3, when: high}
    night: {hours: night, leads: leads}
    spare:
      - {hours: bill_day, seats: 5-7}
""",
}

TWO = """\
  other:
    queues: [reserve]
    group: experts
    steps: [{group: back}]
"""

# (what, file, old, new, what is found as "file:line:column code")
CASES: list[tuple[str, str, str, str, list[str]]] = [
    ("two conditions", QUEUES, "after: 60s,", "after: 60s, nobody: yes,", [f"{QUEUES}:6:9 E480"]),
    ("no condition", QUEUES, "nobody: yes", "nobody: no", [f"{QUEUES}:9:9 E480"]),
    ("two targets", QUEUES, "flow: sorry}\n", "flow: sorry, queue: reserve}\n", [f"{QUEUES}:8:9 E481"]),
    ("no target", QUEUES, "60s, groups: [experts]", "60s", [f"{QUEUES}:6:9 E481"]),
    ("to itself", QUEUES, "queue: reserve", "queue: enquiry", [f"{QUEUES}:7:29 E482"]),
    (
        "in a circle",
        QUEUES,
        "groups: [experts]\n",
        "groups: [experts]\n    overflow: [{after: 60s, queue: enquiry}]\n",
        [f"{QUEUES}:7:29 E482"],
    ),
    ("place without queue", QUEUES, "groups: [experts]}", "groups: [experts], keep_place: yes}", [
        f"{QUEUES}:6:53 E483",
    ]),
    ("ring without number", QUEUES, "20, flow: sorry", "20, flow: sorry, ring: 5s", [f"{QUEUES}:8:47 E483"]),
    ("then without prompt", QUEUES, "20, flow: sorry", "20, flow: sorry, then: sorry", [f"{QUEUES}:8:47 E483"]),
    ("a number that may not be rung", QUEUES, '"95001"', '"0044123"', [f"{QUEUES}:9:32 E484"]),
    ("the hotline's own number", QUEUES, '"95001"', '"4001860"', [f"{QUEUES}:9:32 E484"]),
    ("letters for a number", QUEUES, '"95001"', '"desk"', [f"{QUEUES}:9:32 E205"]),
    ("forty digits", QUEUES, '"95001"', '"9500195001950019500195001950019500195001"', [f"{QUEUES}:9:32 E205"]),
    ("after the longest wait", QUEUES, "after: 90s", "after: 10m", [f"{QUEUES}:7:17 E485"]),
    ("the groups it has", QUEUES, "60s, groups: [experts]", "60s, groups: [inbound]", [f"{QUEUES}:6:30 W480"]),
    ("less able", QUEUES, "    max_wait", "    skills: {english: 1}\n    max_wait", [
        f"{QUEUES}:8:29 W488", f"{QUEUES}:11:36 W488", f"{QUEUES}:2:3 E405", f"{SURGE}:14:17 W490",
        f"{SURGE}:16:17 W490", f"{SURGE}:17:17 W490",
    ]),
    ("an unknown queue", QUEUES, "queue: reserve", "queue: reserv", [f"{QUEUES}:7:29 E303"]),
    ("an unknown flow", QUEUES, "20, flow: sorry", "20, flow: sory", [f"{QUEUES}:8:34 E302"]),
    ("an unknown prompt", QUEUES, "main_menu", "mian_menu", [f"{QUEUES}:11:32 E305"]),
    ("a group of nobody's", QUEUES, "60s, groups: [experts]", "60s, groups: [expert]", [f"{QUEUES}:6:31 E304"]),
    ("a wait without unit", QUEUES, "after: 60s", "after: 60", [f"{QUEUES}:6:17 E206"]),
    ("a misspelt key", QUEUES, "waiting_over", "wating_over", [f"{QUEUES}:8:10 E203"]),
    ("bounds out of order", SURGE, "high: 10", "high: 5", [f"{SURGE}:6:11 E490"]),
    ("the group that is joined", SURGE, "{group: experts}", "{group: inbound}", [f"{SURGE}:14:17 E491"]),
    ("a group twice", SURGE, "{group: experts}", "{group: outbound}", [f"{SURGE}:15:17 E491"]),
    ("seats out of order", SURGE, "2-3}", "3-2}", [f"{SURGE}:15:34 E492"]),
    ("no seats", SURGE, "seats: 3,", "seats: 0,", [f"{SURGE}:16:33 E492"]),
    ("all the spare seats", SURGE, "5-7", "all", [f"{SURGE}:20:34 E492"]),
    ("seats in words", SURGE, "2-3}", "some}", [f"{SURGE}:15:34 E205"]),
    ("a long dip", SURGE, "dip: 10s", "dip: 5m", [f"{SURGE}:8:10 E493"]),
    ("a slow fast step", SURGE, "fast_step: 1m", "fast_step: 6m", [f"{SURGE}:9:16 E493"]),
    ("a fast step that is off", SURGE, "fast_step: 1m", "fast_step: off", []),
    ("a group that does not serve", SURGE, "group: inbound", "group: leads", [f"{SURGE}:4:12 E494"]),
    ("fewer seats than agents", SURGE, "seats_max: 12", "seats_max: 2", [f"{SURGE}:11:16 E496"]),
    ("seats in shifts", SURGE, "seats_max: 12", "seats_max: 2\n    shifts: yes", []),
    ("a group two plans move", SURGE, "    spare:\n      - {hours: bill_day, seats: 5-7}\n", TWO, [
        f"{SURGE}:22:21 E497",
    ]),
    ("a queue in two plans", SURGE, "    spare:\n      - {hours: bill_day, seats: 5-7}\n", TWO.replace(
        "[reserve]", "[enquiry]").replace("group: experts", "group: inbound").replace("back", "leads"),
        [f"{SURGE}:20:13 E495"]),
    ("more seats than agents", SURGE, "seats: 3,", "seats: 9,", [f"{SURGE}:16:33 W491"]),
    ("an unknown group", SURGE, "{group: experts}", "{group: expert}", [f"{SURGE}:14:17 E304"]),
    ("an unknown queue of a plan", SURGE, "[enquiry]", "[enquiries]", [f"{SURGE}:3:14 E303"]),
    ("unknown hours", SURGE, "hours: night", "hours: nights", [f"{SURGE}:18:20 E333"]),
    ("no steps", SURGE, SURGE and FILES[SURGE][FILES[SURGE].index("    steps:") : FILES[SURGE].index("    night")],
     "    steps: []\n", [f"{SURGE}:13:12 E202"]),
    ("an unknown mode", SURGE, "mode: automatic", "mode: auto", [f"{SURGE}:10:11 E205"]),
]  # fmt: skip


def found(folder: Path) -> list[str]:
    findings = check_site(folder)
    return [f"{f.file.removeprefix(f'{folder}/')}:{f.line}:{f.column} {f.code}" for f in findings]


@pytest.fixture(autouse=True)
def this_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day that no date of these files lies behind."""
    monkeypatch.setattr(hours, "today", lambda: date(2026, 11, 21))


def test_the_good_plan_has_no_mistakes(write_site: WriteSite) -> None:
    assert [str(finding) for finding in check_site(write_site(dict(FILES)))] == []


@pytest.mark.parametrize(("what", "file", "old", "new", "expected"), CASES, ids=[case[0] for case in CASES])
def test_one_mistake_gives_exactly_its_diagnostics(
    what: str, file: str, old: str, new: str, expected: list[str], write_site: WriteSite
) -> None:
    assert old in FILES[file]
    assert sorted(found(write_site({**FILES, file: FILES[file].replace(old, new, 1)}))) == sorted(expected)


def test_every_code_has_a_case_and_chinese() -> None:
    told = " ".join(place for case in CASES for place in case[4])
    assert [code for code in SURGE_CODES if code not in told] == []
    assert SURGE_CODES.keys() == SURGE_ZH.keys()


def test_every_key_of_a_plan_is_compiled(write_site: WriteSite) -> None:
    site = load_site(write_site(dict(FILES)))
    assert site.surges == {
        "floor": SurgePlan(
            name="floor",
            queues=(QueueName("enquiry"),),
            group="inbound",
            steps=(
                SurgeStep(group="experts", least=1, most=None),
                SurgeStep(group="outbound", least=2, most=3),
                SurgeStep(group="quality", least=3, most=3, keep_groups=False),
                SurgeStep(group="back", least=2, most=3, above_high=True),
            ),
            low=5,
            high=10,
            for_ms=300_000,
            dip_ms=10_000,
            fast_step_ms=60_000,
            mode="automatic",
            seats_max=12,
            answer_share=0.85,
            answer_within_ms=30_000,
            night="night",
            leads="leads",
            spare=(Spare(hours="bill_day", least=5, most=7),),
        )
    }


def test_what_a_plan_leaves_out_is_as_in_the_handbook(write_site: WriteSite) -> None:
    short = "plans: {floor: {queues: enquiry, group: inbound, steps: [{group: experts}]}}\n"
    plan = load_site(write_site({**FILES, SURGE: short})).surges["floor"]
    assert (plan.low, plan.high, plan.for_ms, plan.dip_ms, plan.fast_step_ms) == (5, 10, 300_000, 10_000, 60_000)
    assert (plan.mode, plan.seats_max) == ("propose", None)


def test_every_rule_of_overflow_is_compiled(write_site: WriteSite) -> None:
    site = load_site(write_site(dict(FILES)))
    assert site.floor.queues[QueueName("enquiry")].overflow == (
        Overflow(why="after", to_kind="groups", after_ms=60_000, groups=("experts",)),
        Overflow(why="after", to_kind="queue", after_ms=90_000, queue=QueueName("reserve"), keep_place=False),
        Overflow(why="waiting_over", to_kind="flow", waiting_over=20, flow="sorry"),
        Overflow(why="nobody", to_kind="outside", number="95001", ring_ms=20_000),
        Overflow(why="estimate", to_kind="queue", estimate_over_ms=300_000, queue=QueueName("reserve")),
        Overflow(why="closing", to_kind="prompt", prompt="main_menu", then="sorry"),
    )
