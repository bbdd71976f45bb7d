"""Pure: books a reminder call, or cancels it."""

from router.ivr.appointments import Appointing


class Reminder(Appointing, frozen=True, kw_only=True):
    """Books a call that reminds the caller of something at a time, as ``wake_up`` does; or cancels it."""
