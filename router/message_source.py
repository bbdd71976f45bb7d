"""What the page of messages shows: the running router's list, and the folder of recordings of the same line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from router.adapters.control import Control
from router.adapters.recordings import recording_path
from router.line.folders import Folders
from router.settings import Settings


class RouterMessages:
    """A source for :func:`router.board.messages_http.add_message_routes`; ``time_zone`` is the site's."""

    def __init__(self, settings: Settings, time_zone: str) -> None:
        self.time_zone = time_zone
        self._home = settings.home
        self._recordings = Folders.of(settings).recordings

    async def messages(self, message: str = "") -> list[dict[str, Any]]:
        """Ask the router for those to be answered, or for one. Raises RouterAway where none answers."""
        async with Control(self._home) as control:
            return await control.messages(message)

    def file(self, row: Mapping[str, Any]) -> Path | None:
        """The file of a message's recording."""
        return recording_path(self._recordings, row["recording"])
