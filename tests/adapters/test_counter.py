"""The process that counts the board's measures, on a real Redis: right, after a kill, after another beginning."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from router.adapters.record_codec import to_fields
from router.adapters.stream_keys import stream_key
from router.board.counter_keeper import CounterKeeper
from router.board.counter_wire import Counted, Orders, framed
from router.board.counting import Counting
from router.board.measured import NOTHING, OF_DAY
from router.core.records import Record
from router.core.wall import Room
from router.drill.floor_day import FloorDay
from support.redis_server import PASSWORD, RedisServer
from support.sites import small_site

pytestmark = pytest.mark.system

SITE = small_site()
KEY = stream_key(SITE.name)
QUEUE = str(next(iter(SITE.floor.queues)))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.stop()


def the_day(minutes: int = 10, seed: int = 1) -> list[Record]:
    begins = int(time.time() * 1_000) - minutes * 60_000
    day = FloorDay(SITE, begins, calls_per_s=0.5, talk_ms=10_000, wrap_up_ms=2_000, patience_ms=30_000, seed=seed)
    return day.start() + day.until(begins + minutes * 60_000)


def put(server: RedisServer, stream: Sequence[Record]) -> None:
    with server.ask().pipeline(transaction=False) as pipeline:
        for record in stream:
            pipeline.xadd(KEY, to_fields(record), id=f"{record.at_ms}-{record.seq}")  # type: ignore[arg-type]
        pipeline.execute()


def orders(server: RedisServer, generation: int = 1, rooms: tuple[Room, ...] = ()) -> Orders:
    return Orders(
        generation=generation,
        url=server.url,
        password=PASSWORD,
        site=SITE.name,
        clock=SITE.clock,
        within_ms=20_000,
        rooms=rooms,
    )


@contextlib.asynccontextmanager
async def kept(**more: object) -> AsyncIterator[CounterKeeper]:
    keeper = CounterKeeper(lambda: None, **more)  # type: ignore[arg-type]
    running = asyncio.create_task(keeper.run())
    try:
        yield keeper
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def until(holds: Callable[[], object], what: str, within_s: float = 20.0) -> None:
    give_up = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < give_up, what
        await asyncio.sleep(0.02)


def is_right(keeper: CounterKeeper, stream: Sequence[Record]) -> bool:
    """Whether it says what a count of the same records at the same moment says."""
    said = keeper.measured
    if said.seq != stream[-1].seq or "room:one" not in said.day:
        return False
    counting = Counting(SITE.clock, within_ms=20_000, rooms=(Room(name="one", queues=(QUEUE,)),))
    counting.take(stream)
    expected = counting.count(said.at_ms)
    assert (said.day, said.half, said.now) == (expected.day, expected.half, expected.now)
    assert said.day[""]["answered"]
    return True


async def test_it_counts_what_is_there_and_what_comes_and_another_one_goes_on_when_it_dies(server: RedisServer) -> None:
    stream = the_day()
    half = len(stream) // 2
    put(server, stream[:half])
    seen: list[int] = []
    async with kept() as keeper:
        keeper.order(orders(server, rooms=(Room(name="one", queues=(QUEUE,)),)))
        keeper._told = lambda: seen.append(keeper.measured.seq)
        await until(lambda: is_right(keeper, stream[:half]), "the first half is counted")
        killed = keeper.process_id
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        # while there is none the last counts stay, and nothing is lost
        put(server, stream[half:])
        await until(lambda: keeper.start_count == 2, "another one is started")
        assert keeper.measured.seq == stream[half - 1].seq
        await until(lambda: is_right(keeper, stream), "all is counted")
        assert keeper.process_id not in (None, killed)
        assert seen == sorted(seen), "counts never go back"
        last = keeper.process_id
    await until(lambda: not _is_there(last), "it ends with who keeps it")


async def test_another_beginning_drops_what_was_counted(server: RedisServer) -> None:
    before, after = the_day(), the_day(2, seed=9)
    put(server, before)
    async with kept() as keeper:
        keeper.order(orders(server))
        await until(lambda: keeper.measured.seq == before[-1].seq, "the first stream is counted")
        server.ask().delete(KEY)
        put(server, after)
        keeper.order(orders(server, generation=2, rooms=(Room(name="one", queues=(QUEUE,)),)))
        assert keeper.measured == NOTHING
        await until(lambda: is_right(keeper, after), "the second stream is counted, and nothing of the first")
        assert keeper.start_count == 1


async def test_a_new_room_is_counted_without_reading_anew(server: RedisServer) -> None:
    stream = the_day()
    put(server, stream)
    async with kept() as keeper:
        keeper.order(orders(server))
        await until(lambda: keeper.measured.seq == stream[-1].seq, "it is counted")
        assert "room:one" not in keeper.measured.day
        keeper.order(orders(server, rooms=(Room(name="one", queues=(QUEUE,)),)))
        assert keeper.measured.seq == stream[-1].seq
        await until(lambda: is_right(keeper, stream), "the room is counted")
        assert keeper.measured.day["room:one"]["answered"] == keeper.measured.day[QUEUE]["answered"]


async def test_redis_away_and_back(server: RedisServer) -> None:
    stream = the_day()
    put(server, stream[:-50])
    async with kept() as keeper:
        keeper.order(orders(server, rooms=(Room(name="one", queues=(QUEUE,)),)))
        await until(lambda: is_right(keeper, stream[:-50]), "it is counted")
        server.stop()
        await asyncio.sleep(0.5)
        server.start()
        put(server, stream[-50:])
        await until(lambda: is_right(keeper, stream), "all is counted")
        assert keeper.start_count == 1


def frames(*messages: Counted) -> tuple[str, ...]:
    """A program that says these messages and then nothing."""
    text = b"".join(map(framed, messages))
    return (
        sys.executable,
        "-c",
        f"import sys; sys.stdout.buffer.write({text!r}); sys.stdout.flush(); sys.stdin.buffer.read()",
    )


async def test_counts_of_an_older_reading_are_passed_over_and_silence_is_known(server: RedisServer) -> None:
    numbers = tuple(float(number) for number in range(len(OF_DAY)))
    old = Counted(1, True, 900, 1, {}, {}, {"gas": numbers}, {})
    followed = Counted(2, False, 901, 1, {}, {}, {"gas": numbers}, {})  # builds on what was not heard
    whole = Counted(2, True, 12, 1, {}, {}, {"water": numbers}, {})
    async with kept(program=frames(old, followed, whole), silent_s=0.3) as keeper:
        assert not keeper.is_silent
        keeper.order(orders(server, generation=2))
        await until(lambda: keeper.measured.seq, "something was counted")
        assert keeper.measured.seq == 12 and set(keeper.measured.day) == {"water"}
        await until(lambda: keeper.is_silent, "it says nothing more")


async def test_it_ends_with_a_board_that_is_killed(server: RedisServer, tmp_path: Path) -> None:
    said = tmp_path / "said"
    wire = tmp_path / "orders"
    wire.write_bytes(msgspec.msgpack.encode(orders(server)))
    board = subprocess.Popen(  # noqa: ASYNC220 - once
        [
            sys.executable,
            "-c",
            "import asyncio, pathlib, sys\n"
            "from router.board.counter_keeper import CounterKeeper\n"
            "from router.board.counter_wire import orders_of\n"
            "async def main():\n"
            "    keeper = CounterKeeper(lambda: pathlib.Path(sys.argv[2]).write_text(str(keeper.process_id)))\n"
            "    keeper.order(orders_of(pathlib.Path(sys.argv[1]).read_bytes()))\n"
            "    await keeper.run()\n"
            "asyncio.run(main())",
            str(wire),
            str(said),
        ]
    )
    try:
        await until(lambda: said.exists() and said.read_text(), "it counts")
        counter = int(said.read_text())
        assert _is_there(counter)
    finally:
        board.kill()
        board.wait()
    await until(lambda: not _is_there(counter), "it has ended")


def _is_there(process_id: int | None) -> bool:
    if process_id is None:
        return False
    try:
        # one that has ended and that nobody has asked about yet counts as gone
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
