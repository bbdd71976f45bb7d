"""``hotline measures``, ``audit`` and ``archive`` as people and scripts see them, without a Redis to be had."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from router.cli import run
from router.cli.past import Past
from router.kpi import parquet
from router.kpi.archive import raw_rows
from router.settings import Settings
from support.tape import Tape

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"
HOUR = 3_600
SPAN = ("--from", "2026-06-21", "--to", "2026-06-21")


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Past:
    """A line with an archive of one day: two answered, one given up."""
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_SITE", str(DEMO))
    monkeypatch.setenv("HOTLINE_REDIS_PORT", "1")
    tape = Tape()
    tape.agent(8 * HOUR, "1001", "ready")
    tape.served("a", 9 * HOUR, "1001", wait_s=10, talk_s=60, wrap_s=5)
    tape.served("b", 10 * HOUR, "1001", wait_s=30, talk_s=60)
    tape.gave_up("c", 10 * HOUR + 60, 25)
    tape.agent(12 * HOUR, "1001", "signed_out")
    past = Past(Settings())
    with past.archive() as archive:
        archive.take(tape.entries())
        archive.flush()
    return past


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert run(list(words)) == code
    shown = capsys.readouterr()
    return shown.out if code in (0, 1) else shown.err


def test_a_days_measures_with_their_reasons(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "measures", "asa", "abandonment", "adherence", *SPAN)
    assert "20.0 s" in out and "33.3 %" in out and "<= 20 s" in out
    assert "nobody is in the roster" in out
    assert "平均应答速度" in said(capsys, "measures", "asa", "--lang", "zh", *SPAN)


def test_by_hour_and_queue_for_scripts(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "measures", "answered", "asa", "--by", "hour", "--split", "queue", "--json", *SPAN)
    rows = json.loads(out)
    assert [(row["period"], row["split"]["queue"], row["cells"]["answered"]["value"]) for row in rows] == [
        ("2026-06-21T09:00", "desk", 1),
        ("2026-06-21T10:00", "desk", 1),
    ]
    assert rows[1]["cells"]["asa"] == {"value": 30, "over": 30_000, "under": 1, "why": "", "why_chinese": ""}


def test_a_span_of_nothing_says_so(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing happened" in said(capsys, "measures", "--by", "day", "--from", "2026-01-01", "--to", "2026-01-02")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("measures", "assa"), "did you mean 'asa'"),
        (("measures", "--by", "halfhour"), "did you mean 'half_hour'"),
        (("measures", "--split", "que"), "did you mean 'queue'"),
        (("archive",), "--once or --follow"),
        (("archive", "erase", "--caller", "nobody"), "is no telephone number"),
    ],
)
def test_mistakes(past: Past, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], hint: str) -> None:
    assert hint in said(capsys, *words, code=2)


def test_moments(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--from", "noon"), ("--from", "2026-13-01"), ("--from", "2026-06-22", "--to", "2026-06-20")):
        assert run(["measures", *words]) == 1
        assert "try:" in capsys.readouterr().err
    out = said(capsys, "measures", "received", "--json", "--from", "2026-06-21T09:30", "--to", "2026-06-21 10:01")
    assert json.loads(out)[0]["cells"]["received"]["value"] == 1


def test_the_definitions(capsys: pytest.CaptureFixture[str]) -> None:
    assert "`service_level`" in said(capsys, "measures", "--definitions")


def test_an_audit_agrees_and_one_that_does_not_fails(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "audit", *SPAN)
    assert "totals agree" in out and "from the archive" in out
    one = parquet.listed(past.archive_folder / "facts" / "calls")[0]
    parquet.rewrite(one.path, pq.read_table(one.path).slice(1))  # a report that lost a call
    out = said(capsys, "audit", *SPAN, code=1)
    assert "DIFFERS" in out and "totals differ" in out
    result = json.loads(said(capsys, "audit", "--json", *SPAN, code=1))
    wrong = {
        total["what"]: (total["board"], total["report"], total["records"])
        for total in result["totals"]
        if not total["agrees"]
    }
    assert wrong["answered"] == (2, 1, 2)
    assert json.loads(said(capsys, "archive", "rebuild", "--json"))["records"] > 20
    assert json.loads(said(capsys, "audit", "--json", *SPAN))["agrees"]


def test_the_archives_state(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, "archive", "status", "--json"))
    assert found["first_record"] == 1 and found["first_day"] == "2026-06-21" and found["never_came"] == 0
    assert "last record" in said(capsys, "archive", "status")


def test_without_redis_the_archive_says_what_to_do(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["archive", "--once"]) == 1
    assert "cannot be read" in (err := capsys.readouterr().err) and "HOTLINE_REDIS_PORT" in err


def test_erasing_the_archive_alone_would_be_half_of_it(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    before = [row.json for row in raw_rows(past.archive_folder)]
    assert run(["archive", "erase", "--caller", "138 0013 8000", "--json"]) == 1
    assert "no router answers" in capsys.readouterr().err
    assert [row.json for row in raw_rows(past.archive_folder)] == before
    assert run(["archive", "erase", "--caller", "13"]) == 2
    capsys.readouterr()
    assert json.loads(said(capsys, "audit", "--json", *SPAN))["agrees"]
    assert json.loads(said(capsys, "archive", "prune", "--json"))["files"] == 0
