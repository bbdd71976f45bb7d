"""docs/measures.md holds the registry's table. ``REWRITE_DOCS=1 pytest tests/unit/docs`` writes it anew."""

import os
from pathlib import Path

from router.kpi.definitions import page
from router.kpi.measures import MEASURES

PAGE = Path(__file__).parents[3] / "docs" / "measures.md"
BEGINS, ENDS = "<!-- made by: hotline measures --definitions -->\n\n", "\n\n<!-- end -->"
OF_THE_TRADE = {str(number) for number in range(1, 22)}


def test_the_table_is_the_registrys() -> None:
    text = PAGE.read_text()
    before, begins, rest = text.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    assert begins and ends and "## The proof" in after
    made = f"{before}{BEGINS}{page()}{ENDS}{after}"
    if os.environ.get("REWRITE_DOCS"):
        PAGE.write_text(made)
        text = made
    assert text == made


def test_every_measure_of_the_trade_is_there() -> None:
    assert {measure.number for measure in MEASURES.values()} - {""} == OF_THE_TRADE


def test_each_says_what_it_is() -> None:
    for name, measure in MEASURES.items():
        assert measure.name == name and measure.english and measure.chinese and measure.words
        assert not measure.words.endswith("."), name
