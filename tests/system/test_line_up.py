"""`hotline up` and `hotline down` on real parts: it comes up, heals, refuses, leaves nothing."""

import asyncio
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from router.core.ids import PhoneName
from router.core.lines import Phone
from router.flowfile import load_site
from router.line import console
from router.line.ports import Block, free_block
from router.line.refresh import refresh
from router.line.secrets import Secrets
from router.settings import Settings

pytestmark = pytest.mark.system

HOTLINE = Path(sys.executable).with_name("hotline")
REPOSITORY = Path(__file__).parents[2]
START_S = 40.0


def until(holds: Callable[[], object], within_s: float, what: str) -> None:
    """Ask again and again until something holds."""
    give_up = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < give_up, f"not within {within_s} s: {what}"
        time.sleep(0.05)


def ours(home: Path) -> dict[str, int]:
    """The processes that belong to a home, by kind."""
    found = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
                environment = (process / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if f"HOTLINE_HOME={home}\0" in environment or any(str(home) in word for word in words):
                kind = next((k for k in ("redis-server", "unshare", "enclosure.sh", "asterisk") if k in words[0]), "")
                kind = kind or ("router" if words[1:3] == ["-m", "router"] else "")
                found[kind or Path(words[0]).name] = int(process.name)
    return found


def says_ready(home: Path) -> bool:
    """Ask the router on its control socket."""
    with socket.socket(socket.AF_UNIX) as control:
        try:
            control.connect(str(home / "run" / "control.sock"))
        except OSError:
            return False
        control.sendall(b"GET /ready HTTP/1.0\r\n\r\n")
        return control.recv(100).split()[1:2] == [b"200"]


class Up:
    """One `hotline up --json` over an empty home, on ports of its own."""

    def __init__(self, folder: Path, block: Block, root: Path) -> None:
        self.home = folder / "the home"  # a blank in the path, because some people have one
        self.log = folder / "up.err"
        self.out = folder / "up.out"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")},
            **{f"HOTLINE_{name.upper()}": str(value) for name, value in block.settings().items()},
            "HOTLINE_HOME": str(self.home),
            "HOTLINE_ASTERISK_ROOT": str(root),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **environment: str) -> "Up":
        """Start it without waiting."""
        with self.log.open("wb") as log, self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [HOTLINE, "up", "--json"], stdout=out, stderr=log, env=self.environment | environment, cwd=REPOSITORY
            )
        return self

    def ready(self) -> dict[str, Any]:
        """Wait for its one line."""
        until(lambda: self.out.read_text().endswith("\n") or self.ended(), START_S, "ready")
        assert self.process is not None and self.process.poll() is None, self.log.read_text()
        (line,) = self.out.read_text().splitlines()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def send(self, sign: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(sign)

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(START_S)

    def said(self) -> str:
        return self.log.read_text()

    def nothing_left(self) -> None:
        """No process and no mount of this home is there any more, and its ports are free."""
        until(lambda: not ours(self.home), 5, f"gone: {ours(self.home)}")
        assert str(self.home) not in Path("/proc/self/mountinfo").read_text()
        until(lambda: not any(map(self._taken, ("ARI", "AMI", "REDIS"))), 5, "its ports are free")

    def _taken(self, name: str) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.environment[f"HOTLINE_{name}_PORT"]))) == 0


@pytest.fixture
def up(tmp_path: Path, asterisk_root: Path) -> Iterator[Up]:
    block = free_block()
    line = Up(tmp_path, block, asterisk_root)
    yield line
    if line.process is not None and line.process.poll() is None:
        line.send(signal.SIGTERM)
        line.wait()
    line.nothing_left()
    block.close()


@pytest.mark.alone
def test_it_comes_up_says_where_and_stops(up: Up) -> None:
    said = up.start().ready()
    assert set(said) == {"sip", "number", "redis_url", "stream", "ari_url", "board_url", "stop"}
    assert said["sip"] == f"127.0.0.1:{up.environment['HOTLINE_SIP_PORT']}"
    assert said["number"] == "4001860"
    with redis.Redis.from_url(said["redis_url"]) as store:
        until(lambda: store.xlen(said["stream"]), 5, "a first event")
    assert subprocess.run(shlex.split(said["stop"]), check=True, capture_output=True).stdout == b"the line is down\n"
    assert up.wait() == 0
    up.nothing_left()
    began = time.monotonic()
    up.start().ready()
    assert time.monotonic() - began < 15
    with redis.Redis.from_url(said["redis_url"]) as store:
        assert int(store.xinfo_stream(said["stream"])["entries-added"]) > 1  # type: ignore[index, arg-type]
    up.send(signal.SIGINT)
    assert up.wait() == 0


def test_a_second_one_on_the_same_home_says_so(up: Up) -> None:
    up.start().ready()
    second = subprocess.run(
        [HOTLINE, "up", "--json"], env=up.environment, capture_output=True, cwd=REPOSITORY, timeout=START_S, text=True
    )
    assert second.returncode == 1 and second.stdout == ""
    assert "is up already" in second.stderr and "hotline down" in second.stderr


def test_every_part_that_dies_is_started_again(up: Up) -> None:
    up.start().ready()
    before = ours(up.home)
    assert {"redis-server", "unshare", "router"} <= set(before)
    for kind in ("router", "redis-server", "unshare"):
        os.kill(before[kind], signal.SIGKILL)

    def all_new() -> bool:
        now = ours(up.home)
        return all(now.get(kind, before[kind]) != before[kind] for kind in ("router", "redis-server", "unshare"))

    until(all_new, 20, "all parts back")
    until(lambda: says_ready(up.home), 20, "the line works again")
    assert up.said().count("starting it again") >= 3


def test_nothing_outlives_a_killed_supervisor(up: Up) -> None:
    up.start().ready()
    up.send(signal.SIGKILL)
    up.wait()
    up.nothing_left()
    up.start().ready()


@pytest.mark.parametrize("after_s", [0.3, 0.8, 1.2, 1.6])
def test_interrupted_at_any_moment_of_the_start(up: Up, after_s: float) -> None:
    up.start()
    time.sleep(after_s)
    up.send(signal.SIGINT)
    assert up.wait() in (0, 1, 130, -signal.SIGINT)
    assert "Traceback" not in up.said()
    up.nothing_left()


def test_a_port_in_use_is_named_with_its_setting(up: Up) -> None:
    with socket.socket() as squatter:
        squatter.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # connections that lately ended there are no matter
        squatter.bind(("127.0.0.1", int(up.environment["HOTLINE_AMI_PORT"])))
        squatter.listen()
        assert up.start().wait() == 1
    assert f"port {up.environment['HOTLINE_AMI_PORT']}" in up.said() and "HOTLINE_AMI_PORT" in up.said()
    assert f"pid {os.getpid()}" in up.said()


def test_a_mistake_in_the_yaml_stops_it_before_anything_starts(up: Up, tmp_path: Path) -> None:
    site = tmp_path / "broken"
    shutil.copytree(REPOSITORY / "ivr_flows" / "demo", site)
    with (site / "queues.yaml").open("a") as queues:
        queues.write("\nnonsense: 1\n\tmore: 2\n")
    assert up.start(HOTLINE_SITE=str(site)).wait() == 1
    assert "queues.yaml:" in up.said() and "Traceback" not in up.said()
    assert up.out.read_text() == ""
    assert not (up.home / "redis").exists()


def test_a_router_that_cannot_start_is_shown_with_what_it_said(up: Up) -> None:
    # its journal's folder is a file: the router ends at once
    up.home.mkdir()
    (up.home / "journal").write_text("")
    assert up.start().wait() == 1
    assert "the router ended at its start" in up.said() and "Traceback" not in up.said()


def test_down_without_a_line_is_no_error(up: Up) -> None:
    told = subprocess.run([HOTLINE, "down"], env=up.environment, capture_output=True, cwd=REPOSITORY, text=True)
    assert told.returncode == 0 and "no line is up" in told.stdout


def test_a_running_asterisk_takes_a_new_phone_without_a_restart(up: Up) -> None:
    up.start().ready()
    settings = Settings(
        home=up.home,
        asterisk_root=up.environment["HOTLINE_ASTERISK_ROOT"],
        **{n: int(up.environment[f"HOTLINE_{n.upper()}"]) for n in ("sip_port", "ari_port", "ami_port", "redis_port")},
    )
    site = load_site(REPOSITORY / "ivr_flows" / "demo")
    name = PhoneName("guest")
    more = msgspec.structs.replace(site, phones={**site.phones, name: Phone(name=name)})
    before = ours(up.home)["asterisk"]

    async def known() -> bool:
        assert await refresh(settings, more, Secrets.load_or_create(up.home))
        return "Endpoint:  guest" in await console.ask(up.home / "asterisk" / "run", "pjsip show endpoint guest")

    until(lambda: asyncio.run(known()), 5, "the phone is known")
    assert ours(up.home)["asterisk"] == before


def test_a_new_phone_password_holds_at_once(up: Up) -> None:
    up.start().ready()
    digest = up.home / "asterisk" / "etc" / "pjsip.conf"
    before = digest.read_text()
    command = [HOTLINE, "agents", "phone", "1001", "--new"]
    told = subprocess.run(command, env=up.environment, capture_output=True, cwd=REPOSITORY, text=True)
    assert told.returncode == 0 and "the new password holds now" in told.stdout
    assert digest.read_text() != before
