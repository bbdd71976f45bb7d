"""Reports from a small history: what stands on page, paper and sheet is what the registry counts.

``REWRITE_REPORTS=1 pytest tests/unit/reports`` writes the golden page anew.
"""

import csv
import io
import os
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from router.core import records
from router.kpi.archive import Archive
from router.kpi.figures import Duty, Figures, Shift
from router.kpi.history import History
from router.kpi.measures import MEASURES
from router.kpi.shown import shown
from router.kpi.words_zh import FORMULAS
from router.reports import page, sheets
from router.reports.collect import FIGURES, Collector, NoData, begins_ms
from router.reports.content import Entry, Report
from router.reports.period import Kind, Period, period_of
from router.reports.words import Say
from support.tape import MIDNIGHT, SHANGHAI, Tape

HOUR = 3_600
DAY_MS = 86_400_000
GROUPS = {"1001": ("inbound",), "1002": ("inbound", "vip")}
SUNDAY = "2026-06-21"
MORNING = Shift(name="morning", begins=8 * 60, ends=10 * 60, breaks=((9 * 60, 9 * 60 + 30),))
GOLDEN = Path(__file__).parent / "day.html"

Made = Callable[..., Report]


def small_day(tape: Tape) -> Tape:
    """08:00-09:00: four answered by two agents, one of them held; three gave up; one self-served; one blocked."""
    tape.agent(8 * HOUR, "1001", "ready")
    tape.agent(8 * HOUR, "1002", "ready")
    tape.served("a", 8 * HOUR + 60, "1001", wait_s=4, talk_s=60, wrap_s=10, queued=False, kind="enquiry")
    tape.served("b", 8 * HOUR + 60, "1002", wait_s=10, talk_s=120, wrap_s=20, cls="vip", kind="bill", queued=False)
    tape.served("c", 8 * HOUR + 600, "1001", wait_s=30, talk_s=180, hold_s=30, wrap_s=30, kind="enquiry")
    tape.served("d", 8 * HOUR + 2000, "1002", wait_s=100, talk_s=240, wrap_s=40, cls="vip", caller="+8613900139000")
    tape.gave_up("1", 8 * HOUR + 1500, 3)
    tape.gave_up("2", 8 * HOUR + 2400, 45, queue="<b>&faults")
    tape.gave_up("3", 8 * HOUR + 2500, 75)
    tape.arrive("s", 8 * HOUR + 100, caller="")
    tape.end("s", 8 * HOUR + 130, "self_served")
    tape.note(8 * HOUR + 200, records.CallReceived, call_id="x", did="4001860")
    tape.end("x", 8 * HOUR + 200, "blocked")
    tape.agent(9 * HOUR, "1001", "signed_out")
    tape.agent(9 * HOUR, "1002", "signed_out")
    tape.note(24 * HOUR + 60, records.RouterUp, site="t", epoch=2, calls=0)
    return tape


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive of that day."""
    with Archive(tmp_path, SHANGHAI, groups=GROUPS, key=b"k") as archive:
        archive.take(small_day(Tape()).entries())
        archive.flush()
    return tmp_path


def history_of(folder: Path, period: Period, figures: Figures | None = None) -> History:
    return History(folder, SHANGHAI, groups=GROUPS, figures=figures, from_day=begins_ms(period) // DAY_MS)


@pytest.fixture
def made(folder: Path) -> Made:
    """Make a report of that archive."""

    def make(
        kind: Kind = "day",
        date: str = SUNDAY,
        lang: str = "en",
        figures: Figures | None = None,
        **only: tuple[str, ...],
    ) -> Report:
        period = period_of(kind, date, SHANGHAI, MIDNIGHT, (figures or Figures()).shifts)
        return Collector(history_of(folder, period, figures), SHANGHAI, period, only, Say(lang)).report("line")

    return make


def figures_of(report: Report) -> dict[str, tuple[str, float | str | None]]:
    """What the page's figures say, by measure."""
    return {row[0].why: (row[1].text, row[1].value) for table in report.figures for row in table.rows}


def rows_of(report: Report, name: str) -> tuple[tuple[Entry, ...], ...]:
    return next(table.rows for table in report.sheets() if table.name == name)


def test_every_figure_is_what_the_registry_counts(made: Made, folder: Path) -> None:
    period = period_of("day", SUNDAY, SHANGHAI, MIDNIGHT)
    names = [name for some in FIGURES.values() for name in some]
    cells = history_of(folder, period).evaluate(names, period.span)[0].cells
    said = figures_of(made())
    assert said == {
        name: (shown(MEASURES[name], cell), None if cell.value is None else round(cell.value, 6))
        for name, cell in cells.items()
    }
    assert (said["calls"], said["answered"], said["abandoned"]) == (("9", 9), ("4", 4), ("2", 2))
    assert said["asa"] == ("36.0 s", 36.0) and said["service_level"][0] == "33.3 %"


def test_what_has_no_data_is_a_dash_with_its_reason(made: Made) -> None:
    report = made()
    assert figures_of(report)["first_call_resolution"] == ("-", None)
    text = page.html(report)
    letter = next(letter for letter, why in report.reasons.items() if why == "no agent coded a call of this span")
    assert f'title="no agent coded a call of this span">-<sup><a href="#no-{letter}">' in text
    assert f'id="no-{letter}"' in text
    before = {row[0].why: row[2] for table in report.figures for row in table.rows}
    assert before["calls"].text == "-" and before["calls"].why == "the archive begins later"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_has_its_definition_one_click_away(made: Made, lang: str) -> None:
    text = page.html(made(lang=lang))
    linked, defined = set(re.findall(r'href="#(m-\w+)"', text)), set(re.findall(r'id="(m-\w+)"', text))
    assert {f"m-{name}" for some in FIGURES.values() for name in some} <= linked
    assert linked <= defined
    words = FORMULAS["service_level"] if lang == "zh" else MEASURES["service_level"].words
    assert words in text


def test_every_measure_has_its_formula_in_chinese() -> None:
    assert set(FORMULAS) == set(MEASURES)


def test_names_of_queues_are_text_never_markup(made: Made) -> None:
    text = page.html(made())
    assert "&lt;b&gt;&amp;faults" in text and "<b>&faults" not in text
    assert "<script" not in text and "default-src 'none'" in text


def test_the_page_of_a_small_day_is_as_it_was(made: Made) -> None:
    text = page.html(made(figures=Figures(shifts=(MORNING,), roster=(duty("1001"), duty("1002")))))
    text = re.sub(r"data:image/svg\+xml;base64,[^\"]+", "CHART", text)
    text = re.sub(r"<style>.*?</style>", "<style></style>", text, flags=re.DOTALL)
    if os.environ.get("REWRITE_REPORTS"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def duty(agent: str, day: int = MIDNIGHT // DAY_MS + 1) -> Duty:
    return Duty(agent=agent, day=day, shift=MORNING)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_on_paper_it_is_one_page(made: Made, lang: str) -> None:
    data, pages = page.paged(made(lang=lang, figures=Figures(shifts=(MORNING,), roster=(duty("1001"),))))
    assert data.startswith(b"%PDF") and pages == 1


def test_text_in_charts_stays_text_in_fonts_by_name(made: Made) -> None:
    for picture in made(lang="zh").pictures:
        root = ET.fromstring(picture.svg)
        texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
        assert texts and all("Noto Sans CJK SC" in (text.get("style") or "") for text in texts)
    assert "目标" in made(lang="zh").pictures[0].svg.decode()


def test_a_part_alone_counts_that_part(made: Made) -> None:
    said = figures_of(made(queue=("desk",)))
    assert (said["offered"][1], said["abandoned"][1]) == (6, 1)
    assert said["occupancy"] == ("-", None)
    alone = made(agent=("1001",))
    assert figures_of(alone)["answered"][1] == 2
    assert alone.filter_text == "agent 1001"


def test_a_span_nothing_is_known_of_is_said_so(made: Made) -> None:
    with pytest.raises(NoData, match="nothing from 2026-06-20 00:00 to 2026-06-21 00:00"):
        made(date="2026-06-20")


def test_csv_has_units_in_its_headings_and_numbers_in_its_cells(made: Made) -> None:
    rows = list(csv.reader(io.StringIO(sheets.csv_text(made(), "queue"))))
    assert rows[0][:7] == [
        "queue",
        "Offered",
        "Answered by a person",
        "Abandoned",
        "Abandonment (%)",
        "Service level (%)",
        "Speed of answer (ASA) (s)",
    ]
    desk = next(row for row in rows if row[0] == "desk")
    assert desk[1:7] == ["6", "4", "1", "20", "40", "36"]
    faults = next(row for row in rows if row[0] == "<b>&faults")
    assert faults[6] == "-" and "Speed of answer (ASA)" in faults[-1] and "no call was answered" in faults[-1]


def test_csv_defuses_what_a_spreadsheet_would_run(tmp_path: Path) -> None:
    tape = Tape()
    tape.gave_up("1", 8 * HOUR, 45, queue="=1+1")
    with Archive(tmp_path, SHANGHAI, groups=GROUPS, key=b"k") as archive:
        archive.take(tape.entries())
        archive.flush()
    period = period_of("day", SUNDAY, SHANGHAI, MIDNIGHT)
    report = Collector(history_of(tmp_path, period), SHANGHAI, period, {}, Say("en")).report("line")
    assert "\r\n'=1+1,1," in sheets.csv_text(report, "queue")


def test_a_workbook_has_the_same_rows_as_typed_cells(made: Made) -> None:
    report = made()
    book = zipfile.ZipFile(io.BytesIO(sheets.xlsx_bytes(report)))
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    names = [one.get("name") for one in ET.fromstring(book.read("xl/workbook.xml")).iterfind(".//m:sheet", space)]
    assert names[:4] == ["Calls", "Answering", "Talk and people", "By queue"] and "All measures" in names
    strings = ["".join(one.itertext()) for one in ET.fromstring(book.read("xl/sharedStrings.xml"))]
    rows = {}
    for row in ET.fromstring(book.read("xl/worksheets/sheet2.xml")).iterfind(".//m:row", space):
        cells = list(row.iterfind("m:c", space))
        values = [
            strings[int(cell.findtext("m:v", "", space))]
            if cell.get("t") == "s"
            else float(cell.findtext("m:v", "", space))
            for cell in cells
        ]
        rows[values[0]] = values
    assert rows["measure"][:4] == ["measure", "value", "week before", "unit"]
    assert rows["Service level"][1] == pytest.approx(2 / 6, abs=1e-6) and rows["Service level"][3] == "%"
    assert rows["Speed of answer (ASA)"][1] == 36
    assert rows["Line reached"][1] == "-" and "carrier" in str(rows["Line reached"][-1])
    assert rows["Service level"][5] == "no"


def test_the_curves_are_of_the_same_numbers(made: Made) -> None:
    report = made()
    fine = {row[0].value: row[1].value for row in rows_of(report, "asa")}
    assert len(fine) == 48
    assert (fine["2026-06-21 08:00"], fine["2026-06-21 08:30"]) == (pytest.approx(44 / 3, abs=1e-6), 100)
    assert fine["2026-06-21 09:00"] is None
    times = {row[0].value: row[1:] for row in rows_of(report, "time")}
    assert [cell.value for cell in times["2026-06-21 08:00"][:6]] == [9, 8, 7, 4, 2, 1]
    assert times["2026-06-21 07:00"][0].value == 0


def test_a_shift_report_is_of_its_hours(made: Made) -> None:
    report = made("shift", figures=Figures(shifts=(MORNING,), roster=(duty("1001"),)))
    assert report.title == "Shift report 2026-06-21-morning"
    assert report.span_text.startswith("2026-06-21 08:00 to 2026-06-21 10:00")
    assert figures_of(report)["adherence"][1] == pytest.approx(60 / 90, abs=1e-6)
    assert [row[0].value for row in rows_of(report, "roster")][:2] == ["2026-06-21 08:00", "2026-06-21 08:30"]
