"""The archive's process on a real Redis under load: Redis restarted, the follower killed, every record once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from bench.history import stream
from router.adapters.record_codec import to_fields
from router.core.erasure import Traces, forms_of
from router.core.records import CallReceived, Record
from router.flowfile import load_site
from router.kpi.archive import Archive, newest_state, raw_rows
from router.kpi.erasing import erase_caller, learn_caller
from support.ports import free_port
from support.redis_program import redis_program

pytestmark = pytest.mark.system

DEMO = Path(__file__).resolve().parents[2] / "ivr_flows" / "demo"
KEY = "hotline:demo:events"
PASSWORD = "right"
RATE = 5_000
SECONDS = 6
WITHIN_S = 60


class Line:
    """A Redis and an archive that follows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.redis_process: subprocess.Popen[bytes] | None = None
        self.follower: subprocess.Popen[str] | None = None
        self.client = Redis(port=self.port, password=PASSWORD)

    def start_redis(self) -> None:
        program, name = redis_program()
        words = f"--port {self.port} --requirepass {PASSWORD} --appendonly yes --appendfsync always --save".split()
        self.redis_process = subprocess.Popen(
            [name, *words, "", "--bind", "127.0.0.1", "--dir", str(self.folder)],
            executable=program,
            stdout=subprocess.DEVNULL,
        )
        give_up = time.monotonic() + 10
        while True:
            try:
                self.client.ping()
                return
            except RedisError:
                assert time.monotonic() < give_up, "Redis does not come up"
                time.sleep(0.05)

    def stop_redis(self) -> None:
        assert self.redis_process is not None
        self.redis_process.send_signal(signal.SIGTERM)
        self.redis_process.wait()

    def command(self, *words: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "HOTLINE_HOME": str(self.folder / "home"),
            "HOTLINE_SITE": str(DEMO),
            "HOTLINE_REDIS_PORT": str(self.port),
            "HOTLINE_REDIS_PASSWORD": PASSWORD,
        }
        program = [sys.executable, "-c", "from router.cli import main; main()", "archive", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(program, env=environment, stdout=pipe, stderr=pipe, text=True)

    def follow(self) -> None:
        self.follower = self.command("--follow")

    def kill_follower(self) -> None:
        assert self.follower is not None
        self.follower.kill()
        self.follower.wait()

    @property
    def archive(self) -> Path:
        return self.folder / "home" / "archive"

    @property
    def archived(self) -> int:
        kept = newest_state(self.archive) if self.archive.exists() else None
        return kept.fold.seq if kept is not None else 0

    def wait_for(self, seq: int) -> None:
        give_up = time.monotonic() + WITHIN_S
        while self.archived < seq:
            assert time.monotonic() < give_up, f"archived up to {self.archived}, not {seq}"
            time.sleep(0.2)

    def send(self, records: list[Record], rate: int) -> None:
        """Add records at so many a second, in ten batches a second."""
        began, size = time.monotonic(), rate // 10
        for number, first in enumerate(range(0, len(records), size), 1):
            pipeline = self.client.pipeline(transaction=False)
            for record in records[first : first + size]:
                pipeline.xadd(KEY, to_fields(record), id=f"{record.at_ms}-{record.seq}")  # type: ignore[arg-type]
            pipeline.execute()
            time.sleep(max(0.0, began + number * 0.1 - time.monotonic()))


@pytest.fixture
def line(tmp_path: Path):  # type: ignore[no-untyped-def]
    line = Line(tmp_path)
    line.start_redis()
    try:
        yield line
    finally:
        for process in (line.follower, line.redis_process):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


@pytest.mark.alone
def test_five_thousand_a_second_a_restart_of_redis_and_a_killed_follower(line: Line) -> None:
    records = stream(RATE * SECONDS)
    third = len(records) // 3
    line.follow()
    line.send(records[:third], RATE)
    line.stop_redis()
    line.start_redis()
    line.send(records[third : 2 * third], RATE)
    line.wait_for(third)
    line.kill_follower()
    line.send(records[2 * third :], RATE)
    line.client.xadd(KEY, {"somebody": "else"})
    line.follow()
    line.wait_for(len(records))
    assert [row.seq for row in raw_rows(line.archive)] == [record.seq for record in records]
    kept = newest_state(line.archive)
    assert kept is not None and kept.foreign_count == 1 and kept.unread_count == 0
    assert kept.fold.missing_count == 0


def test_one_that_follows_gives_way_to_who_must_write(line: Line) -> None:
    records = stream(2_000)
    line.follow()
    line.send(records[:1_000], 5_000)
    line.wait_for(1)
    refused = line.command("--follow")
    assert "another process writes the archive" in refused.communicate(timeout=WITHIN_S)[1]
    caller = next(record.caller for record in records if isinstance(record, CallReceived) and record.caller)
    traces = Traces(forms_of(caller, "CN"))
    with Archive(line.archive, load_site(DEMO).clock, patience_s=WITHIN_S) as archive:
        learn_caller(archive, traces)
        assert erase_caller(archive, caller, traces, records[-1].at_ms, "officer").records
    line.send(records[1_000:], 5_000)
    line.wait_for(len(records))
    assert line.follower is not None and line.follower.poll() is None
    assert [row.seq for row in raw_rows(line.archive)] == [record.seq for record in records]
