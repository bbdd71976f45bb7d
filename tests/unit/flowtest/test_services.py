"""What flows ask of others, rehearsed: lookups, tables, passwords, notices, recordings, transfers, subflows, duty."""

from collections.abc import Callable

import pytest

from router.flowtest import Results

Run = Callable[..., Results]

FLOW = """\
person: desk
nodes:
  who:
    type: lookup
    source: crm
    fields: {number: "{caller}"}
    save: {name: name, level: level}
    found: level
    missing: ask
    failed: desk
  level:
    type: branch
    cases:
      - {when: "level == 'gold'", next: gold}
      - {when: "level == 'silver'", next: ask}
    otherwise: ask
  gold: {type: tag, tag: gold, next: desk_vip}
  ask:
    type: menu
    prompt: main_menu
    keys: {"1": pin, "2": leave, "3": street, "4": out, "5": night, "6": sub, "7": speak}
  pin:
    type: collect
    prompt: welcome
    variable: code
    max_length: 4
    secret: yes
    next: desk
  leave:
    type: message
    box: complaints
    service: office
    next: bye
  street:
    type: lookup
    source: desks
    fields: {subject: water, district: east}
    save: {desk: desk}
    found: desk
  out: {type: transfer, number: "95001", otherwise: bye}
  night: {type: page, table: night, flow: accept, accepted: bye}
  sub: {type: subflow, flow: small, returns: {answer: answer}, next: desk}
  speak: {type: say, value: "12.5", as: money, next: bye}
  desk: {type: enqueue, queue: enquiry}
  desk_vip: {type: enqueue, queue: enquiry, class: vip}
  bye: {type: hangup}
"""
OTHERS = {
    "flows/services.yaml": FLOW,
    "flows/small.yaml": """\
nodes:
  set: {type: set, values: {answer: "'from below'"}, next: back}
  back: {type: back}
""",
    "flows/accept.yaml": """\
nodes:
  ask: {type: menu, prompt: main_menu, keys: {"1": taken}, no_key: bye}
  taken: {type: hangup, result: accepted}
  bye: {type: hangup}
""",
    "lookups.yaml": """\
http:
  crm: {url: "https://crm.example/{number}", values: {name: name, level: level}}
tables:
  desks: {file: desks.csv, keys: [subject, district]}
""",
    "desks.csv": "subject,district,desk\nwater,east,water works\n",
    "notices.yaml": "webhook:\n  office: {url: 'https://office.example/notices'}\n",
    "duty.yaml": 'tables:\n  night:\n    - {ring: ["95002", "95003"]}\n',
    "trunks.yaml": """\
trunks:
  local: {peers: 127.0.0.0/8}
outside: {trunk: local, allow: ["95"]}
""",
    "site.yaml": """\
name: tiny
country: CN
time_zone: Asia/Shanghai
language: en
dids:
  "4001860": {flow: main}
  "4001861": {flow: direct}
  "4001864": {flow: services}
""",
}
TOP = "flow: services\n"


@pytest.fixture
def services(run: Run) -> Callable[[str], Results]:
    def run_it(rest: str) -> Results:
        return run(f"{TOP}tests:\n  - name: one\n    {rest}\n", **OTHERS)

    return run_it


@pytest.mark.parametrize(
    "rest",
    [
        "lookups: {crm: {name: Li, level: gold}}\n"
        "    expect: {class: vip, tag: gold, variables: {name: Li, level: gold}, asked: crm}",
        "lookups: {crm: {level: silver}}\n    steps: [{hears: main_menu}]",
        "lookups: {crm: missing}\n    steps: [{hears: main_menu}]",
        "lookups: {crm: failed}\n    expect: {queue: enquiry, class: standard}",
        "lookups: {crm: [missing, {level: gold}]}\n    steps: [{hears: main_menu}]",
        "expect: {queue: enquiry}",
        'lookups: {crm: missing}\n    steps: [{press: "3"}]\n    expect: {variables: {desk: water works}, asked: crm}',
        'lookups: {crm: missing}\n    steps: [{press: "1"}, {hears: welcome}, {press: "1234"}]\n'
        "    expect: {queue: enquiry, variables: {code: '***'}}",
        'lookups: {crm: missing}\n    steps: [{press: "2"}, {speak: 8s}, {press: "#"}, {press: "1"}]\n'
        "    expect: {end: message_left, notified: office}",
        'lookups: {crm: missing}\n    steps: [{press: "4"}]\n    parties: {"95001": answers}\n'
        "    expect: {end: sent_out}",
        'lookups: {crm: missing}\n    parties: {"95001": busy}\n'
        "    steps: [{press: '4'}, {hears: router/goodbye}]\n    expect: {end: self_served}",
        'lookups: {crm: missing}\n    steps: [{press: "5"}]\n'
        '    parties: {"95002": no answer, "95003": answers and presses 1}\n'
        '    expect: {end: self_served, variables: {accepted_by: "95003"}}',
        'lookups: {crm: missing}\n    steps: [{press: "6"}]\n    expect: {variables: {answer: from below}}',
        'lookups: {crm: missing}\n    steps: [{press: "7"}, {says: "twelve yuan"}]\n    expect: {end: self_served}',
    ],
)
def test_what_others_do_decides_the_way(services: Callable[[str], Results], rest: str) -> None:
    results = services(rest)
    assert results.complaint() == ""


def test_secrets_are_not_in_the_trace(services: Callable[[str], Results]) -> None:
    results = services('lookups: {crm: missing}\n    steps: [{press: "1"}, {press: "1234"}]\n    expect: {end: lost}')
    [case] = results.failed
    assert case.failure is not None
    story = str(case.failure)
    assert "1234" not in story
    assert "presses *" in story
    assert "code = ***" in story


def test_a_source_or_service_that_is_none_is_a_mistake(services: Callable[[str], Results]) -> None:
    results = services("lookups: {crn: missing}\n    notices: {offce: ok}\n    expect: {end: lost}")
    assert [finding.code for finding in results.findings] == ["E320", "E321"]
    assert "did you mean 'crm'?" in results.complaint()


def test_branches_are_told_apart_by_their_condition(services: Callable[[str], Results]) -> None:
    results = services("lookups: {crm: {level: silver}}\n    steps: [{hears: main_menu}]")
    flow = next(flow for flow in results.coverage.flows if flow.flow == "services")
    assert "level: otherwise -> ask" in flow.branches_missed
    assert "level: level == 'gold' -> gold" in flow.branches_missed
    assert "level: level == 'silver' -> ask" not in flow.branches_missed
