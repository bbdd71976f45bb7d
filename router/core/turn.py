"""Pure: one turn of the core: the moment it happens at and what it puts out, in order."""

from typing import Any

import msgspec

from router.core.commands import Command
from router.core.ids import Ms
from router.core.records import SCHEMA_VERSION, Record

Output = Command | Record


class Ledger(msgspec.Struct, kw_only=True):
    """The numbering of records: the last ``seq`` given, over the life of the site."""

    seq: int = 0


class Turn:
    """Collects commands and records of one event or timer; gives records their number and time."""

    __slots__ = ("config", "ledger", "now", "out")

    def __init__(self, now: Ms, ledger: Ledger, config: str) -> None:
        self.now = now
        self.ledger = ledger
        self.config = config
        self.out: list[Output] = []

    def order(self, command: Command) -> None:
        """Put out a command."""
        self.out.append(command)

    def note(self, record: type[Record], *, config: str | None = None, **fields: Any) -> None:
        """Put out a record; ``config`` is the call's version of the site where it differs from the present one."""
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
