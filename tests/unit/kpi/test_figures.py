"""The files people keep: read to the minute, and every mistake told with its place."""

from pathlib import Path

import pytest

from router.core.calendar import day_number
from router.core.localtime import LocalClock
from router.flowfile.zones import local_clock
from router.kpi.clockwork import Halves, utc_of
from router.kpi.figures import FiguresError, put_figures, put_shift_times, read_figures
from router.kpi.live import Live
from support.tape import MIDNIGHT, SHANGHAI, Tape

HOUR = 3_600
DAY = (MIDNIGHT, MIDNIGHT + 86_400_000)
GROUPS = {"1001": ("inbound",)}


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_csv_and_yaml_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "yaml").mkdir()
    csv = written(
        tmp_path / "csv",
        shifts_csv="shift,from,to,breaks,training\nearly,07:00,15:00,11:00-11:30 13:00-13:10,\n"
        "night,22:00,07:00,02:00-02:30,\n",
        roster_csv="date,agent,shift\n2026-06-21,1001,early\n2026-06-21,1002,night\n",
    )
    yaml = written(
        tmp_path / "yaml",
        roster_yaml="shifts:\n  early: {from: 07:00, to: 15:00, breaks: [11:00-11:30, 13:00-13:10]}\n"
        "  night: {from: 22:00, to: 07:00, breaks: 02:00-02:30}\ndays:\n  2026-06-21: {early: [1001], night: 1002}\n",
    )
    first, second = read_figures(csv), read_figures(yaml)
    assert first == second
    night = next(duty.shift for duty in first.roster if duty.agent == "1002")
    assert (night.begins, night.ends, night.breaks) == (22 * 60, 31 * 60, ((26 * 60, 26 * 60 + 30),))


def test_no_files_are_no_figures(tmp_path: Path) -> None:
    figures = read_figures(tmp_path / "none")
    assert not (figures.shifts or figures.roster or figures.carrier or figures.monitoring)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"roster_csv": "date,agent,shift\n2026-06-21,1001,early"}, "roster.csv:2: there is no shift 'early'"),
        ({"roster_csv": "date,agent,from,to\n21.6.2026,1001,07:00,12:00"}, "roster.csv:2: '21.6.2026' is no date"),
        ({"roster_csv": "date,agent,from,to\n2026-06-21,1001,7,12:00"}, "roster.csv:2: '7' is no time"),
        ({"roster_csv": "date,agent,from,to\n2026-06-21,,07:00,12:00"}, "roster.csv:2: no agent"),
        ({"roster_csv": "date;agent\n2026-06-21;1001"}, "roster.csv:1: there is no column 'date'"),
        ({"roster_csv": "date,agent,from,to\n2026-06-21,1001"}, "roster.csv:2: not 4 values"),
        ({"shifts_csv": "shift,from,to,breaks\nearly,07:00,12:00,13:00-13:30"}, "are not inside the shift"),
        ({"shifts_csv": "shift,from,to,breaks\nearly,07:00,12:00,noon"}, "'noon' are no spans"),
        ({"carrier_csv": "date,time,dialled,reached,blocked\n2026-06-21,,many,1,1"}, "'many' is no count (dialled)"),
        ({"monitoring_csv": "date,agent,score\n2026-06-21,1001,101"}, "monitoring.csv:2: '101' is no score"),
        ({"roster_yaml": "shifts: {early: {from: 07:00}}"}, "shift 'early' has no 'from' and 'to'"),
        ({"roster_yaml": "- 1\n- 2"}, "not 'shifts:' and 'days:'"),
        ({"roster_yaml": "shifts: [", "x_csv": ""}, "roster.yaml cannot be read"),
        ({"roster_yaml": "days: {}", "roster_csv": "date,agent"}, "both roster.yaml and roster.csv"),
    ],
)
def test_mistakes_have_their_place_and_a_cure(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(FiguresError) as caught:
        read_figures(written(tmp_path, **files))
    assert said in str(caught.value) and caught.value.cure


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_bytes(b"date,agent\n\xff\xfe")
    with pytest.raises(FiguresError, match="cannot be read"):
        read_figures(tmp_path)


def test_the_carriers_figures_and_monitored_calls(tmp_path: Path) -> None:
    figures = read_figures(
        written(
            tmp_path,
            carrier_csv="date,time,dialled,reached,blocked\n2026-06-21,08:00,100,90,4\n2026-06-21,09:00,100,80,6\n",
            monitoring_csv="date,agent,score\n2026-06-21,1001,80\n2026-06-21,1001,90.5\n",
        )
    )
    live = Live(SHANGHAI, groups=GROUPS)
    put_figures(live.connection, figures, SHANGHAI, GROUPS)
    names = ("line_reached", "blocked_carrier", "monitoring_score", "monitored")
    assert [cell.value for cell in live.evaluate(names, DAY)[0].cells.values()] == [0.85, 0.05, 85.25, 2]
    hours = live.evaluate(("line_reached",), DAY, by="hour")
    assert [(line.period, line.cells["line_reached"].value) for line in hours] == [
        ("2026-06-21T08:00", 0.9),
        ("2026-06-21T09:00", 0.8),
    ]
    group = live.evaluate(("monitoring_score",), DAY, split=("group",))
    assert group[0].split == {"group": "inbound"} and group[0].cells["monitoring_score"].value == 85.25


def test_a_shift_over_midnight_belongs_to_its_first_day(tmp_path: Path) -> None:
    figures = read_figures(
        written(tmp_path, shifts_csv="shift,from,to\nnight,22:00,07:00\nlong,07:00,19:00\nshort,07:00,12:00")
    )
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.served("a", 23 * HOUR, "1001", wait_s=5, talk_s=10)
    tape.served("b", 27 * HOUR, "1001", wait_s=5, talk_s=10)  # 03:00 of the next day
    tape.served("c", 32 * HOUR, "1001", wait_s=5, talk_s=10)
    tape.agent(34 * HOUR, "1001", "signed_out")
    live = Live(SHANGHAI, groups=GROUPS)
    live.take(tape.records())
    span = (MIDNIGHT, MIDNIGHT + 2 * 86_400_000)
    put_shift_times(live.connection, figures.shifts, SHANGHAI, span)
    lines = live.evaluate(("answered", "signed_in_hours"), span, by="shift")
    assert {line.period: [round(cell.value or 0, 6) for cell in line.cells.values()] for line in lines} == {
        "2026-06-20 night": [0, 6],  # 01:00 to 07:00 belong to the night that began on the 20th
        "2026-06-21 long": [0, 12],
        "2026-06-21 short": [0, 5],
        "2026-06-21 night": [2, 9],
        "2026-06-22 long": [1, 3],
        "2026-06-22 short": [1, 3],  # shifts may overlap: a call is in each of them
    }


def test_local_time_to_utc_and_back_over_a_clock_change() -> None:
    berlin = local_clock("Europe/Berlin")
    spring, autumn = day_number("2026-03-29"), day_number("2026-10-25")
    for day in (spring - 1, spring, autumn, autumn + 1):
        for minute in (0, 60, 4 * 60, 23 * 60 + 59):
            at_ms = utc_of(berlin, day, minute)
            _, off_ms, local_day = Halves(berlin).of(at_ms)
            assert (local_day, (at_ms + off_ms) // 60_000 % 1440) == (day, minute)


def test_both_hours_of_an_autumn_night_stand_by_themselves() -> None:
    berlin = local_clock("Europe/Berlin")
    tape = Tape(utc_of(berlin, day_number("2026-10-25"), 0))
    for number in range(5):
        tape.gave_up(f"c{number}", number * HOUR + 600, 30)
    live = Live(berlin)
    live.take(tape.records())
    lines = live.evaluate(("abandoned",), (0, 2**60), by="hour")
    assert [line.period[-5:] for line in lines] == ["00:00", "01:00", "02:00", "02:00", "03:00"]
    assert len({line.start_ms for line in lines}) == 5
    assert live.evaluate(("abandoned",), (0, 2**60), by="day")[0].cells["abandoned"].value == 5


def test_half_hours_of_a_zone_with_a_quarter() -> None:
    nepal = LocalClock(zone="Asia/Kathmandu", offsets_ms=(20_700_000,))
    half_ms, off_ms, _ = Halves(nepal).of(MIDNIGHT)
    assert (half_ms + off_ms) % 1_800_000 == 0 and half_ms <= MIDNIGHT < half_ms + 1_800_000
