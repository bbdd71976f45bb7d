"""Every bad configuration of the floor: one change to a good floor, and exactly the diagnostics it gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from router.errors import SiteError
from router.flowfile import check_site, load_site
from router.flowfile.floor_codes import FLOOR_CODES

SITE, QUEUES, AGENTS, MAIN, CUSTOMERS = "site.yaml", "queues.yaml", "agents.yaml", "flows/main.yaml", "customers.yaml"

FLOOR: dict[str, str] = {
    SITE: """\
name: tiny
country: CN
time_zone: Asia/Shanghai
language: en
classes:
  vip: {head_start: 60s, seniors: {groups: [senior], for: 30s}}
dids:
  "4001860": {flow: main}
""",
    QUEUES: """\
queues:
  gas:
    groups: [inbound, senior]
    skills: {gas: 3}
    steps:
      - {after: 30s, skills: {gas: 2}}
      - {after: 60s, waiting_over: 5, skills: none, groups: [inbound, senior, experts]}
    capacity: 20
    max_wait: 5m
    join_empty: no
    reserve: {count: 2, for: [vip]}
    sticky: 20s
    ring: 2
    weight: 10s
    wrap_up: 60s
  desk:
    groups: [inbound]
""",
    AGENTS: """\
groups: {inbound: {}, senior: {}, experts: {}}
agents:
  1001-1004:
    groups: [inbound]
    skills: {gas: 2, english: 1}
    favours: {gas: 60s}
  1005-1006:
    groups: [senior]
    skills: {gas: 4}
  1007:
    groups: [experts]
    skills: {pipes: 5}
""",
    MAIN: """\
person: to_desk
nodes:
  menu:
    type: menu
    prompt: main_menu
    keys: {"1": to_gas, "2": to_desk}
  to_gas: {type: enqueue, queue: gas, class: vip, full: bye, timeout: bye, nobody: bye}
  to_desk: {type: enqueue, queue: desk, skills: {english: 1}}
  bye: {type: hangup}
""",
    CUSTOMERS: """\
customers:
  "13800138000": {class: vip, name: 王先生}
lists: vip.csv
""",
    "vip.csv": "number,class,name\n010-8888 8888,repeat,Li\n",
    "flows/direct.yaml": "nodes: {to_desk: {type: enqueue, queue: desk}}\n",
}

NESTED = "{any_of: [{gas: 3}, {all_of: [{gas: 2}, {any_of: [{pipes: 3}, {english: 1}]}]}]}"

# (what, file, old text, new text, what is found as "file:line:column code")
CASES: list[tuple[str, str, str, str, list[str]]] = [
    ("level out of range", QUEUES, "gas: 3", "gas: 6", [f"{QUEUES}:4:19 E466"]),
    ("level of an agent out of range", AGENTS, "gas: 4", "gas: 0", [f"{AGENTS}:9:19 E205"]),
    ("level nobody reaches", QUEUES, "skills: {gas: 3}", "skills: {gas: 5}", [f"{QUEUES}:4:19 E451"]),
    ("level nobody reaches for a node", MAIN, "english: 1", "english: 2", [f"{MAIN}:8:59 E451"]),
    ("unknown skill", QUEUES, "skills: {gas: 3}", "skills: {gaz: 3}", [f"{QUEUES}:4:14 E307"]),
    ("unknown skill in an alternative", QUEUES, "{gas: 3}", "{any_of: [{gas: 3}, {pipe: 2}]}", [f"{QUEUES}:4:34 E307"]),
    ("skills as a list", QUEUES, "{gas: 3}", "[gas]", [f"{QUEUES}:4:13 E202"]),
    ("misspelt any_of", QUEUES, "{gas: 3}", "{anyof: [{gas: 3}]}", [f"{QUEUES}:4:21 E466"]),
    ("any_of without a list", QUEUES, "{gas: 3}", "{any_of: {gas: 3}}", [f"{QUEUES}:4:22 E202"]),
    ("group nobody is in", AGENTS, "groups: [experts]", "groups: [senior]", [f"{QUEUES}:7:79 E452"]),
    ("group nobody is in and nobody names", AGENTS, "experts: {}}", "experts: {}, old: {}}", [f"{AGENTS}:1:48 W461"]),
    ("two classes of one name", SITE, "classes:\n", "classes:\n  VIP: {}\n", [f"{SITE}:6:3 E453"]),
    ("the same class twice", SITE, "classes:\n", "classes:\n  vip: {}\n", [f"{SITE}:7:3 E103"]),
    ("negative head start", SITE, "head_start: 60s", "head_start: -60s", [f"{SITE}:6:21 E205"]),
    ("negative weight", QUEUES, "weight: 10s", "weight: -10s", [f"{QUEUES}:14:13 E205"]),
    ("strategy typo", QUEUES, "ring: 2", "strategy: longest_idel", [f"{QUEUES}:13:15 E205"]),
    ("step without a beginning", QUEUES, "after: 30s, ", "", [f"{QUEUES}:6:9 E454"]),
    ("steps out of order", QUEUES, "after: 30s", "after: 90s", [f"{QUEUES}:7:17 E455"]),
    ("step after the longest wait", QUEUES, "60s, waiting_over: 5,", "6m,", [f"{QUEUES}:7:17 E456"]),
    ("step that asks for more", QUEUES, "30s, skills: {gas: 2}", "30s, skills: {gas: 4}", [f"{QUEUES}:6:9 E457"]),
    ("step with fewer groups", QUEUES, "[inbound, senior, experts]", "[senior, experts]", [f"{QUEUES}:7:9 E457"]),
    ("step that changes nothing", QUEUES, "30s, skills: {gas: 2}", "30s", [f"{QUEUES}:6:9 W451"]),
    ("step never so many", QUEUES, "after: 60s, waiting_over: 5", "waiting_over: 27", [f"{QUEUES}:7:24 E458"]),
    ("step for moments", QUEUES, "waiting_over: 5", "waiting_over: 20", [f"{QUEUES}:7:36 W453"]),
    ("step always", QUEUES, "waiting_over: 5", "signed_in_under: 7", [f"{QUEUES}:7:39 W452"]),
    ("step without groups", QUEUES, "groups: [inbound, senior, experts]", "groups: []", [f"{QUEUES}:7:9 W451"]),
    ("reserve of all", QUEUES, "count: 2", "count: 6", [f"{QUEUES}:11:22 E459"]),
    ("reserve for nobody", QUEUES, "[vip]", "[vpi]", [f"{QUEUES}:11:31 E306"]),
    ("reserve without classes", QUEUES, "{count: 2, for: [vip]}", "{count: 2}", [f"{QUEUES}:11:14 E201"]),
    ("sticky longer than the wait", QUEUES, "sticky: 20s", "sticky: 5m", [f"{QUEUES}:12:13 E460"]),
    ("a node nobody can serve", MAIN, "{english: 1}", "{pipes: 5}", [f"{MAIN}:8:49 E461"]),
    ("nobody waits", QUEUES, "capacity: 20", "capacity: 0", [
        f"{QUEUES}:6:7 E462", f"{QUEUES}:7:36 W453", f"{QUEUES}:9:15 E462", f"{QUEUES}:12:13 E462",
    ]),
    ("a call back nobody waits for", QUEUES, "    groups: [inbound]\n", "    groups: [inbound]\n    capacity: 0\n", [
        f"{MAIN}:9:34 E462", f"{MAIN}:8:3 W459", "flows/direct.yaml:1:9 W459", f"{MAIN}:9:3 E311", f"{MAIN}:9:3 W513",
    ]),
    ("a list's column", "vip.csv", "class", "clas", ["vip.csv:1:1 E463"]),
    ("a list that is not there", CUSTOMERS, "vip.csv", "vips.csv", [f"{CUSTOMERS}:3:8 E464"]),
    ("no number", CUSTOMERS, '"13800138000"', "Wang", [f"{CUSTOMERS}:2:3 E465"]),
    ("no number in a list", "vip.csv", "010-8888 8888", "", ["vip.csv:2:1 E465"]),
    ("a class of a list", "vip.csv", "repeat", "repaet", ["vip.csv:2:1 E306"]),
    ("a class of a customer", CUSTOMERS, "class: vip", "class: [vip, gold]", [f"{CUSTOMERS}:2:32 E306"]),
    ("a customer twice", CUSTOMERS, "lists:", '  "+8613800138000": {class: vip}\nlists:', [f"{CUSTOMERS}:3:3 E312"]),
    ("twice on a list", "vip.csv", "Li\n", "Li\n01088888888,repeat,Li\n", ["vip.csv:3:1 W464"]),
    ("a class of a number", SITE, "{flow: main}", "{flow: main, class: gold}", [f"{SITE}:8:34 E306"]),
    ("always first", QUEUES, "weight: 10s", "weight: 40m", [f"{QUEUES}:14:13 W454"]),
    ("wrap-up without end", QUEUES, "wrap_up: 60s", "wrap_up: 30m", [f"{QUEUES}:15:14 W455"]),
    ("seniors of another queue", SITE, "groups: [senior]", "groups: [other]", [f"{SITE}:6:44 W456"]),
    ("seniors of no group", SITE, "groups: [senior]", "groups: [seniors]", [f"{SITE}:6:45 E304"]),
    ("seniors for too long", SITE, "for: 30s", "for: 10m", [f"{SITE}:6:59 W457"]),
    ("a favour without the skill", AGENTS, "favours: {gas: 60s}", "favours: {pipes: 60s}", [f"{AGENTS}:6:15 W458"]),
    ("nowhere to go when full", MAIN, "full: bye, ", "", [f"{MAIN}:7:3 W459"]),
    ("never full", MAIN, "queue: desk, ", "queue: desk, full: bye, ", [f"{MAIN}:8:47 W460"]),
    ("more phones than agents", QUEUES, "ring: 2", "ring: 7", [f"{QUEUES}:13:11 W462"]),
    ("a head start of hours", SITE, "head_start: 60s", "head_start: 2h", [f"{SITE}:6:21 W463"]),
    ("at first nobody", QUEUES, "skills: {gas: 3}", "skills: {gas: 3, pipes: 5}", [f"{QUEUES}:2:3 W465"]),
    ("without agents", QUEUES, "groups: [inbound]\n", "groups: [empty]\n", [f"{QUEUES}:16:3 E405"]),
    ("without skilled agents", QUEUES, "groups: [inbound]\n", "groups: [experts]\n    skills: {gas: 1}\n", [
        f"{QUEUES}:16:3 E405",
    ]),
    ("limit of no pause", SITE, "classes:\n", "pause_limits: {brake: 10m}\nclasses:\n", [f"{SITE}:5:16 E468"]),
    ("wrap-up until done", QUEUES, "wrap_up: 60s", "wrap_up_until_done: yes", [f"{QUEUES}:15:25 W466"]),
    ("a class nobody hears", SITE, "classes:\n", "classes:\n  gold: {head_start: 1s}\n", [f"{QUEUES}:15:14 W467"]),
    ("an unknown whisper", QUEUES, "wrap_up: 60s", "whisper: [class, weight]", [f"{QUEUES}:15:22 E305"]),
    ("unknown hours", QUEUES, "wrap_up: 60s", "hours: offcie", [f"{QUEUES}:15:12 E333", f"{MAIN}:7:3 W459"]),
    ("an unknown duty table", QUEUES, "wrap_up: 60s", "duty: {table: night, flow: acept}", [
        f"{QUEUES}:15:19 E323", f"{QUEUES}:15:32 E302",
    ]),
    ("over three rings", QUEUES, "ring: 2", "answer_within: 4 rings", [f"{QUEUES}:13:20 E404"]),
    ("emergencies are not given back", MAIN, "class: vip, full: bye, timeout: bye, nobody: bye", "class: emergency", [
        f"{MAIN}:9:3 E311",
    ]),
    ("steps with alternatives", QUEUES, "30s, skills: {gas: 2}", "30s, skills: {any_of: [{gas: 2}, {pipes: 3}]}", []),
    ("comfort nobody hears", QUEUES, "wrap_up: 60s", "announcements: {say: [position], comfort: [welcome]}", [
        f"{QUEUES}:15:47 W481",
    ]),
    ("no words of comfort", QUEUES, "wrap_up: 60s", "announcements: {say: [comfort]}", [f"{QUEUES}:15:26 W481"]),
    ("a forecast not told", QUEUES, "wrap_up: 60s", "estimate: {announce: no}\n    announcements: {say: estimate}", [
        f"{QUEUES}:16:26 W481",
    ]),
    ("announced too late", QUEUES, "wrap_up: 60s", "announcements: {first_after: 5m}", [f"{QUEUES}:15:34 W482"]),
    ("no such music", QUEUES, "wrap_up: 60s", "music: clam", [f"{QUEUES}:15:12 W483"]),
    ("an unknown part", QUEUES, "wrap_up: 60s", "announcements: {say: [place]}", [f"{QUEUES}:15:27 E205"]),
    ("an unknown comfort", QUEUES, "wrap_up: 60s", "announcements: {comfort: [welcom]}", [f"{QUEUES}:15:31 E305"]),
    ("too often", QUEUES, "wrap_up: 60s", "announcements: {every: 2s}", [f"{QUEUES}:15:28 E205"]),
    ("nested alternatives", QUEUES, "{gas: 3}", NESTED, []),
]  # fmt: skip

EXTRA = {  # a case that needs further changes
    "step without groups": (QUEUES, "skills: none, ", ""),
    "a call back nobody waits for": (
        MAIN, "  bye:", "  again: {type: callback, queue: desk, next: bye}\n  bye:"
    ),
    "seniors of another queue": (AGENTS, "  1007:\n    groups: [experts]", "  1007:\n    groups: [experts, other]"),
    "a class nobody hears": (QUEUES, "wrap_up: 60s", "whisper: class"),
    "without agents": (AGENTS, "experts: {}", "experts: {}, empty: {}"),
}  # fmt: skip
GROUPS = {"seniors of another queue": ("experts: {}}", "experts: {}, other: {}}")}


def _found(folder: Path) -> list[str]:
    root = f"{folder}/"
    return [
        f"{finding.file.removeprefix(root)}:{finding.line}:{finding.column} {finding.code}"
        for finding in check_site(folder)
    ]


def _spoilt(*changes: tuple[str, str, str]) -> dict[str, str]:
    changed = dict(FLOOR)
    for file, old, new in changes:
        assert old in changed[file], "the case no longer fits the good floor"
        changed[file] = changed[file].replace(old, new, 1)
    return changed


def test_the_good_floor_has_no_mistakes(write_site: Callable[..., Path]) -> None:
    assert [str(finding) for finding in check_site(write_site(dict(FLOOR)))] == []


@pytest.mark.parametrize(("what", "file", "old", "new", "expected"), CASES, ids=[case[0] for case in CASES])
def test_one_mistake_gives_exactly_its_diagnostics(
    what: str, file: str, old: str, new: str, expected: list[str], write_site: Callable[..., Path]
) -> None:
    changes = [(file, old, new)]
    changes += [EXTRA[what]] if what in EXTRA else []
    changes += [(AGENTS, *GROUPS[what])] if what in GROUPS else []
    assert sorted(_found(write_site(_spoilt(*changes)))) == sorted(expected)


def test_too_many_alternatives(write_site: Callable[..., Path]) -> None:
    skills = [f"s{number}" for number in range(70)]
    agents = FLOOR[AGENTS].replace("pipes: 5", ", ".join(f"{skill}: 1" for skill in skills))
    wide = f"{{any_of: [{', '.join(f'{{{skill}: 1}}' for skill in skills)}]}}"
    assert _found(write_site({**_spoilt((QUEUES, "{gas: 3}", wide)), AGENTS: agents})) == [f"{QUEUES}:4:13 E467"]


def test_warnings_do_not_stop_a_start_and_errors_do(write_site: Callable[..., Path]) -> None:
    warned = write_site(_spoilt((QUEUES, "weight: 10s", "weight: 40m")))
    assert [finding.severity for finding in check_site(warned)] == ["warning"]
    assert load_site(warned).floor.queues["gas"].weight_ms == 40 * 60_000  # type: ignore[index]
    wrong = write_site(_spoilt((QUEUES, "weight: 10s", "weight: 40m"), (QUEUES, "sticky: 20s", "sticky: 5m")))
    with pytest.raises(SiteError) as raised:
        load_site(wrong)
    assert "E460" in str(raised.value)
    assert "W454" not in str(raised.value)


def test_every_code_of_the_floor_has_a_case() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in FLOOR_CODES if f"{code}" not in source] == []
