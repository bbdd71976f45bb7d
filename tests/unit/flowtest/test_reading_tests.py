"""Mistakes in a ``*.test.yaml``: each is found at its place, with a code and a cure, and the rest still runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from router.flowfile import check_site
from router.flowtest import run_tests

Write = Callable[..., Path]

ONE = "tests:\n  - name: one\n    "


@pytest.mark.parametrize(
    ("tests", "mistake"),
    [
        ("", "1:1: E202 'main.test.yaml' must be a map with 'tests', not empty"),
        ("tests: []\n", "1:8: E202 'tests' must be a list of tests, not a list"),
        ("flow: main\n", "1:1: E201 test file lacks the key 'tests'"),
        ("tests:\n  - steps: []\n", "2:5: E201 test lacks the key 'name'"),
        ("tests:\n  - name: x\n", "2:5: E201 test lacks the key 'steps'"),
        (ONE + "step: []\n    steps: [{hang_up: yes}]\n", "3:5: E203 test has no key 'step'"),
        (ONE + "steps: [{heers: hello}]\n", "3:14: E203 step has no key 'heers'"),
        (ONE + "steps: [{hears: hallo}]\n", "3:21: E305 there is no prompt 'hallo'"),
        (ONE + "expect: {queue: enquirey}\n", "3:21: E303 there is no queue 'enquirey'"),
        (ONE + "expect: {class: vipp}\n", "3:21: E306 there is no class 'vipp'"),
        (ONE + "flow: mian\n    expect: {end: lost}\n", "3:11: E302 there is no flow 'mian'"),
        (ONE + "call: {did: '400'}\n    expect: {end: lost}\n", "3:17: E309 there is no number '400'"),
        (ONE + "expect: {end: answerd}\n", "3:19: E205 'end' cannot be 'answerd': it is none of the choices"),
        (ONE + "steps: [{wait: 5}]\n", "3:20: E206 '5' needs a unit"),
        (ONE + "steps: [{press: one}]\n", "3:21: E205 'press' cannot be 'one'"),
        (ONE + 'steps: [{press: "1", wait: 5s}]\n', "3:13: E601 a step says one thing, this one says 2"),
        (ONE + "at: 2026-13-01 09:30\n    expect: {end: lost}\n", "3:9: E205 'at' cannot be '2026-13-01 09:30'"),
        (ONE + "at: today\n    expect: {end: lost}\n", "3:9: E205 'at' cannot be 'today': it must be a date and time"),
        (ONE + "agents: {enquiry: many}\n    expect: {end: lost}\n", "3:23: E205 'agents: enquiry' cannot be 'many'"),
        (ONE + "agents: {enquiry: 4 ready}\n    expect: {end: lost}\n", "3:23: E602 queue 'enquiry' has 3 agents, not"),
        (ONE + "lookups: {crm: maybe}\n    expect: {end: lost}\n", "3:20: E205 'crm' cannot be 'maybe'"),
        (ONE + "steps: [{hang_up: yes}, {press: '1'}]\n", "3:30: E605 'press' comes after the caller has hung up"),
        (ONE + "expect: {end: lost}\n  - name: one\n    expect: {end: lost}\n", "4:11: E604 test 'one' is here twice"),
        ("tests: [\n", "E101 this is not YAML"),
        ("tests：\n  - name: one\n", "1:6: E108 full-width character '：'"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_at_its_place(write: Write, tests: str, mistake: str) -> None:
    results = run_tests(write(tests))
    assert results.findings, "no mistake was found"
    assert any(mistake in str(finding) for finding in results.findings), results.complaint()
    assert all(finding.file == "tiny/flows/main.test.yaml" for finding in results.findings)
    assert not results.ok


def test_a_test_with_a_mistake_does_not_run_and_the_others_do(write: Write) -> None:
    tests = "tests:\n  - {name: bad, steps: [{hears: nothing}]}\n  - {name: good, steps: [{hears: good_morning}]}\n"
    results = run_tests(write(tests))
    assert [case.name for case in results.cases] == ["good"]
    assert len(results.findings) == 1


def test_a_file_named_after_no_flow_says_which_one_it_tests(write: Write) -> None:
    tests = "tests:\n  - {name: x, expect: {end: lost}}\n"
    folder = write("tests:\n  - {name: y, steps: [{hears: good_morning}]}\n", **{"flows/other.test.yaml": tests})
    [finding] = run_tests(folder).findings
    assert (finding.file, finding.code, finding.line) == ("tiny/flows/other.test.yaml", "E603", 2)


def test_test_files_are_no_part_of_what_check_looks_at_but_of_the_version(write: Write) -> None:
    folder = write("tests: nonsense\n")
    assert check_site(folder) == []


def test_tests_may_stand_in_any_folder_of_the_hotline(write: Write) -> None:
    case = "flow: main\ntests:\n  - {name: x, steps: [{hears: good_morning}]}\n"
    folder = write("tests:\n  - {name: y, steps: [{hears: good_morning}]}\n", **{"tests/deep/all.test.yaml": case})
    assert {case.name for case in run_tests(folder).cases} == {"x", "y"}
