"""Sends records into a Redis at their own times, at little cost: every command is written out beforehand."""

import socket
import time
from collections.abc import Sequence
from typing import NamedTuple

from router.adapters.record_codec import to_fields
from router.core.records import Record

STEP_S = 0.005


class Sent(NamedTuple):
    """A batch: when its XADDs were begun to be sent (UTC ms), its last ``seq``, how many, when the oldest was due."""

    at_ms: float
    seq: int
    count: int
    due_ms: int


def command(*words: str) -> bytes:
    """Return a command of Redis as it goes over the wire."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        text = word.encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(text), text))
    return b"".join(parts)


def xadd(key: str, record: Record) -> bytes:
    """Return the XADD of a record."""
    fields = [word for pair in to_fields(record).items() for word in pair]
    return command("XADD", key, f"{record.at_ms}-{record.seq}", *fields)


def send(port: int, password: str, records: Sequence[Record], commands: Sequence[bytes]) -> list[Sent]:
    """Send each command when its record is due, several in one piece, and wait until Redis has taken all of a piece.

    Raises RuntimeError where Redis refuses one.
    """
    sent: list[Sent] = []
    place = 0
    with socket.create_connection(("127.0.0.1", port)) as redis:
        redis.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        redis.sendall(command("AUTH", password))
        _answers(redis, 1)
        while place < len(records):
            now_ms = int(time.time() * 1_000)
            end = place
            while end < len(records) and records[end].at_ms <= now_ms:
                end += 1
            if end > place:
                piece = b"".join(commands[place:end])
                sent.append(Sent(time.time() * 1_000, records[end - 1].seq, end - place, records[place].at_ms))
                redis.sendall(piece)
                _answers(redis, 2 * (end - place))
                place = end
            time.sleep(STEP_S)
    return sent


def _answers(redis: socket.socket, lines: int) -> None:
    """Read so many lines of answers; an XADD is answered by two."""
    got = b""
    while got.count(b"\r\n") < lines:
        more = redis.recv(1 << 16)
        if not more:
            raise RuntimeError("Redis has gone")
        got += more
        if got.startswith(b"-") or b"\n-" in got:
            raise RuntimeError(got.decode(errors="replace"))
