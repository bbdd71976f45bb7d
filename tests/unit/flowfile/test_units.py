"""Spans with units and times of day."""

import pytest

from router.flowfile.units import NoUnit, minute_of_day, show_span, span_ms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15s", 15_000), ("15 s", 15_000), ("1.5s", 1_500), ("500ms", 500), ("2m", 120_000), ("2min", 120_000),
        ("1h", 3_600_000), ("3 rings", 15_000), ("1 ring", 5_000), ("3rings", 15_000), ("0", 0), ("off", 0),
    ],
)  # fmt: skip
def test_spans(text: str, expected: int) -> None:
    assert span_ms(text, ring_ms=5_000) == expected


def test_rings_are_the_countrys() -> None:
    assert span_ms("3 rings", ring_ms=6_000) == 18_000


@pytest.mark.parametrize("text", ["3", "1.5", "15"])
def test_a_bare_number_lacks_its_unit(text: str) -> None:
    with pytest.raises(NoUnit):
        span_ms(text, 5_000)


@pytest.mark.parametrize("text", ["", "s", "-1s", "3 days", "1e9s", "15 S", "1.2345s", "9999999999s", "１５s"])
def test_no_spans(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        span_ms(text, 5_000)


def test_spans_are_shown_as_they_are_written() -> None:
    assert [show_span(1_500), show_span(15_000), show_span(0)] == ["1500ms", "15s", "0s"]


def test_times_of_day() -> None:
    assert [minute_of_day(text) for text in ("00:00", "8:05", "12:30", "24:00")] == [0, 485, 750, 1440]


@pytest.mark.parametrize("text", ["24:01", "12:60", "1230", "12:3", "noon", "-1:00"])
def test_no_times_of_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        minute_of_day(text)
