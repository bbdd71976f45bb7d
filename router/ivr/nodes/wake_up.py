"""Pure: books a wake-up call, or cancels it."""

from router.ivr.appointments import Appointing


class WakeUp(Appointing, frozen=True, kw_only=True):
    """Books a wake-up call: asks for the time as four digits (0730), says it back, has it confirmed; or cancels it.

    At the time the phone is rung, up to three times three minutes apart, and ``flow`` runs when it is picked up; nobody
    picking up is an alarm for the supervisor.
    """
