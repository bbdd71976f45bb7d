"""Stands where the core is: keeps the events that adapters submit and lets tests wait for them."""

import asyncio
from typing import TypeVar

from router.core.commands import Command
from router.core.events import Event, RecordingFinished
from router.core.ids import PlaybackId

E = TypeVar("E", bound=Event)


class Core:
    """Stands where the core is: keeps what is submitted."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.others: list[Command] = []
        self.playbacks: tuple[PlaybackId, ...] = ()
        self.recordings: tuple[str, ...] = ()
        self.files: dict[str, int] = {}
        """Lengths of recordings' files in ms."""
        self._news = asyncio.Event()

    def submit(self, event: Event) -> None:
        """Take an event."""
        self.events.append(event)
        self._news.set()

    def recording_over(self, name: str) -> RecordingFinished:
        """How a recording ended, by its file."""
        return RecordingFinished(recording=name, length_ms=self.files.get(name, 0), failed=name not in self.files)

    async def until(self, kind: type[E], count: int = 1, within_s: float = 3) -> E:
        """Wait for the ``count``-th event of a kind."""
        try:
            async with asyncio.timeout(within_s):
                while len(found := self.all(kind)) < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} number {count}, but {self.events[-12:]}") from None
        return found[count - 1]

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]
