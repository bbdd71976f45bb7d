"""The stream on a real Redis that is away, stopped, restarted, or refuses us: every record once, in order."""

import asyncio
import contextlib
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from router.adapters.outbox import Outbox, Position
from router.adapters.record_codec import from_fields
from router.adapters.redis_stream import RedisStream, connection
from router.core.records import Record, SiteChanged
from support.ports import free_port
from support.redis_server import PASSWORD, RedisServer

pytestmark = pytest.mark.system

PORT = free_port()
URL = f"redis://127.0.0.1:{PORT}/0"
KEY = "hotline:t:events"


class Server(RedisServer):
    """One that writes to its disk every second, as ours does."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, port=PORT, fsync="everysec")

    def seqs(self) -> list[int]:
        return [int(fields["seq"]) for _, fields in self.ask().xrange(KEY)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


def records(first: int, last: int) -> list[Record]:
    return [
        SiteChanged(seq=seq, at_ms=1_790_000_000_000 + seq // 3, v=1, config="c", previous=f"p{seq}")
        for seq in range(first, last + 1)
    ]


@contextlib.asynccontextmanager
async def sending(outbox: Outbox, password: str = PASSWORD) -> AsyncIterator[RedisStream]:
    stream = RedisStream(outbox, URL, password, "t", answer_within_s=0.5)
    task = asyncio.create_task(stream.run())
    try:
        yield stream
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def drained(stream: RedisStream) -> None:
    async with asyncio.timeout(15):
        await stream.drain()


async def test_records_arrive_in_order_with_their_place_as_id(server: Server, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox) as stream:
        for seq in range(1, 1_301, 100):
            outbox.append(records(seq, seq + 99))
            await asyncio.sleep(0)
        await drained(stream)
        assert (stream.connected, stream.trouble, stream.lag_count) == (True, "", 0)
    entries = server.ask().xrange(KEY)
    assert [from_fields(fields) for _, fields in entries] == records(1, 1_300)
    assert entries[3][0] == "1790000000001-4"


async def test_redis_not_there_at_first_is_said_once_and_found_when_it_comes(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.stop()
    outbox = Outbox(tmp_path / "outbox")
    outbox.append(records(1, 5))
    async with sending(outbox) as stream:
        await asyncio.sleep(0.6)
        assert not stream.connected
        assert stream.lag_count == 5
        assert "is Redis running" in stream.trouble
        server.start()
        await drained(stream)
    assert server.seqs() == [1, 2, 3, 4, 5]
    assert caplog.text.count("records wait on disk") == 1


@pytest.mark.alone
async def test_redis_stopped_for_a_while_loses_and_reorders_nothing(server: Server, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox) as stream:
        outbox.append(records(1, 50))
        await drained(stream)
        server.freeze()
        loop = asyncio.get_running_loop()
        longest = 0.0
        for seq in range(51, 351):
            began = loop.time()
            outbox.append(records(seq, seq))
            longest = max(longest, loop.time() - began)
            await asyncio.sleep(0.01)
        assert not stream.connected
        assert "does not answer" in stream.trouble
        assert longest < 0.2, "taking a record never waits for Redis"
        server.resume()
        await drained(stream)
    assert server.seqs() == list(range(1, 351))


async def test_redis_restarted_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox) as stream:
        outbox.append(records(1, 20))
        await drained(stream)
        server.stop()
        outbox.append(records(21, 40))
        await asyncio.sleep(0.3)
        server.start()
        outbox.append(records(41, 45))
        await drained(stream)
    assert server.seqs() == list(range(1, 46))


async def test_redis_that_lost_its_last_second_gets_it_again(server: Server, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox) as stream:
        outbox.append(records(1, 20))
        await drained(stream)
    fields = [found for _, found in server.ask().xrange(KEY)][:15]
    server.ask().delete(KEY)  # XDEL would remember the last id; a Redis that lost data does not
    for number, found in enumerate(fields, start=1):
        server.ask().xadd(KEY, found, id=f"{found['at_ms']}-{number}")  # type: ignore[arg-type]
    async with sending(outbox) as stream:
        outbox.append(records(21, 22))
        await drained(stream)
    assert server.seqs() == list(range(1, 23))


async def test_a_batch_sent_twice_stands_once(server: Server, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox) as stream:
        outbox.append(records(1, 6))
        await drained(stream)
    # As if the answer to the first sending had been lost: part of it goes out again.
    again = connection(URL, PASSWORD)
    await RedisStream(outbox, URL, PASSWORD, "t")._send(again, records(3, 8), Position(0, 0))
    await again.aclose()
    assert server.seqs() == list(range(1, 9))


async def test_a_wrong_password_says_so_and_is_tried_again(server: Server, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.append(records(1, 3))
    async with sending(outbox, password="wrong") as stream:
        await asyncio.sleep(0.4)
        assert "HOTLINE_REDIS_PASSWORD" in stream.trouble
        server.ask().config_set("requirepass", "wrong")
        await drained(stream)
    redis = Redis(port=PORT, password="wrong")
    assert redis.xlen(KEY) == 3
    redis.config_set("requirepass", PASSWORD)


async def test_a_full_redis_takes_a_batch_whole_later(server: Server, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    server.ask().config_set("maxmemory", "1")
    async with sending(outbox) as stream:
        outbox.append(records(1, 30))
        await asyncio.sleep(0.5)
        assert "raise its maxmemory" in stream.trouble
        server.ask().config_set("maxmemory", "0")
        await drained(stream)
    assert server.seqs() == list(range(1, 31))


WRITER = """
    import sys
    from pathlib import Path
    from router.adapters.outbox import Outbox
    from router.core.records import SiteChanged

    outbox = Outbox(Path(sys.argv[1]), segment_bytes=5_000)
    seq = outbox.last.seq
    while True:
        seq += 1
        outbox.append([SiteChanged(seq=seq, at_ms=1_790_000_000_000 + seq, v=1, config="c", previous="p" * 300)])
        print(seq, flush=True)
"""


def killed_writer(folder: Path) -> int:
    """Run a writer, kill it in the middle of its work, and return the last record it said was taken."""
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(60)]
        writer.kill()
        said += [line for line in writer.stdout if line.endswith(b"\n")]
    return int(said[-1])


async def test_a_writer_killed_again_and_again_leaves_a_whole_stream(server: Server, tmp_path: Path) -> None:
    promised = [killed_writer(tmp_path / "outbox") for _ in range(4)]
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox) as stream:
        await drained(stream)
    seqs = server.seqs()
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) >= promised[-1], "what was said to be kept was kept"
