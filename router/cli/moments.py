"""Moments as people write them on the command line."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from router.cli.output import refuse
from router.core.ids import Ms


def moment(at: str, now_ms: Ms, zone: ZoneInfo) -> Ms:
    """Return the moment a person means, in ms UTC; a time of day is today's, or tomorrow's where that is past."""
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    try:
        if len(at) > 5:
            meant = datetime.fromisoformat(at).replace(tzinfo=zone)
        else:
            hour, _, minute = at.partition(":")
            meant = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
            if meant <= now:
                meant += timedelta(days=1)
    except ValueError:
        raise refuse(f"'{at}' is no time", "write 07:30, or 2026-11-22T07:30") from None
    return int(meant.timestamp() * 1000)
