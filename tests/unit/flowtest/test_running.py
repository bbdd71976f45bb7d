"""Tests of operations staff, run: what passes, what fails, and how a failure reads."""

from collections.abc import Callable

import pytest

from router.flowtest import Results
from router.ivr.nodes.hangup import Hangup
from router.ivr.walk import Walk

Run = Callable[..., Results]

ONE = "tests:\n  - name: one\n"


def _failure(results: Results) -> str:
    """The one failure: what was expected and found, without the trace."""
    assert not results.findings, results.complaint()
    [case] = results.failed
    assert case.failure is not None
    return f"{case.failure.place.line}: {case.failure.expected} | {case.failure.found}"


@pytest.mark.parametrize(
    "rest",
    [
        'steps: [{hears: [good_morning, welcome, main_menu]}, {press: "1"}]\n    expect: {queue: enquiry}',
        "steps: [{hears: good_morning}, {hears: welcome}, {hears: [main_menu]}]",
        'steps: [{hears: [..., main_menu]}, {barge_in: "2"}, {expect: {queue: fault, class: standard}}]',
        'steps: [{barge_in: "0"}]\n    expect: {queue: enquiry, class: vip, skills: {english: 2}}',
        'steps: [{press: "9"}, {hears: router/goodbye}]\n    expect: {end: self_served}',
        'steps: [{press: "9"}, {says: "thank you for"}]',
        "steps: [{hears: [..., main_menu, main_menu, main_menu]}]\n    expect: {queue: enquiry}",
        'steps: [{hears: [..., main_menu]}, {wait: 4900ms}, {expect: {node: menu}}, {press: "2"}]\n'
        "    expect: {queue: fault}",
        'steps: [{press: "5"}, {hears: [router/invalid_key, main_menu]}]',
        "at: 2026-10-12 13:00\n    steps: [{hears: hello}]",
        'agents: {enquiry: 2 ready}\n    steps: [{press: "1"}]\n    expect: {agent: "1001", end: answered}',
        'agents: {enquiry: none}\n    steps: [{press: "1"}, {wait: 9s}, {hang_up: yes}]\n'
        "    expect: {end: abandoned_short}",
        'agents: {enquiry: 1 ready}\n    steps: [{press: "1"}, {wait: 9s}, {hang_up: yes}]\n'
        "    expect: {end: answered}",
        'agents: {enquiry: "1 busy, 2 waiting"}\n    steps: [{press: "2"}]\n    expect: {queue: fault, position: 1}',
        'agents: {fault: "1 not answering, 1 ready"}\n    steps: [{press: "2"}]\n    expect: {agent: "1001"}',
        'agents: {fault: "1 rejecting"}\n    steps: [{press: "2"}, {wait: 5s}, {agents: {fault: 2 ready}}]\n'
        "    expect: {end: answered}",
        "flow: direct\n    expect: {queue: enquiry, class: standard}",
        'call: {did: "4001861", from: withheld}\n    expect: {queue: enquiry}',
    ],
)
def test_what_is_so_passes(run: Run, rest: str) -> None:
    results = run(f"{ONE}    {rest}\n")
    assert results.complaint() == ""
    assert results.ok
    assert len(results.cases) == 1


@pytest.mark.parametrize(
    ("rest", "failure"),
    [
        ("steps:\n      - hears: hello", '4: to hear hello | heard good_morning "Good morning."'),
        (
            "steps:\n      - hears: [good_morning,\n                main_menu]",
            '5: to hear main_menu | heard welcome "Welcome to our hotline."',
        ),
        (
            'steps:\n      - press: "2"\n      - hears: main_menu',
            "5: to hear main_menu | heard nothing more: the caller waits in queue fault",
        ),
        ('steps: [{press: "2"}]\n    expect: {queue: enquiry}', "4: queue enquiry | fault"),
        (
            'steps:\n      - press: "9"\n      - press: "1"',
            "5: to press 1 | the call is over: self_served",
        ),
        (
            'steps: [{press: "1"}]\n    expect: {end: answered}',
            "4: end answered | none; the caller waits in queue enquiry",
        ),
        ("steps: [{expect: {queue: fault}}]", "3: queue fault | none; the caller is at node main/menu"),
        ("steps: [{expect: {variables: {x: a}}}]", "3: variable x a | none"),
        (
            'steps: [{press: "1"}]\n    expect:\n      queue: enquiry\n      class: standard',
            "6: class standard | vip",
        ),
        ('agents: {enquiry: 1 ready}\n    steps: [{press: "1"}]\n    expect: {agent: "1002"}', "5: agent 1002 | 1001"),
        (
            'steps: [{press: "9"}, {says: "good night"}]',
            '3: to hear "good night" | heard "Thank you for calling. Goodbye."',
        ),
    ],
)  # fmt: skip
def test_what_is_not_so_is_named_at_its_place(run: Run, rest: str, failure: str) -> None:
    assert _failure(run(f"{ONE}    {rest}\n")) == failure


def test_a_failure_reads_as_a_story(run: Run) -> None:
    results = run(f'{ONE}    at: 2026-10-12 09:30\n    steps: [{{press: "2"}}]\n    expect: {{queue: enquiry}}\n')
    assert results.complaint() == (
        "test 'one' failed at tiny/flows/main.test.yaml:5:14\n"
        "    expected: queue enquiry\n"
        "    found:    fault\n"
        "    so far:\n"
        "          0.0 s  rings 4001860 as +8613800138000\n"
        '          0.0 s  hears good_morning "Good morning."\n'
        '          2.0 s  hears welcome "Welcome to our hotline."\n'
        "          4.0 s  main/welcome (greeting): done\n"
        '          4.0 s  hears main_menu "For enquiries, press 1. To report a fault, press 2. To ma..."\n'
        "          6.0 s  presses 2\n"
        "          6.0 s  main/menu (menu): 2\n"
        "          6.0 s  main/to_fault (enqueue): done\n"
        "          6.0 s  waits in queue fault as standard, place 1\n"
        "          6.0 s  hears music (default)"
    )


def test_what_a_file_says_holds_for_all_its_tests_unless_one_says_otherwise(run: Run) -> None:
    results = run(
        "at: 2026-10-12 13:00\n"
        'call: {did: "4001860", from: withheld}\n'
        "agents: {fault: none}\n"
        "tests:\n"
        "  - name: afternoon\n"
        "    steps: [{hears: hello}]\n"
        "  - name: morning\n"
        "    at: 2026-10-12 08:00\n"
        '    call: {from: "13900139000"}\n'
        "    steps: [{hears: good_morning}, {expect: {queue: fault}}]\n"
    )
    assert [case.name for case in results.failed] == ["morning"]
    assert "rings 4001860 as +8613900139000" in results.complaint()


def test_only_those_named(run: Run) -> None:
    tests = "tests:\n  - {name: Alpha, expect: {end: lost}}\n  - {name: Beta, steps: [{hears: good_morning}]}\n"
    assert [case.name for case in run(tests, only="beta").cases] == ["Beta"]


def test_coverage_lists_what_no_test_goes_through(run: Run) -> None:
    results = run('tests:\n  - {name: one, steps: [{press: "9"}]}\n')
    main = next(flow for flow in results.coverage.flows if flow.flow == "main")
    assert main.nodes_missed == ("to_enquiry", "to_fault")
    assert main.branches_missed == ("menu: 1 -> to_enquiry", "menu: 2 -> to_fault", "menu: no_key -> to_enquiry")
    assert (main.node_count, main.branch_count) == (5, 5)
    assert results.coverage.nodes == (3, 6)


def test_a_key_and_a_time_out_to_the_same_node_are_two_branches(run: Run) -> None:
    results = run("tests:\n  - {name: one, expect: {queue: enquiry}}\n")
    main = next(flow for flow in results.coverage.flows if flow.flow == "main")
    assert "menu: 1 -> to_enquiry" in main.branches_missed
    assert "menu: no_key -> to_enquiry" not in main.branches_missed


def test_three_hundred_tests_take_a_moment(run: Run) -> None:
    tests = "".join(f'  - {{name: t{n}, steps: [{{press: "1"}}], expect: {{queue: enquiry}}}}\n' for n in range(300))
    results = run(f"tests:\n{tests}")
    assert results.ok
    assert sum(case.took_ms for case in results.cases) / len(results.cases) < 20


def test_a_bug_of_the_router_fails_the_test_it_happens_in_and_no_other(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Hangup, walk: Walk) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(Hangup, "enter", broken)
    tests = 'tests:\n  - {name: bad, steps: [{press: "9"}]}\n  - {name: good, expect: {queue: enquiry}}\n'
    results = run(tests)
    assert [case.name for case in results.failed] == ["bad"]
    assert "found:    the router failed: ZeroDivisionError: oh" in results.complaint()
