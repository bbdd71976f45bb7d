"""Times calls by Asterisk's own clock: from the caller's channel to the moment two are in its bridge."""

import asyncio
import contextlib

from bench.switch import AMI_PASSWORD, AMI_USER


class Stopwatch:
    """Reads AMI's Newchannel and BridgeEnter; the same for whoever brings caller and agent together."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        """Caller's channel -> when it came, in s."""
        self.bridged: dict[str, float] = {}
        """Caller's channel -> when two were in its bridge."""
        self._numbers: dict[str, str] = {}
        self._in_bridge: dict[str, list[str]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def start(self, host: str, port: int) -> None:
        """Log in. Raises RuntimeError where AMI refuses."""
        reader, self._writer = await asyncio.open_connection(host, port)
        await reader.readline()
        login = f"Action: Login\r\nUsername: {AMI_USER}\r\nSecret: {AMI_PASSWORD}\r\n\r\n"
        self._writer.write(login.encode())
        answer = await _block(reader)
        if answer.get("Response") != "Success":
            raise RuntimeError(f"AMI: {answer}")
        self._reading = asyncio.create_task(self._read(reader))

    async def stop(self) -> None:
        """Log off."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        if self._writer is not None:
            self._writer.close()

    def waits_ms(self, number: str) -> list[float]:
        """Return arrival to bridge of every call to a number so far, in ms, sorted."""
        return sorted(
            (self.bridged[channel] - at) * 1_000
            for channel, at in self.arrived.items()
            if channel in self.bridged and self._numbers[channel] == number
        )

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while event := await _block(reader):
            at, channel = float(event.get("Timestamp", "0")), event.get("Uniqueid", "")
            if event.get("Event") == "Newchannel" and event.get("Context") == "from-trunk":
                self.arrived[channel] = at
                self._numbers[channel] = event.get("Exten", "")
            elif event.get("Event") == "BridgeEnter":
                inside = self._in_bridge.setdefault(event["BridgeUniqueid"], [])
                inside.append(channel)
                if event.get("BridgeNumChannels") == "2":
                    for caller in inside:
                        if caller in self.arrived:
                            self.bridged.setdefault(caller, at)


async def _block(reader: asyncio.StreamReader) -> dict[str, str]:
    """Read one message; {} at the end of the connection."""
    fields: dict[str, str] = {}
    while line := (await reader.readline()).decode("utf-8", "replace"):
        if line == "\r\n":
            if fields:
                return fields
            continue
        name, _, value = line.rstrip("\r\n").partition(": ")
        fields[name] = value
    return fields
