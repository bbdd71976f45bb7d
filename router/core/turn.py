"""Pure: one turn of the core: the moment it happens at and what it puts out, in order."""

from collections.abc import Callable
from typing import Any

import msgspec

from router.core.commands import Command
from router.core.ids import Ms
from router.core.records import SCHEMA_VERSION, Record

Output = Command | Record


class Ledger(msgspec.Struct, kw_only=True):
    """The numbering of records: the last ``seq`` given, over the life of the site."""

    seq: int = 0

    @property
    def wanted(self) -> frozenset[type[Record]] | None:
        """The kinds of records that are made; None: all of them."""
        return None


class SelectiveLedger(Ledger, kw_only=True):
    """Makes only some kinds of records, for a simulation that reads few of them; never for a live line."""

    only: frozenset[type[Record]]

    @property
    def wanted(self) -> frozenset[type[Record]]:
        """The kinds of records that are made."""
        return self.only


class Turn:
    """Collects commands and records of one event or timer; gives records their number and time."""

    __slots__ = ("config", "ledger", "now", "order", "out", "wanted")

    order: Callable[[Command], None]
    """Puts out a command."""

    def __init__(self, now: Ms, ledger: Ledger, config: str) -> None:
        self.now = now
        self.ledger = ledger
        self.config = config
        self.wanted = ledger.wanted
        self.out: list[Output] = []
        self.order = self.out.append  # called so often that a method of our own around it would cost

    def wants(self, record: type[Record]) -> bool:
        """Say whether records of a kind are made, where their fields cost something to work out."""
        return self.wanted is None or record in self.wanted

    def note(self, record: type[Record], *, config: str | None = None, **fields: Any) -> None:
        """Put out a record; ``config`` is the call's version of the site where it differs from the present one."""
        if self.wanted is not None and record not in self.wanted:
            return
        self.ledger.seq += 1
        self.out.append(
            record(
                seq=self.ledger.seq,
                at_ms=self.now,
                v=SCHEMA_VERSION,
                config=self.config if config is None else config,
                **fields,
            )
        )
