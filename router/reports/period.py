"""Pure: what span a report is about: the period of a date, the columns it is cut into, what it is compared with."""

import datetime
import re
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from router.core.calendar import date_of, day_number, day_of, day_text
from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.kpi.clockwork import DAY_MS, HALF_HOUR_MS, Halves, local_of, utc_of
from router.kpi.evaluate import By, Line
from router.kpi.figures import Shift

Kind = Literal["shift", "day", "week", "month", "quarter", "half-year", "year", "handover"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_HOUR_MS = 3_600_000
_NO_SHIFTS_MS = 8 * _HOUR_MS
"""What a hand-over looks back on where no shifts are known."""
_COLUMNS: dict[Kind, By] = {
    "shift": "half_hour",
    "handover": "half_hour",
    "day": "hour",
    "week": "day",
    "month": "day",
    "quarter": "week",
    "half-year": "week",
    "year": "month",
}
"""What each kind is cut into."""
_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""How many months there are in one."""
_FORMS: dict[str, str] = {
    "day": "2026-11-21, today or yesterday",
    "week": "2026-W47 or a day of it (2026-11-21)",
    "month": "2026-11 or a day of it (2026-11-21)",
    "quarter": "2026-Q4 or a day of it (2026-11-21)",
    "half-year": "2026-H2 or a day of it (2026-11-21)",
    "year": "2026 or a day of it (2026-11-21)",
}
_SHORT: dict[str, re.Pattern[str]] = {
    "week": re.compile(r"(\d{4})-W(\d\d?)", re.IGNORECASE),
    "month": re.compile(r"(\d{4})-(\d\d?)"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])", re.IGNORECASE),
    "half-year": re.compile(r"(\d{4})-H([12])", re.IGNORECASE),
    "year": re.compile(r"(\d{4})"),
}


class PeriodError(HotlineError):
    """No period is meant by what was given; the message says why and what would be."""


class NoShifts(HotlineError):
    """There are no shifts to report on."""


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a report: a half hour, hour, day, week or month of it.

    ``key`` is how :func:`key_of` names the measures' line of it; ``label`` is short, for a heading.
    """

    key: int | str
    label: str
    start_ms: Ms
    end_ms: Ms


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A span on the site's clock. ``name`` is for headings and file names: ``2026-11-21``, ``2026-W47``, ``2026-Q4``.

    ``before`` is what it is compared with: the same shift or day a week earlier, else the period before.
    ``by`` is the grain of its columns and ``fine`` that of its finest curve.
    """

    kind: Kind
    name: str
    start_ms: Ms
    end_ms: Ms
    before: tuple[Ms, Ms]
    by: By
    fine: By

    @property
    def span(self) -> tuple[Ms, Ms]:
        """From and to, UTC ms, to not included."""
        return self.start_ms, self.end_ms


def period_of(
    kind: Kind, text: str, clock: LocalClock, now: Ms, shifts: Sequence[Shift] = (), shift: str = ""
) -> Period:
    """Return the period of a kind that ``text`` means; "" means the last one that is over (hand-over: the present one).

    Raises PeriodError for a date or shift that is none, NoShifts where shifts are needed and not known.
    """
    today = Halves(clock).of(now)[2]
    if kind in ("shift", "handover"):
        return _shift_period(kind, text, clock, now, shifts, shift)
    if shift:
        raise PeriodError(f"a {kind} report has no shift", "leave --shift out, or ask for `report shift`")
    first, after = _days(kind, _date(kind, text, today)) if text else _last(kind, today)
    start_ms, end_ms = utc_of(clock, first, 0), utc_of(clock, after, 0)
    if kind == "day":
        earlier, until = first - 7, after - 7
    else:
        earlier, until = _days(kind, first - 1)
    return Period(
        kind=kind,
        name=_name(kind, first),
        start_ms=start_ms,
        end_ms=end_ms,
        before=(utc_of(clock, earlier, 0), utc_of(clock, until, 0)),
        by=_COLUMNS[kind],
        fine="half_hour" if kind in ("day", "week", "month") else "day",
    )


def _shift_period(kind: Kind, text: str, clock: LocalClock, now: Ms, shifts: Sequence[Shift], wanted: str) -> Period:
    if not shifts:
        if kind == "shift":
            raise NoShifts("no shifts are known", "write figures/shifts.csv, see docs/measures.md; or `report day`")
        return _stretch(kind, "", now - _NO_SHIFTS_MS, now, clock)
    if wanted and wanted not in {one.name for one in shifts}:
        raise PeriodError(f"there is no shift '{wanted}'", f"known shifts: {', '.join(one.name for one in shifts)}")
    today = Halves(clock).of(now)[2]
    days = [_date("day", text, today)] if text else [today - 1, today]
    found = [
        (utc_of(clock, day, one.begins), utc_of(clock, day, one.ends), day, one)
        for day in days
        for one in shifts
        if wanted in ("", one.name)
    ]
    if not text:  # the last one that is over, or for a hand-over the one under way
        over = [one for one in found if (one[0] if kind == "handover" else one[1]) <= now]
        found = over or found
    elif len(found) > 1:
        begun = [one for one in found if one[0] <= now]
        if kind == "shift" and len(begun) > 1:
            names = ", ".join(one[3].name for one in begun)
            raise PeriodError(f"{text} has several shifts", f"say which by --shift: {names}")
        found = begun or found
    start_ms, end_ms, day, one = max(found, key=lambda each: each[:2])
    period = _stretch(kind, f"{day_text(day)}-{one.name}", start_ms, end_ms, clock)
    week = 7  # a night's shift of Friday is like that of the Friday before, whatever the clocks did in between
    before = utc_of(clock, day - week, one.begins), utc_of(clock, day - week, one.ends)
    return msgspec.structs.replace(period, before=before)


def _stretch(kind: Kind, name: str, start_ms: Ms, end_ms: Ms, clock: LocalClock) -> Period:
    return Period(
        kind=kind,
        name=name or local_of(clock, end_ms).strftime("%Y-%m-%dT%H%M"),
        start_ms=start_ms,
        end_ms=end_ms,
        before=(start_ms - 7 * DAY_MS, end_ms - 7 * DAY_MS),
        by=_COLUMNS[kind],
        fine="half_hour",
    )


def cuts(period: Period, clock: LocalClock) -> list[Cut]:
    """Return the columns of a period, in order; its first and last may be cut short by its ends."""
    return cuts_of(period.span, period.by, clock)


def cuts_of(span: tuple[Ms, Ms], by: By, clock: LocalClock) -> list[Cut]:
    """Cut a span at the clock or the calendar, as measures by ``by`` are."""
    halves = Halves(clock)
    found: list[Cut] = []
    for start_ms, end_ms, (half_ms, off_ms, day) in halves.pieces(*span):
        local_ms = half_ms + off_ms
        if by == "half_hour":
            key: int | str = half_ms
        elif by == "hour":
            key = half_ms - local_ms % _HOUR_MS
        else:
            key = day_text(_days(by.replace("_", "-"), day)[0])
        if found and found[-1].key == key:
            found[-1] = msgspec.structs.replace(found[-1], end_ms=end_ms)
        else:
            found.append(Cut(key=key, label=_label(by, local_ms, day), start_ms=start_ms, end_ms=end_ms))
    return found


def key_of(line: Line) -> int | str:
    """Return which cut a line of measures belongs to."""
    return line.start_ms if line.start_ms is not None else line.period


def _label(by: By, local_ms: int, day: int) -> str:
    date = date_of(day)
    if by == "half_hour":
        return f"{local_ms // HALF_HOUR_MS // 2 % 24:02}:{local_ms // 60_000 % 60:02}"
    if by == "hour":
        return f"{local_ms // _HOUR_MS % 24:02}"
    if by == "week":
        return f"W{date.isocalendar().week:02}"
    if by == "month":
        return f"{date.month:02}"
    return f"{date.day:02}"


def _days(kind: str, day: int) -> tuple[int, int]:
    """The first day of the period that holds a day, and the first one after it."""
    date = date_of(day)
    if kind == "day":
        return day, day + 1
    if kind == "week":
        return day - date.weekday(), day - date.weekday() + 7
    months = _MONTHS[kind]
    month = (date.month - 1) // months * months
    after = month + months
    return (
        day_of(datetime.date(date.year, month + 1, 1)),
        day_of(datetime.date(date.year + after // 12, after % 12 + 1, 1)),
    )


def _last(kind: str, today: int) -> tuple[int, int]:
    return _days(kind, _days(kind, today)[0] - 1)


def _date(kind: str, text: str, today: int) -> int:
    """A day of the period that was meant."""
    word = text.strip()
    if word in ("today", "yesterday"):
        return today - (word == "yesterday")
    try:
        short = _SHORT.get(kind)
        if short is not None and (match := short.fullmatch(word)):
            year, number = int(match[1]), int(match[2]) if match.lastindex == 2 else 1
            if kind == "week":
                return day_of(datetime.date.fromisocalendar(year, number, 1))
            return day_of(datetime.date(year, (number - 1) * _MONTHS[kind] + 1, 1))
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            raise ValueError
        return day_number(word)
    except ValueError:
        what = "date" if kind == "day" else kind
        raise PeriodError(f"'{text}' is no {what}", f"write {_FORMS[kind]}") from None


def _name(kind: Kind, first: int) -> str:
    date = date_of(first)
    if kind == "week":
        year, week, _ = date.isocalendar()
        return f"{year}-W{week:02}"
    return {
        "day": date.isoformat(),
        "month": f"{date.year}-{date.month:02}",
        "quarter": f"{date.year}-Q{(date.month + 2) // 3}",
        "half-year": f"{date.year}-H{1 if date.month <= 6 else 2}",
        "year": str(date.year),
    }[kind]
