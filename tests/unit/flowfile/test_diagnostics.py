"""How diagnostics look, and that their page is the registry's."""

from pathlib import Path

from router.flowfile.diagnostics import CODES, Diagnostic, Place, diagnose, did_you_mean, listed, meant, page

ERRORS_MD = Path(__file__).resolve().parents[3] / "docs" / "errors.md"


def test_a_diagnostic_reads_file_line_column_code_message_and_hint() -> None:
    finding = Diagnostic(
        "ivr_flows/gas/main.yaml", 12, 5, "E203", "'menu' node has no key 'promt'", "did you mean 'prompt'?"
    )
    assert str(finding) == (
        "ivr_flows/gas/main.yaml:12:5: E203 'menu' node has no key 'promt'\n    hint: did you mean 'prompt'?"
    )


def test_diagnostics_sort_by_file_line_and_column() -> None:
    places = [Place("b", 1, 1), Place("a", 10, 1), Place("a", 9, 2), Place("a", 9, 1)]
    findings = sorted(diagnose("E102", place) for place in places)
    assert [(f.file, f.line, f.column) for f in findings] == [("a", 9, 1), ("a", 9, 2), ("a", 10, 1), ("b", 1, 1)]


def test_hostile_text_is_shortened_and_printable() -> None:
    finding = diagnose("E302", Place("a"), name="\x1b[31m\n{boom}" + "x" * 1000, known="")
    assert "\x1b" not in finding.message
    assert "\n" not in finding.message
    assert "{boom}" in finding.message
    assert len(finding.message) < 120


def test_a_particular_nobody_gave_is_empty_not_an_error() -> None:
    assert diagnose("E205", Place("a"), key="k").message == "'k' cannot be '': "


def test_nearest_word() -> None:
    assert did_you_mean("promt", ["keys", "prompt"]) == "prompt"
    assert did_you_mean("No-Key", ["no_key", "next"]) == "no_key"
    assert did_you_mean("投诉队", ["咨询", "投诉队列"]) == "投诉队列"
    assert did_you_mean("zzz", ["keys", "prompt"]) == ""
    assert meant("zzz", ["keys"]) == ""


def test_long_lists_are_cut() -> None:
    assert listed([]) == "none"
    assert listed(str(n) for n in range(20)).endswith("11, ...")


def test_every_code_says_what_and_what_to_do() -> None:
    for name, code in CODES.items():
        assert len(name) == 4
        assert code.text and code.hint and code.meaning


def test_the_page_of_mistakes_is_the_registry() -> None:
    """Where this fails: ``python -m router.flowfile > docs/errors.md``."""
    assert ERRORS_MD.read_text(encoding="utf-8") == page()
