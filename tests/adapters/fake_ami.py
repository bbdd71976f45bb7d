"""A fake of Asterisk's manager interface over a real socket: logs in, tells events, goes silent or away on order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PASSWORD = "right"


class FakeAmi:
    """One manager interface. ``silent``: it takes actions and says nothing, like a stopped process."""

    def __init__(self) -> None:
        self.port = 0
        self.silent = False
        self.actions: list[str] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._writers: list[asyncio.StreamWriter] = []

    def tell(self, name: str, **fields: str) -> None:
        """Send an event to all who are logged in."""
        lines = [f"Event: {name}", *(f"{key}: {value}" for key, value in fields.items())]
        for writer in self._writers:
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def drop(self) -> None:
        """Cut all connections."""
        for writer in tuple(self._open):
            writer.transport.abort()
        self._writers.clear()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeAmi"]:
        """Listen on a free port (the same one when called again)."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.drop()
            await server.wait_closed()
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
                self.actions.append(action["Action"])
                if self.silent:
                    continue
                good = action["Action"] != "Login" or action["Secret"] == PASSWORD
                words = "Authentication accepted" if good else "Authentication failed"
                response = "Success" if good else "Error"
                writer.write(
                    f"Response: {response}\r\nActionID: {action['ActionID']}\r\nMessage: {words}\r\n\r\n".encode()
                )
                if action["Action"] == "Login" and good:
                    self._writers.append(writer)
                    writer.write(b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
