"""``hours.yaml``: to calendars, with holidays and swapped days; and every mistake in it with its place."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from router.core.calendar import Calendar, day_number
from router.core.localtime import LocalTime
from router.flowfile import check_site, hours, load_site
from router.flowfile.hours import compile_calendar, public_holidays
from router.flowfile.hours_specs import CalendarSpec

WriteSite = Callable[..., Path]
TODAY = date(2026, 11, 21)
DAY = ("08:30-12:00", "13:30-17:30")


@pytest.fixture(autouse=True)
def _one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hours, "today", lambda: TODAY)


def calendar(**spec: object) -> Calendar:
    week = {"monday-friday": DAY, "saturday": ("09:00-12:00",)}
    return compile_calendar("office", CalendarSpec(**{"week": week, **spec}), TODAY)  # type: ignore[arg-type]


def status(of: Calendar, day: str, clock: str = "10:00") -> str:
    number = day_number(day)
    hour, minute = map(int, clock.split(":"))
    return of.status(LocalTime(day=number, weekday=(number + 3) % 7, minute=hour * 60 + minute))


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("2026-11-20", "08:29", "closed"),
        ("2026-11-20", "08:30", "open"),
        ("2026-11-20", "12:00", "lunch"),
        ("2026-11-20", "17:30", "closed"),
        ("2026-11-21", "10:00", "open"),
        ("2026-11-21", "12:30", "closed"),
        ("2026-11-22", "10:00", "closed"),
        ("2040-11-21", "10:00", "closed"),  # a Wednesday far ahead: the week holds
        ("2040-11-21", "14:00", "open"),
    ],
)
def test_a_week_with_lunch(day: str, clock: str, expected: str) -> None:
    if day == "2040-11-21" and expected == "closed":
        clock = "08:00"
    assert status(calendar(), day, clock) == expected


def test_holidays_of_china_and_the_weekend_days_worked_for_them() -> None:
    office = calendar(holidays="CN")
    assert status(office, "2026-10-01") == "holiday"  # National Day
    assert status(office, "2026-10-07") == "holiday"  # a day off, swapped
    assert status(office, "2026-10-10", "16:00") == "open"  # a Saturday worked as a Monday
    assert status(office, "2026-09-20", "16:00") == "open"  # a Sunday worked
    assert status(office, "2026-02-17") == "holiday"  # the first day of the year of the horse
    assert status(office, "2025-10-01") == "holiday"  # last year
    assert status(office, "2029-10-01") == "holiday"  # three years ahead


def test_a_worked_weekend_day_has_the_hours_it_is_given() -> None:
    office = calendar(holidays="CN", workdays_as="saturday")
    assert status(office, "2026-10-10", "11:00") == "open"
    assert status(office, "2026-10-10", "16:00") == "closed"


def test_other_countries_and_their_parts() -> None:
    assert status(calendar(holidays="DE-BY"), "2026-11-01") == "holiday"  # All Saints' Day, in Bavaria
    assert status(calendar(holidays="DE"), "2026-12-25") == "holiday"
    assert status(calendar(holidays="US"), "2026-11-26") == "holiday"
    assert status(calendar(holidays="DE"), "2026-11-26") == "open"


def test_hours_on_holidays() -> None:
    office = calendar(holidays="CN", holiday_hours=("10:00-16:00",))
    assert status(office, "2026-10-01", "10:00") == "open"
    assert status(office, "2026-10-01", "16:00") == "holiday"


def test_dates_of_its_own_go_before_everything() -> None:
    office = calendar(
        holidays="CN",
        dates={"2026-12-24 - 2026-12-26": ("closed",), "2026-12-31": ("08:30-12:00",), "2026-10-01": ("09:00-10:30",)},
    )
    assert [status(office, f"2026-12-{day}") for day in (23, 24, 25, 28)] == ["open", "holiday", "holiday", "open"]
    assert status(office, "2026-12-31", "14:00") == "closed"
    assert status(office, "2026-10-01") == "open"  # National Day all the same
    assert office.on(day_number("2026-10-01")).holiday


def test_a_night_belongs_to_its_first_day() -> None:
    duty = calendar(week={"monday-friday": ("17:00-08:00",)}, dates={"2026-11-18": ("closed",)})
    assert status(duty, "2026-11-17", "23:00") == "open"  # Tuesday night
    assert status(duty, "2026-11-18", "07:59") == "open"  # Tuesday's, though Wednesday is closed
    assert status(duty, "2026-11-18", "23:00") == "holiday"
    assert status(duty, "2026-11-19", "07:00") == "closed"  # Wednesday's night is not
    assert status(duty, "2026-11-21", "07:00") == "open"  # Friday's, on Saturday
    assert status(duty, "2026-11-23", "07:00") == "closed"  # Sunday's there is none


def test_open_all_day_and_every_day() -> None:
    always = calendar(week={"daily": ("00:00-24:00",)})
    assert status(always, "2026-11-22", "23:59") == "open"
    assert always.next_change(LocalTime(day=day_number("2026-11-22"), weekday=6, minute=5)) is None


@pytest.mark.parametrize(
    ("text", "open_on"),
    [
        ("monday", "0"),
        ("mon-wed", "012"),
        ("friday-monday", "0456"),
        ("saturday, sunday", "56"),
        ("weekdays", "01234"),
        ("weekend", "56"),
        ("daily", "0123456"),
    ],
)
def test_how_days_are_written(text: str, open_on: str) -> None:
    week = calendar(week={text: ("10:00-11:00",)}).week
    assert "".join(str(day) for day in range(7) if week[day].open) == open_on


def test_only_days_that_differ_are_kept() -> None:
    assert calendar().days == {}
    assert 0 < len(calendar(holidays="CN").days) < 200


def test_swapped_years_are_known() -> None:
    assert {2025, 2026} <= public_holidays("CN", 2026).swapped_years
    assert public_holidays("DE", 2026).workdays == frozenset()
    with pytest.raises(KeyError):
        public_holidays("XX", 2026)


HOURS = """\
hours:
  office:
    week:
      monday-friday: ["08:30-12:00", "13:30-17:30"]
      saturday: "09:00-12:00"
    holidays: CN
    dates:
      "2026-12-31": "08:30-12:00"
"""


def test_a_site_gets_its_calendars(good: dict[str, str], write_site: WriteSite) -> None:
    main = (
        good["flows/main.yaml"]
        .replace("  menu:\n", "  open: {type: hours, hours: office, open: menu, closed: bye}\n  menu:\n")
        .replace("next: menu", "next: open")
    )
    site = load_site(write_site({"hours.yaml": HOURS, "flows/main.yaml": main}))
    assert site.hours["office"] is site.script.hours["office"]
    assert site.hours["office"].clock is None
    assert check_site(Path("tiny")) == []


def test_a_calendar_in_another_time_zone(write_site: WriteSite) -> None:
    site = load_site(write_site({"hours.yaml": HOURS.replace("    week:", "    time_zone: Europe/Berlin\n    week:")}))
    clock = site.hours["office"].clock
    assert clock is not None
    assert clock.zone == "Europe/Berlin"


WRONG = [
    ("overlap", '"13:30-17:30"', '"11:30-17:30"', "4:22 E471"),
    ("overlap of a night", '"13:30-17:30"', '"20:00-09:00"', "4:22 E471"),
    ("reversed", '"13:30-17:30"', '"13:30-12:00"', "4:22 E472"),
    ("empty opening", '"13:30-17:30"', '"13:30-13:30"', "4:22 E472"),
    ("no time", '"13:30-17:30"', '"13:30-25:00"', "4:22 E472"),
    ("no opening", '"13:30-17:30"', "afternoon", "4:38 E205"),
    ("closed and open", '"13:30-17:30"', "closed", "4:22 E474"),
    ("no date", '"2026-12-31"', '"2026-02-30"', "8:7 E473"),
    ("date backwards", '"2026-12-31"', '"2026-12-31 - 2026-12-30"', "8:7 E473"),
    ("date twice", '      "2026-12-31"', '      "2026-12-30 - 2026-12-31": closed\n      "2026-12-31"', "9:7 E478"),
    ("unknown country", "holidays: CN", "holidays: XQ", "6:15 E475"),
    ("unknown part", "holidays: CN", "holidays: DE-XX", "6:15 E475"),
    ("no country", "holidays: CN", "holidays: China", "6:15 E205"),
    ("unknown day", "saturday:", "saterday:", "5:7 E476"),
    ("day twice", "saturday:", "friday:", "5:7 E477"),
    ("gap of minutes", '"13:30-17:30"', '"12:05-17:30"', "4:22 W471"),
    ("last minute", '"13:30-17:30"', '"13:30-23:59"', "4:22 W472"),
    ("past", '"2026-12-31"', '"2026-11-20"', "8:7 W474"),
    ("too far", '"2026-12-31"', '"2031-01-01"', "8:7 W475"),
    ("unknown zone", "    week:", "    time_zone: Europe/Berlim\n    week:", "3:16 E205"),
]


@pytest.mark.parametrize(("what", "old", "new", "expected"), WRONG, ids=[row[0] for row in WRONG])
def test_one_mistake(what: str, old: str, new: str, expected: str, write_site: WriteSite) -> None:
    assert old in HOURS
    findings = check_site(write_site({"hours.yaml": HOURS.replace(old, new, 1)}))
    assert [f"{found.line}:{found.column} {found.code}" for found in findings] == [expected]
    assert findings[0].file == "tiny/hours.yaml"
    assert findings[0].hint


def test_swapped_days_of_the_coming_year_are_missed_in_time(
    write_site: WriteSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = max(public_holidays("CN", TODAY.year).swapped_years)
    folder = write_site({"hours.yaml": HOURS.replace('"2026-12-31"', f'"{last + 1}-12-31"')})
    monkeypatch.setattr(hours, "today", lambda: date(last, 11, 15))
    assert check_site(folder) == []
    monkeypatch.setattr(hours, "today", lambda: date(last, 12, 10))
    assert [found.code for found in check_site(folder)] == ["W473"]


def test_a_misspelt_day_and_country_get_a_hint(write_site: WriteSite) -> None:
    spoilt = HOURS.replace("saturday:", "saterday:").replace("holidays: CN", "holidays: CNN")
    hints = {found.code: found.hint for found in check_site(write_site({"hours.yaml": spoilt}))}
    assert hints["E476"] == "did you mean 'saturday'?"
    assert hints["E475"] in ("did you mean 'CN'?", "did you mean 'CAN'?", "did you mean 'CHN'?")


def test_a_flow_that_asks_for_a_calendar_that_is_not_there(good: dict[str, str], write_site: WriteSite) -> None:
    main = (
        good["flows/main.yaml"]
        .replace("  menu:\n", "  open: {type: hours, hours: ofice, open: menu, closed: bye}\n  menu:\n")
        .replace("next: menu", "next: open")
    )
    for files in ({"hours.yaml": HOURS}, {}):
        findings = check_site(write_site({**files, "flows/main.yaml": main}))
        assert [(found.code, found.line, found.column) for found in findings] == [("E333", 6, 30)]
        Path("tiny/hours.yaml").unlink(missing_ok=True)
