"""The shape of flows and what is said in them: circles, dead ends, expressions, variables, languages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from router.flowfile import check_site, load_site

WriteSite = Callable[..., Path]

MAIN = """\
person: to_enquiry
nodes:
  ask:
    type: collect
    prompt: hello
    variable: account
    next: which
  which:
    type: branch
    cases:
      - {when: account == '1', next: tell}
    otherwise: to_enquiry
  tell:
    type: say
    value: account
    as: digits
    next: bye
  to_enquiry: {type: enqueue, queue: enquiry}
  bye: {type: hangup}
"""
CALLED = """\
nodes:
  check:
    type: collect
    prompt: hello
    variable: answer
    next: home
  home: {type: back, result: fine}
"""


def found(folder: Path, file: str = "flows/main.yaml") -> list[str]:
    findings = check_site(folder)
    assert {finding.file for finding in findings} <= {f"tiny/{file}"}, [str(finding) for finding in findings]
    return [f"{finding.line}:{finding.column} {finding.code}" for finding in findings]


def test_the_flow_has_no_mistakes(write_site: WriteSite) -> None:
    assert found(write_site({"flows/main.yaml": MAIN})) == []


# (what, old text, new text, what is found)
CASES = [
    ("unknown variable", "when: account", "when: acount", ["11:16 E331"]),
    ("unknown variable in a text", "== '1'", "== water", ["11:27 E331"]),
    ("unknown field of now", "when: account", "when: now.houre", ["11:16 E331"]),
    ("unknown queue", "when: account == '1'", "when: queue('enquriy').waiting > 1", ["11:23 E303"]),
    ("unknown calendar", "when: account", "when: hours('office')", ["11:23 E333"]),
    ("unknown class", "when: account == '1'", "when: is_class('vipp')", ["11:26 E306"]),
    ("single equals sign", "==", "=", ["11:24 E332"]),
    ("quoted expression", "when: account == '1'", "when: \"account = '1'\"", ["11:25 E332"]),
    ("full-width sign", "when: account ==", "when: account ＝＝", ["11:24 E332"]),
    ("full-width quotes", "== '1'", "== “1”", ["11:27 E108"]),
    ("too long", "value: account", f"value: {'account + ' * 60}account", ["15:12 E205"]),
    ("the router's own name", "variable: account", "variable: caller", ["6:15 E334", "11:16 E331", "15:12 E331"]),
    ("not a name", "variable: account", "variable: 1account", ["6:15 E205"]),
    (
        "circle",
        "    next: bye",
        "    next: round\n  round: {type: tag, tag: x, next: tell}",
        ["13:3 E411", "20:3 E311"],
    ),
    ("circle of one", "    next: bye", "    next: tell\n    otherwise: bye", ["13:3 E411"]),
    ("collect lengths", "    variable:", "    min_length: 9\n    max_length: 8\n    variable:", ["6:5 E417"]),
    ("same keys", "    variable:", '    confirm_key: "2"\n    variable:', ["6:5 E418"]),
    ("secret read back", "    variable:", "    secret: yes\n    read_back: yes\n    variable:", ["7:5 E419"]),
    ("language without one", "type: say\n    value: account\n    as: digits", "type: language", ["13:3 E416"]),
    ("unknown form", "as: digits", "as: digit", ["16:9 E205"]),
    ("unknown currency", "as: digits", "as: money\n    currency: EURO", ["17:15 E205"]),
    ("choice among one", "when: account == '1'", "when: value == '1'", ["11:16 E331"]),
]


@pytest.mark.parametrize(("what", "old", "new", "expected"), CASES, ids=[case[0] for case in CASES])
def test_one_mistake(what: str, old: str, new: str, expected: list[str], write_site: WriteSite) -> None:
    assert old in MAIN
    assert found(write_site({"flows/main.yaml": MAIN.replace(old, new, 1)})) == expected


def test_hints_name_what_was_meant(write_site: WriteSite) -> None:
    [finding] = check_site(write_site({"flows/main.yaml": MAIN.replace("when: account", "when: acount")}))
    assert finding.hint.startswith("did you mean 'account'?")
    [finding] = check_site(write_site({"flows/main.yaml": MAIN.replace("== '1'", "== water")}))
    assert "'water'" in finding.hint


def test_the_digits_are_called_value_in_the_check_of_a_collect(write_site: WriteSite) -> None:
    checked = MAIN.replace("    variable:", "    check: len(value) == 11\n    variable:")
    assert found(write_site({"flows/main.yaml": checked})) == []


def test_a_variable_used_before_it_is_set(write_site: WriteSite) -> None:
    turned = MAIN.replace("person: to_enquiry", "person: to_enquiry\nstart: which").replace(
        "otherwise: to_enquiry", "otherwise: ask"
    )
    turned = turned.replace("    next: which", "    next: tell")
    assert found(write_site({"flows/main.yaml": turned})) == ["12:16 W331"]


def test_a_warning_does_not_keep_the_line_from_starting(write_site: WriteSite) -> None:
    turned = MAIN.replace("person: to_enquiry", "person: to_enquiry\nstart: which").replace(
        "otherwise: to_enquiry", "otherwise: ask"
    )
    turned = turned.replace("    next: which", "    next: tell")
    assert load_site(write_site({"flows/main.yaml": turned})).script.flows["main"].start == "which"


def test_a_loop_that_asks_or_decides_is_none(write_site: WriteSite) -> None:
    assert found(write_site({"flows/main.yaml": MAIN.replace("    next: bye", "    next: ask")})) == ["19:3 E311"]
    counted = MAIN.replace("    next: bye", "    next: count\n  count: {type: set, values: {n: n + 1}, next: which}")
    assert found(write_site({"flows/main.yaml": counted})) == ["20:3 E311"]


def test_a_dead_end(good: dict[str, str], write_site: WriteSite) -> None:
    main = """\
nodes:
  choose: {type: menu, prompt: main_menu, keys: {"1": again, "2": bye}, no_key: again}
  again: {type: collect, prompt: hello, variable: x, no_key: again, invalid: again, next: again}
  bye: {type: hangup}
"""
    codes = [(finding.line, finding.code) for finding in check_site(write_site({"flows/main.yaml": main}))]
    assert codes == [(2, "E401"), (3, "E401"), (3, "E412")]


def test_a_flow_that_is_called(write_site: WriteSite) -> None:
    main = MAIN.replace(
        "    next: bye", "    next: sub\n  sub:\n    type: subflow\n    flow: called\n    with: {given: account}\n"
        "    returns: {answer: answer}\n    results: {fine: bye}\n    next: to_enquiry"
    )  # fmt: skip
    folder = write_site({"flows/main.yaml": main, "flows/called.yaml": CALLED})
    assert found(folder) == []
    subflow = load_site(folder).script.flows["main"].nodes["sub"]
    assert subflow.given == {"given": "account"}  # type: ignore[attr-defined]
    assert found(write_site({"flows/main.yaml": main.replace("{fine: bye}", "{fin: bye}")})) == ["23:15 E410"]


def test_what_a_called_flow_is_given_is_known_there(write_site: WriteSite) -> None:
    main = MAIN.replace(
        "    next: bye", "    next: sub\n  sub: {type: subflow, flow: called, with: {given: '1'}, next: bye}"
    )
    called = CALLED.replace(
        "    next: home", "    next: tell\n  tell: {type: say, value: given, as: number, next: home}"
    )
    assert found(write_site({"flows/main.yaml": main, "flows/called.yaml": called})) == []
    wrong = called.replace("value: given", "value: account")  # the caller's own
    folder = write_site({"flows/main.yaml": main, "flows/called.yaml": wrong})
    assert found(folder, "flows/called.yaml") == ["7:28 W331"]


def test_flows_that_call_one_another(write_site: WriteSite) -> None:
    main = MAIN.replace("    next: bye", "    next: sub\n  sub: {type: subflow, flow: called, next: bye}")
    called = CALLED.replace("    next: home", "    next: sub\n  sub: {type: subflow, flow: main, next: home}")
    findings = check_site(write_site({"flows/main.yaml": main, "flows/called.yaml": called}))
    assert [finding.code for finding in findings] == ["E413"]
    assert "called, main" in findings[0].message


def test_a_number_that_leads_to_a_flow_that_goes_back(good: dict[str, str], write_site: WriteSite) -> None:
    site = good["site.yaml"].replace("{flow: main}", "{flow: called}")
    main = MAIN.replace("    next: bye", "    next: sub\n  sub: {type: subflow, flow: called, next: bye}")
    folder = write_site({"site.yaml": site, "flows/main.yaml": main, "flows/called.yaml": CALLED})
    assert found(folder, "site.yaml") == ["10:14 E414"]


def test_no_silent_line_on_an_emergency_number(good: dict[str, str], write_site: WriteSite) -> None:
    silent = MAIN.replace("    next: bye", "    next: silent\n  silent: {type: silent_line}")
    silent = silent.replace("  bye: {type: hangup}\n", "")
    assert found(write_site({"flows/main.yaml": silent})) == []
    site = good["site.yaml"].replace("{flow: direct,", "{flow: main,")
    assert found(write_site({"site.yaml": site, "flows/main.yaml": silent})) == ["18:3 E415"]


LANGUAGES = "language: en\nlanguages: {zh: [], zh-yue: [zh]}"
CHOOSE = MAIN.replace(
    "nodes:\n",
    'nodes:\n  choose: {type: choose_language, prompt: which, keys: {"1": en, "2": zh, "3": zh-yue}, next: ask}\n',
)
PROMPTS = {
    "prompts/en/own.yaml": "which: For English, press 1.\n",
    "prompts/zh/own.yaml": "which: 普通话请按二。\n",
    "prompts/zh-yue/own.yaml": "which: 广东话请按三。\n",
}


def test_every_language_a_site_names_has_every_prompt(good: dict[str, str], write_site: WriteSite) -> None:
    site = good["site.yaml"].replace("language: en", LANGUAGES)
    whole = {"site.yaml": site, "flows/main.yaml": CHOOSE, **PROMPTS}
    folder = write_site(whole)
    assert found(folder) == []
    assert load_site(folder).script.fallbacks == {"zh": (), "zh-yue": ("zh",)}
    Path("tiny/prompts/zh-yue/own.yaml").write_text("other: 早晨\n", encoding="utf-8")
    assert found(folder) == []  # Mandarin's is heard instead
    Path("tiny/prompts/zh/own.yaml").write_text("other: 您好\n", encoding="utf-8")
    findings = check_site(folder)
    assert [(finding.code, finding.line) for finding in findings] == [("E406", 3), ("E406", 3)]
    assert ["'zh-yue'" in finding.message or "'zh'" in finding.message for finding in findings] == [True, True]


def test_a_language_that_falls_back_to_itself(good: dict[str, str], write_site: WriteSite) -> None:
    site = good["site.yaml"].replace("language: en", "language: en\nlanguages: {en: [en]}")
    assert found(write_site({"site.yaml": site}), "site.yaml") == ["5:13 E335"]


def test_a_language_without_a_grammar_is_said_so(good: dict[str, str], write_site: WriteSite) -> None:
    site = good["site.yaml"].replace("language: en", "language: en\nlanguages: {fr: [en]}")
    folder = write_site({"site.yaml": site, "flows/main.yaml": MAIN, "prompts/fr/a.yaml": "hello: Bonjour.\n"})
    assert found(folder) == []
    site = site.replace("[en]", "[]")
    texts = "\n".join(f"{name}: x" for name in ("hello", "good_morning", "router/person_while_typing"))
    folder = write_site({"site.yaml": site, "flows/main.yaml": MAIN, "prompts/fr/a.yaml": texts})
    assert {finding.code for finding in check_site(folder)} == {"E406", "W332"}


def test_the_language_of_a_number(good: dict[str, str], write_site: WriteSite) -> None:
    site = good["site.yaml"].replace("{flow: main}", "{flow: main, language: zh}")
    folder = write_site({"site.yaml": site})
    assert load_site(folder).dids["4001860"].language == "zh"
    assert found(write_site({"site.yaml": site.replace("language: zh", "language: zz")}), "site.yaml") == ["10:37 E310"]
