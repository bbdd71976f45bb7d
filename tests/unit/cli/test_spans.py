"""Spans of time on the command line."""

import pytest

from router.cli.spans import parse_span
from router.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "ms"), [("200ms", 200), ("2s", 2_000), ("1.5s", 1_500), ("1m", 60_000), (" 3 s ", 3_000)]
)
def test_spans_carry_units(text: str, ms: int) -> None:
    assert parse_span(text) == ms


@pytest.mark.parametrize("text", ["200", "", "-2s", "2d", "2s3s", "ms"])
def test_anything_else_says_how_to_write_it(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_span(text)
    assert "200ms" in raised.value.cure
