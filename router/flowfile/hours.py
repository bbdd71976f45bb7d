"""Opening hours: ``hours.yaml`` to calendars that are plain tables, and every mistake in it.

Holidays and the weekend days that are worked instead come from the ``holidays`` package: what governments have
announced by its release.
"""

import re
import time
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import holidays
import msgspec

from router.core.calendar import Calendar, Hours, day_number
from router.flowfile.diagnostics import diagnose, meant
from router.flowfile.draft import Draft
from router.flowfile.hours_specs import DAY_NAMES, CalendarSpec
from router.flowfile.units import minute_of_day
from router.flowfile.zones import local_clock

FILE = "hours.yaml"
YEARS_BACK, YEARS_AHEAD = 1, 3
"""The years around this one whose holidays and dates are in a calendar; before and after, the week holds."""
LONGEST_NIGHT = 16 * 60
"""The longest opening over midnight in minutes; a longer one is taken for two times in the wrong order."""
SMALLEST_GAP = 10
"""A break shorter than this, in minutes, is most likely not meant."""
OWN = "own"
"""What a closing of the hotline's own counts as, where it is no public holiday."""

_DAY = 24 * 60
_DATES = re.compile(r"^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?: ?(?:-|to|\.\.) ?([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}))?$")
_MAX_RANGE = 370
_WARN_BEFORE_DAYS = 31

SEVERAL_DAYS = {"daily": "mon-sun", "weekdays": "mon-fri", "weekend": "sat-sun"}

Spans = tuple[tuple[int, int], ...]
"""Openings of a day in minutes, in order; one over midnight ends after 1440."""


class Holidays(msgspec.Struct, frozen=True):
    """The public holidays of a country by day since 1970, the weekend days worked instead, and the years they cover."""

    names: dict[int, str]
    workdays: frozenset[int]
    swapped_years: frozenset[int]


def today() -> date:
    """Return the day it is on this machine: calendars are made for the years around it."""
    return date(*time.gmtime()[:3])


def compile_calendars(draft: Draft, day: date | None = None) -> dict[str, Calendar]:
    """Return the calendars of a hotline without mistakes, by name."""
    specs = draft.hours.hours if draft.hours else {}
    return {name: compile_calendar(name, spec, day or today()) for name, spec in specs.items()}


def compile_calendar(name: str, spec: CalendarSpec, day: date) -> Calendar:
    """Return one calendar as tables for the years around ``day``."""
    week = _week(spec)
    public = public_holidays(spec.holidays, day.year) if spec.holidays else Holidays({}, frozenset(), frozenset())
    swapped = DAY_NAMES.index(spec.workdays_as)
    own_dates = {number: _spans(openings) for text, openings in spec.dates.items() for number in _days(text)}

    def own(number: int) -> tuple[Spans, str]:
        """Return the openings that begin on a day, and the holiday it is."""
        holiday = public.names.get(number, "")
        if number in own_dates:
            return own_dates[number], holiday or ("" if own_dates[number] else OWN)
        if holiday:
            return _spans(spec.holiday_hours), holiday
        return week[swapped if number in public.workdays else (number + 3) % 7], ""

    table = tuple(_hours(week[weekday - 1], week[weekday], "") for weekday in range(7))
    first = day_number(f"{day.year - YEARS_BACK}-01-01")
    last = day_number(f"{day.year + YEARS_AHEAD}-12-31")
    days: dict[int, Hours] = {}
    for number in range(first, last + 1):
        spans, holiday = own(number)
        hours = _hours(own(number - 1)[0], spans, holiday)
        if hours != table[(number + 3) % 7]:
            days[number] = hours
    return Calendar(name=name, week=table, days=days, clock=local_clock(spec.time_zone) if spec.time_zone else None)


@cache
def public_holidays(region: str, year: int) -> Holidays:
    """Return the holidays of ``CN`` or ``DE-BY`` in the years around ``year``. Raises ``KeyError`` for another."""
    country, _, part = region.upper().partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (part and part not in known[country]):
        raise KeyError(region)
    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    found = holidays.country_holidays(country, subdiv=part or None, years=years, language="en_US")
    worked: set[date] = getattr(found, "weekend_workdays", set())
    return Holidays(
        {day_number(day.isoformat()): str(name) for day, name in found.items()},
        frozenset(day_number(day.isoformat()) for day in worked),
        frozenset(day.year for day in worked),
    )


def check_hours(draft: Draft) -> None:
    """Report what is wrong with the calendars: overlaps, times in the wrong order, dates that do not exist."""
    for name, spec in (draft.hours.hours if draft.hours else {}).items():
        _check_country(draft, name, spec)
        _check_week(draft, name, spec)
        _check_openings(draft, spec.holiday_hours, "hours", name, "holiday_hours")
        _check_dates(draft, name, spec)


# --- reading what people write ----------------------------------------------------------------------------------


def _span(text: str) -> tuple[int, int]:
    """Return an opening in minutes; one over midnight ends after 1440. Raises ``ValueError``."""
    begins, ends = (minute_of_day(part.strip()) for part in text.split("-"))
    if ends <= begins:
        ends += _DAY
        if ends - begins > LONGEST_NIGHT or begins >= _DAY:
            raise ValueError(text)
    return begins, ends


def _spans(openings: Sequence[str]) -> Spans:
    return tuple(sorted(_span(text) for text in openings if text != "closed"))


def _weekdays(text: str) -> list[int]:
    """Return the days that ``monday``, ``mon-fri``, ``saturday, sunday`` or ``daily`` mean. Raises ``ValueError``."""
    found: list[int] = []
    for part in SEVERAL_DAYS.get(text.strip(), text).split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        begins = _weekday(first)
        count = (_weekday(last) - begins) % 7 + 1 if dash else 1
        found += [(begins + more) % 7 for more in range(count)]
    return found


def _weekday(text: str) -> int:
    return DAY_NAMES.index(next((name for name in DAY_NAMES if text == name[:3]), text))


def _days(text: str) -> list[int]:
    """Return the days since 1970 a date or range of dates means. Raises ``ValueError``."""
    found = _DATES.match(text.strip())
    if found is None:
        raise ValueError(text)
    first, last = (date(*map(int, part.split("-"))) for part in (found[1], found[2] or found[1]))
    if not 0 <= (last - first).days <= _MAX_RANGE:
        raise ValueError(text)
    return [day_number((first + timedelta(days=more)).isoformat()) for more in range((last - first).days + 1)]


def _week(spec: CalendarSpec) -> list[Spans]:
    week: list[Spans] = [()] * 7
    for text, openings in spec.week.items():
        for weekday in _weekdays(text):
            week[weekday] = _spans(openings)
    return week


def _hours(before: Spans, spans: Spans, holiday: str) -> Hours:
    """Return a day: what is left of the openings of the day before, and its own."""
    left = [(0, ends - _DAY) for _, ends in before if ends > _DAY]
    own = [(begins, min(ends, _DAY)) for begins, ends in spans]
    breaks = tuple((ends, begins) for (_, ends), (begins, _) in pairwise(own) if ends < begins)
    return Hours(open=_joined(sorted(left + own)), breaks=breaks, holiday=holiday)


def _joined(spans: list[tuple[int, int]]) -> Spans:
    joined: list[tuple[int, int]] = []
    for begins, ends in spans:
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return tuple(joined)


# --- checking ---------------------------------------------------------------------------------------------------


def _check_country(draft: Draft, name: str, spec: CalendarSpec) -> None:
    if not spec.holidays:
        return
    now = today()
    place = draft.value_place(FILE, "hours", name, "holidays")
    try:
        public = public_holidays(spec.holidays, now.year)
    except KeyError:
        country, _, part = spec.holidays.upper().partition("-")
        known = holidays.list_supported_countries()
        hint = f"parts of {country} are: {', '.join(known[country]) or 'none'}" if country in known and part else ""
        draft.findings.append(diagnose("E475", place, hint or meant(spec.holidays, known), name=spec.holidays))
        return
    coming = (now + timedelta(days=_WARN_BEFORE_DAYS)).year
    if public.swapped_years and now.year in public.swapped_years and coming not in public.swapped_years:
        draft.findings.append(diagnose("W473", place, name=spec.holidays, year=coming))


def _check_week(draft: Draft, name: str, spec: CalendarSpec) -> None:
    seen: dict[int, str] = {}
    whole = True
    for text, openings in spec.week.items():
        place = draft.place(FILE, "hours", name, "week", text)
        try:
            weekdays = _weekdays(text)
        except ValueError:
            whole = False
            draft.findings.append(diagnose("E476", place, meant(text, (*DAY_NAMES, *SEVERAL_DAYS)), name=text))
            continue
        twice = [weekday for weekday in weekdays if weekday in seen]
        if twice:
            whole = False
            draft.findings.append(diagnose("E477", place, name=DAY_NAMES[twice[0]], first=seen[twice[0]]))
        seen.update(dict.fromkeys(weekdays, text))
        whole = _check_openings(draft, openings, "hours", name, "week", text) and whole
    if whole:
        _check_nights(draft, name, spec)


def _check_openings(draft: Draft, openings: Sequence[str], *path: str) -> bool:
    """Report what is wrong with the openings of one day; say whether they can be used."""
    place = draft.value_place(FILE, *path)
    spans: list[tuple[int, int]] = []
    for text in openings:
        if text == "closed":
            if len(openings) > 1:
                draft.findings.append(diagnose("E474", place))
                return False
            continue
        try:
            spans.append(_span(text))
        except ValueError:
            draft.findings.append(diagnose("E472", place, opening=text))
            return False
        if text.strip().endswith("59"):
            draft.findings.append(diagnose("W472", place, opening=text, at=text.strip()[-5:]))
    spans.sort()
    for (_, ends), (begins, _) in pairwise(spans):
        if begins < ends:
            draft.findings.append(diagnose("E471", place, at=_clock(begins)))
            return False
        if begins - ends < SMALLEST_GAP and begins > ends:
            draft.findings.append(diagnose("W471", place, begins=_clock(ends), ends=_clock(begins)))
    return True


def _check_nights(draft: Draft, name: str, spec: CalendarSpec) -> None:
    """Report an opening over midnight that runs into the next day's first."""
    week = _week(spec)
    for weekday in range(7):
        over = max((ends - _DAY for _, ends in week[weekday]), default=0)
        first = week[(weekday + 1) % 7][:1]
        if first and over > first[0][0]:
            text = next(text for text in spec.week if (weekday + 1) % 7 in _weekdays(text))
            place = draft.value_place(FILE, "hours", name, "week", text)
            draft.findings.append(diagnose("E471", place, at=_clock(first[0][0])))
            return


def _check_dates(draft: Draft, name: str, spec: CalendarSpec) -> None:
    seen: dict[int, str] = {}
    now = day_number(today().isoformat())
    for text, openings in spec.dates.items():
        place = draft.place(FILE, "hours", name, "dates", text)
        try:
            days = _days(text)
        except ValueError:
            draft.findings.append(diagnose("E473", place, name=text))
            continue
        twice = next((day for day in days if day in seen), None)
        if twice is not None:
            draft.findings.append(diagnose("E478", place, name=text, first=seen[twice]))
        elif days[-1] < now:
            draft.findings.append(diagnose("W474", place, name=text))
        elif not _known_years(days):
            draft.findings.append(diagnose("W475", place, name=text, year=today().year + YEARS_AHEAD))
        seen.update(dict.fromkeys(days, text))
        _check_openings(draft, openings, "hours", name, "dates", text)


def _known_years(days: list[int]) -> bool:
    return days[-1] <= day_number(f"{today().year + YEARS_AHEAD}-12-31")


def _clock(minute: int) -> str:
    return f"{minute % _DAY // 60:02}:{minute % 60:02}"
