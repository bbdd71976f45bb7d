"""Pure: what the board and the process that counts say to each other: messages with their length before them."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from router.board.measured import OF_DAY, OF_NOW, HalfHour, Measured, Values
from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.core.wall import Room

Numbers = tuple[float | None, ...]
"""The values of measures in the order of their names in :mod:`router.board.measured`."""
HEAD_BYTES = 4


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be counted, from where. Another ``generation`` than before: read everything anew.

    ``archive`` is the folder that has what the stream no longer has of the day ("": there is none).
    """

    generation: int
    url: str
    password: str
    site: str
    archive: str = ""
    clock: LocalClock
    within_ms: Ms
    rooms: tuple[Room, ...]


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """What changed since the last count: measures by scope. ``whole``: forget what was counted before."""

    generation: int
    whole: bool
    seq: int
    at_ms: Ms
    now: dict[str, Numbers]
    half: dict[str, Numbers]
    day: dict[str, Numbers]
    trend: dict[str, tuple[HalfHour, ...]]
    gone: tuple[str, ...] = ()
    """Scopes that were counted before and are no more, as after midnight."""


_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[Orders] = msgspec.msgpack.Decoder(Orders)
_counted: msgspec.msgpack.Decoder[Counted] = msgspec.msgpack.Decoder(Counted)


def framed(message: Orders | Counted) -> bytes:
    """Return a message as it goes over the pipe."""
    body = _encoder.encode(message)
    return len(body).to_bytes(HEAD_BYTES, "big") + body


def orders_of(body: bytes) -> Orders:
    """Return the orders of a message's body. Raises msgspec.MsgspecError."""
    return _orders.decode(body)


def counted_of(body: bytes) -> Counted:
    """Return the counts of a message's body. Raises msgspec.MsgspecError."""
    return _counted.decode(body)


class Differences:
    """Tells only what changed: kept by the one that counts, made anew with every reading from the beginning."""

    def __init__(self, generation: int) -> None:
        self._generation = generation
        self._whole = True
        self._told: dict[str, dict[str, Any]] = {"now": {}, "half": {}, "day": {}, "trend": {}}

    def to(self, measured: Measured) -> Counted:
        """Return what changed with these counts."""
        found: dict[str, dict[str, Any]] = {
            "now": _numbers(measured.now, OF_NOW),
            "half": _numbers(measured.half, OF_DAY),
            "day": _numbers(measured.day, OF_DAY),
            "trend": measured.trend,
        }
        changed: dict[str, dict[str, Any]] = {
            name: {scope: value for scope, value in values.items() if self._told[name].get(scope) != value}
            for name, values in found.items()
        }
        gone = tuple(_gone(self._told, found))
        counted = Counted(self._generation, self._whole, measured.seq, measured.at_ms, gone=gone, **changed)
        self._told, self._whole = found, False
        return counted


def merged(before: Measured, counted: Counted) -> Measured:
    """Return the measures after a message."""
    old: list[Mapping[str, Any]] = [{}] * 4
    if not counted.whole:
        old = [before.now, before.half, before.day, before.trend]
    values: list[dict[str, Any]] = [
        {scope: value for scope, value in kept.items() if f"{name} {scope}" not in counted.gone}
        for name, kept in zip(_NAMES, old, strict=True)
    ]
    now, half, day, trend = values
    now |= {scope: _named(OF_NOW, numbers) for scope, numbers in counted.now.items()}
    half |= {scope: _named(OF_DAY, numbers) for scope, numbers in counted.half.items()}
    day |= {scope: _named(OF_DAY, numbers) for scope, numbers in counted.day.items()}
    trend |= counted.trend
    return Measured(counted.seq, counted.at_ms, now, half, day, trend)


_NAMES = ("now", "half", "day", "trend")


def _gone(told: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name in _NAMES:
        yield from (f"{name} {scope}" for scope in told[name] if scope not in found[name])


def _numbers(measured: Mapping[str, Values], names: tuple[str, ...]) -> dict[str, Numbers]:
    return {scope: tuple(values[name] for name in names) for scope, values in measured.items()}


def _named(names: tuple[str, ...], numbers: Numbers) -> Values:
    return dict(zip(names, numbers, strict=True))
