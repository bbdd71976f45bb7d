"""One RTP session of a phone: sends a tone or silence every 20 ms, keys by RFC 4733, and keeps all it receives."""

import asyncio
import dataclasses
import random
import struct

import numpy as np

from phones import audio

A_LAW = 8
PACKET_SAMPLES = 160
_KEYS = "0123456789*#ABCD"
_SILENCE = b"\xd5" * PACKET_SAMPLES


@dataclasses.dataclass(frozen=True)
class Packet:
    """One packet received; ``at`` is the loop's time."""

    at: float
    payload_type: int
    stream: int
    sequence: int
    timestamp: int
    payload: bytes


class Audio(asyncio.DatagramProtocol):
    """The audio of one call. ``received`` is every packet in the order it came; ``keys`` the keys heard, once each."""

    def __init__(self) -> None:
        self.received: list[Packet] = []
        self.keys: list[str] = []
        self.port = 0
        self.event_type = 101
        self._transport: asyncio.DatagramTransport | None = None
        self._far_end: tuple[str, int] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._speech: bytes | None = None
        self._to_press: list[str] = []
        self._pressed = asyncio.Event()
        self._ended_events: set[tuple[int, int]] = set()
        self._stream = random.getrandbits(32)
        self._sequence = random.getrandbits(15)
        self._timestamp = random.getrandbits(30)

    async def open(self, host: str) -> None:
        """Bind to a free port of ``host``."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, 0))
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def send_to(self, host: str, port: int, event_type: int | None) -> None:
        """Send to the far end from now on."""
        self._far_end = (host, port)
        self.event_type = 101 if event_type is None else event_type
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send())

    def speak(self, frequency_hz: int | None) -> None:
        """Say a tone from now on, or silence."""
        self._speech = None if frequency_hz is None else audio.encode(audio.tone(frequency_hz, 1_000))

    async def press(self, keys: str) -> None:
        """Press keys, 100 ms each with 60 ms between; returns when the last was released."""
        self._pressed.clear()
        self._to_press.extend(keys)
        await self._pressed.wait()

    def close(self) -> None:
        """Stop sending and receiving."""
        if self._sending is not None:
            self._sending.cancel()
        if self._transport is not None:
            self._transport.close()

    def heard(self, since: float = 0.0, until: float = float("inf")) -> audio.Samples:
        """Return the samples received between two moments of the loop's time, in the order they came.

        Two streams at once come out interleaved, which no judgement of ``audio`` takes for one tone.
        """
        parts = [audio.decode(p.payload) for p in self.received if p.payload_type == A_LAW and since <= p.at < until]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's call; nothing to do."""

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Keep one packet; RTCP and anything malformed is no packet of ours."""
        if len(data) < 12 or data[0] >> 6 != 2 or 64 <= data[1] & 0x7F <= 95:
            return
        _, second, sequence, timestamp, stream = struct.unpack("!BBHII", data[:12])
        payload = data[12 + 4 * (data[0] & 0x0F) :]
        at = asyncio.get_running_loop().time()
        packet = Packet(at, second & 0x7F, stream, sequence, timestamp, payload)
        self.received.append(packet)
        if packet.payload_type == self.event_type and len(payload) >= 4:
            ended = payload[1] & 0x80
            event = (stream, timestamp)
            if ended and event not in self._ended_events and payload[0] < len(_KEYS):
                self._ended_events.add(event)
                self.keys.append(_KEYS[payload[0]])

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if self._to_press:
                due = await self._send_key(self._to_press.pop(0), due)
                if not self._to_press:
                    self._pressed.set()
            self._send_packet(A_LAW, self._speech_now(), self._timestamp, mark=False)
            due = await self._wait(due)

    async def _send_key(self, key: str, due: float) -> float:
        """Send one key event in place of speech; its timestamp stays that of its start (RFC 4733).

        What was held up is not caught up with: keys without any time in and between them are lost on the way.
        """
        started, event = self._timestamp, _KEYS.index(key)
        for number in range(1, 6):
            payload = struct.pack("!BBH", event, 10, number * PACKET_SAMPLES)
            self._send_packet(self.event_type, payload, started, mark=number == 1)
            due = await self._wait(due, catch_up_s=0.0)
        for _ in range(3):
            payload = struct.pack("!BBH", event, 0x80 | 10, 5 * PACKET_SAMPLES)
            self._send_packet(self.event_type, payload, started, mark=False)
        for _ in range(3):
            self._send_packet(A_LAW, self._speech_now(), self._timestamp, mark=False)
            due = await self._wait(due, catch_up_s=0.0)
        return due

    async def _wait(self, due: float, catch_up_s: float = 0.1) -> float:
        """Wait until the next packet is due. After a hold-up those of ``catch_up_s`` are sent at once, no others."""
        loop = asyncio.get_running_loop()
        self._timestamp = (self._timestamp + PACKET_SAMPLES) & 0xFFFFFFFF
        due = max(due, loop.time() - catch_up_s) + 0.02
        await asyncio.sleep(due - loop.time())
        return due

    def _speech_now(self) -> bytes:
        if self._speech is None:
            return _SILENCE
        at = self._timestamp % audio.RATE_HZ
        return (self._speech + self._speech)[at : at + PACKET_SAMPLES]

    def _send_packet(self, payload_type: int, payload: bytes, timestamp: int, *, mark: bool) -> None:
        if self._transport is None or self._far_end is None:
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        second = payload_type | (0x80 if mark else 0)
        header = struct.pack("!BBHII", 0x80, second, self._sequence, timestamp, self._stream)
        self._transport.sendto(header + payload, self._far_end)
