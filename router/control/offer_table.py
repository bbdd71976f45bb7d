"""Pure: an offer to a waiting caller as a table: what they are being asked, and what can come of it."""

from enum import StrEnum


class OfferStage(StrEnum):
    """What a waiting caller is being asked."""

    CHOICE = "choice"
    OPEN = "open"
    """A callback is promised to them already: keep it (1) or cancel it (2)."""
    CONFIRM = "confirm"
    """Is this the number (1)? Or another (2), or a time to be called at (3)."""
    TYPING = "typing"
    TIME = "time"
    DAY = "day"
    """Their time is one of another day than today: is it right (1), or another time (2)?"""
    BOOKED = "booked"
    """They are told that it is booked, then the call is over."""
    OVER = "over"


class OfferEvent(StrEnum):
    """What can come of it."""

    WAIT = "wait"
    CALLBACK = "callback"
    NO_NUMBER = "no_number"
    """They want to be called back and their number is not known, or cannot be rung."""
    HAS_ONE = "has_one"
    RECORDING = "recording"
    RIGHT = "right"
    OTHER = "other"
    AT_TIME = "at_time"
    ANOTHER_DAY = "another_day"
    """A time that is over or closed today is one of the next open day: they are told which."""
    TYPED = "typed"
    WRONG = "wrong"
    """What was typed cannot be: they are told why and asked again."""
    KEEP = "keep"
    CANCEL = "cancel"
    SILENT = "silent"
    GIVEN_UP = "given_up"
    """Silent or wrong too often: they wait on."""


_S, _E = OfferStage, OfferEvent

OFFER_TABLE: dict[OfferStage, dict[OfferEvent, OfferStage]] = {
    _S.CHOICE: {
        _E.WAIT: _S.OVER,
        _E.CALLBACK: _S.CONFIRM,
        _E.NO_NUMBER: _S.TYPING,
        _E.HAS_ONE: _S.OPEN,
        _E.RECORDING: _S.OVER,
        _E.SILENT: _S.OVER,
    },
    _S.OPEN: {_E.KEEP: _S.BOOKED, _E.CANCEL: _S.OVER, _E.SILENT: _S.OPEN, _E.GIVEN_UP: _S.OVER},
    _S.CONFIRM: {
        _E.RIGHT: _S.BOOKED,
        _E.OTHER: _S.TYPING,
        _E.AT_TIME: _S.TIME,
        _E.WRONG: _S.TYPING,
        _E.HAS_ONE: _S.OPEN,
        _E.SILENT: _S.CONFIRM,
        _E.GIVEN_UP: _S.OVER,
    },
    _S.TYPING: {_E.TYPED: _S.CONFIRM, _E.WRONG: _S.TYPING, _E.SILENT: _S.TYPING, _E.GIVEN_UP: _S.OVER},
    _S.TIME: {
        _E.TYPED: _S.BOOKED,
        _E.ANOTHER_DAY: _S.DAY,
        _E.HAS_ONE: _S.OPEN,
        _E.WRONG: _S.TIME,
        _E.SILENT: _S.TIME,
        _E.GIVEN_UP: _S.OVER,
    },
    _S.DAY: {
        _E.RIGHT: _S.BOOKED,
        _E.OTHER: _S.TIME,
        _E.HAS_ONE: _S.OPEN,
        _E.WRONG: _S.TIME,
        _E.SILENT: _S.DAY,
        _E.GIVEN_UP: _S.OVER,
    },
    _S.BOOKED: {},
    _S.OVER: {},
}
"""Stage -> event -> next stage; what is not here cannot happen."""
