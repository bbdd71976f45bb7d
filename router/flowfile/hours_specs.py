"""What stands in ``hours.yaml``: structs whose fields are the keys."""

from typing import Annotated

import msgspec
from msgspec import Meta, field

from router.flowfile.names import NameText
from router.flowfile.zones import zone_names

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Opening = Annotated[
    str,
    Meta(
        pattern=r"^(closed|[0-9]{1,2}:[0-9]{2} ?- ?[0-9]{1,2}:[0-9]{2})$",
        extra={"what": 'a time such as "08:30-17:00", or closed'},
        description='openings: "08:30-12:00", or ["08:30-12:00", "13:30-17:30"], or closed',
    ),
]
Openings = Annotated[tuple[Opening, ...], Meta(min_length=1, description='times such as "08:30-12:00", or closed')]


class CalendarSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A named calendar. A day that is not named under ``week`` is closed."""

    title: Annotated[NameText, Meta(description="what people call it; any language")] = ""
    time_zone: Annotated[
        str, Meta(extra={"one_of": zone_names}, description="such as Europe/Berlin (default: the site's)")
    ] = ""
    week: Annotated[
        dict[str, Openings], Meta(min_length=1, description="openings by day: monday, monday-friday, daily")
    ]
    holidays: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,5})?$",
            extra={"what": "a country such as CN, or DE-BY"},
            description="whose holidays and worked weekend days: the ISO code of a country, or with a part: DE-BY",
        ),
    ] = ""
    holiday_hours: Annotated[Openings, Meta(description="openings on public holidays (default: closed)")] = ("closed",)
    workdays_as: Annotated[
        str, Meta(extra={"one_of": lambda: DAY_NAMES}, description="whose openings a weekend day has that is worked")
    ] = "monday"
    dates: Annotated[
        dict[str, Openings], Meta(description='openings on dates of its own: "2026-12-31", "2026-12-24 - 2026-12-26"')
    ] = field(default_factory=dict)


class HoursFile(msgspec.Struct, frozen=True, kw_only=True):
    """``hours.yaml``."""

    hours: Annotated[dict[NameText, CalendarSpec], Meta(min_length=1, description="calendars by name")]
