"""Pure: one turn of the core: the moment it happens at and what it puts out, in order."""

from collections.abc import Callable
from typing import Any

import msgspec

from router.core.commands import Command
from router.core.ids import Ms
from router.core.records import SCHEMA_VERSION, Record

Output = Command | Record
Wants = Callable[[type[Record]], bool]


def _everything(record: type[Record]) -> bool:
    return True


class Ledger(msgspec.Struct, kw_only=True):
    """The numbering of records: the last ``seq`` given, over the life of the site."""

    seq: int = 0

    @property
    def wants(self) -> Wants:
        """Says which kinds of records are made: all of them."""
        return _everything


class SelectiveLedger(Ledger, kw_only=True):
    """Makes only some kinds of records, for a simulation that reads few of them; never for a live line."""

    only: frozenset[type[Record]]

    @property
    def wants(self) -> Wants:
        """Says which kinds of records are made."""
        return self.only.__contains__


class Turn:
    """Collects commands and records of one event or timer; gives records their number and time."""

    __slots__ = ("config", "ledger", "now", "order", "out", "wants")

    order: Callable[[Command], None]
    """Puts out a command."""
    wants: Wants
    """Says whether records of a kind are made, for where their fields cost something to work out."""

    def __init__(self, now: Ms, ledger: Ledger, config: str, wants: Wants = _everything) -> None:
        self.now = now
        self.ledger = ledger
        self.config = config
        self.wants = wants
        self.out: list[Output] = []
        self.order = self.out.append  # called so often that a method of our own around it would cost

    def next_seq(self) -> int:
        """Return the number of the record that is put out next."""
        self.ledger.seq += 1
        return self.ledger.seq

    def put(self, record: Record) -> None:
        """Put out a record made outside, for what every call has: to take fields through :meth:`note` costs more."""
        self.out.append(record)

    def note(self, record: type[Record], *, config: str | None = None, **fields: Any) -> None:
        """Put out a record; ``config`` is the call's version of the site where it differs from the present one."""
        if not self.wants(record):
            return
        self.out.append(
            record(
                seq=self.next_seq(),
                at_ms=self.now,
                v=SCHEMA_VERSION,
                config=self.config if config is None else config,
                **fields,
            )
        )
