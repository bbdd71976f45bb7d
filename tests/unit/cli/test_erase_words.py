"""What ``hotline erase`` says, in both languages, and of everything it counts or finds open."""

import re

from router.cli.erase_words import WORDS
from router.cli.erasing import COUNTS, Outcome
from router.control.erasure import OPEN_KINDS


def test_both_languages_say_the_same() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for key, text in WORDS["en"].items():
        assert set(re.findall(r"{(\w*)}", text)) == set(re.findall(r"{(\w*)}", WORDS["zh"][key]))
    chinese = re.sub("Redis|hotline calls", "", " ".join(WORDS["zh"].values()))
    assert not re.search("[a-z]{4}", chinese)


def test_everything_that_is_counted_or_open_has_words() -> None:
    assert {*COUNTS, *OPEN_KINDS} <= WORDS["en"].keys()


def test_what_is_left_is_a_finding() -> None:
    assert Outcome(dry_run=False).clean
    assert not Outcome(dry_run=False, named=["x.csv:3"]).clean
    assert not Outcome(dry_run=False, left=["y"]).clean
    assert not Outcome(dry_run=True, open=[("call", "c1", "wait")]).clean
