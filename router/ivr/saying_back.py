"""Pure: saying back what a caller typed: a number digit by digit, a time of day. For nodes that have it confirmed."""

from router.ivr.walk import Walk


def digit_by_digit(walk: Walk, number: str) -> tuple[str, ...]:
    """Return the media that say a number's digits one by one."""
    return walk.media([f"router/digit_{digit}" for digit in number if digit.isdecimal()])


def time_of_day(walk: Walk, minute: int) -> tuple[str, ...]:
    """Return the media that say a time of day, given in minutes since midnight, as its four digits."""
    return digit_by_digit(walk, f"{minute // 60:02}{minute % 60:02}")
