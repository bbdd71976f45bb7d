"""The error tree. Every error says what to do next; none of these ever stops a call under way."""


class HotlineError(Exception):
    """Base of all errors of this project. ``cure`` says what to do next."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.cure = cure


class SettingsError(HotlineError):
    """A setting or secret is missing or wrong."""


class SetupError(HotlineError):
    """A step of setting up or starting a part of the line failed."""


class SiteError(HotlineError):
    """The site's YAML has mistakes; the message lists them all with their places."""


class SwitchError(HotlineError):
    """Asterisk refused a request. ``status`` is its HTTP status, 0 where there was no answer."""

    def __init__(self, message: str, status: int = 0, cure: str = "") -> None:
        super().__init__(message, cure)
        self.status = status


class JournalError(HotlineError):
    """The journal or a snapshot cannot be read or written."""


class RouterAway(HotlineError):
    """No router answers on its control socket."""


class SimulationError(HotlineError):
    """A scenario of the simulator is wrong; the message names the flag, or the file and place."""
