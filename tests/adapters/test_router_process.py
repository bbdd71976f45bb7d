"""The router as a process, without Asterisk: it starts, says what is missing, survives being killed, stops in order."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from router.adapters.control import Control
from router.core.events import AgentSignInAsked, AgentSignOutAsked
from router.core.ids import AgentId, PhoneName
from router.errors import HotlineError, RouterAway, SiteError
from support.ports import free_port

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
SIGN_IN = AgentSignInAsked(agent=AgentId("1001"), phone=PhoneName("1001"))


class Home:
    """A router's home and the router in it; Asterisk and Redis are away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "demo"
        self.process: subprocess.Popen[str] | None = None
        subprocess.run(["cp", "-r", str(ROOT / "ivr_flows" / "demo"), str(self.site)], check=True)
        self.environment = {
            **os.environ,
            "HOTLINE_HOME": str(folder / "home"),
            "HOTLINE_SITE": str(self.site),
            **{f"HOTLINE_{part}_PORT": str(free_port()) for part in ("ARI", "AMI", "REDIS", "METRICS")},
        }

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "router"], env=self.environment, cwd=ROOT, stderr=subprocess.PIPE, text=True
        )

    def up(self) -> tuple[str, ...]:
        """Wait until the router answers; returns what it misses."""
        give_up = time.monotonic() + 15
        while True:
            with contextlib.suppress(RouterAway):
                return self.speak(lambda control: control.ready())
            assert self.process is not None
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < give_up
            time.sleep(0.05)

    def speak(self, what: Any) -> Any:
        async def go() -> Any:
            async with Control(self.folder / "home") as control:
                return await what(control)

        return asyncio.run(go())

    def agent(self, number: str) -> dict[str, Any]:
        seen = self.speak(lambda control: control.overview())
        return next(agent for agent in seen["agents"] if agent["agent"] == number)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def stop(self) -> tuple[int, str]:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=15)
        return self.process.returncode, said


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    if home.process is not None and home.process.poll() is None:
        home.kill()


def test_it_says_what_is_away_and_stops_in_order(home: Home) -> None:
    home.start()
    assert home.up() == ("ari", "ami")
    health = home.speak(lambda control: control.health())
    assert not health["redis"]["connected"]
    assert health["redis"]["unsent_count"] >= 1
    code, said = home.stop()
    assert code == 0
    assert "HOTLINE_ARI" in said
    assert "HOTLINE_AMI" in said
    assert "HOTLINE_REDIS" in said
    assert not (home.folder / "home" / "run" / "control.sock").exists()


def test_killed_and_started_again_it_knows_what_it_knew(home: Home) -> None:
    home.start()
    home.up()
    [record] = home.speak(lambda control: control.ask(SIGN_IN))
    assert record["type"] == "AgentStateChanged"
    for epoch in (2, 3, 4):
        home.kill()
        home.start()
        home.up()
        assert home.agent("1001")["state"] == "ready"
        assert home.speak(lambda control: control.overview())["epoch"] == epoch
    [record] = home.speak(lambda control: control.ask(AgentSignOutAsked(agent=AgentId("1001"))))
    assert record["seq"] == 6, "RouterUp, sign-in, three more RouterUp: no number given twice, none left out"
    home.stop()


def test_a_version_published_while_it_runs_is_there_after_a_kill(home: Home) -> None:
    home.start()
    home.up()
    before = home.speak(lambda control: control.health())["config"]
    site = home.site / "site.yaml"
    site.write_text(site.read_text() + "\n# changed\n")
    done = home.speak(lambda control: control.publish())
    assert (done["previous"], done["changed"]) == (before, True)
    home.kill()
    home.start()
    home.up()
    assert home.speak(lambda control: control.overview())["config"] == done["config"]
    site.write_text("nme: wrong\n")
    with pytest.raises(SiteError, match=r"site\.yaml:1:1"):
        home.speak(lambda control: control.publish())
    assert home.speak(lambda control: control.overview())["config"] == done["config"]
    home.stop()


def test_a_second_router_in_one_home_is_refused(home: Home) -> None:
    home.start()
    home.up()
    second = subprocess.run(
        [sys.executable, "-m", "router"],
        env=home.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert "already works on this journal" in second.stderr
    assert "Traceback" not in second.stderr
    assert home.up() == ("ari", "ami")
    home.stop()


def test_mistakes_in_the_yaml_stop_the_start_without_a_traceback(home: Home) -> None:
    (home.site / "site.yaml").write_text("nme: wrong\n")
    home.start()
    assert home.process is not None
    _, said = home.process.communicate(timeout=30)
    assert home.process.returncode == 2
    assert "site.yaml:1:1" in said
    assert "Traceback" not in said


def test_another_journal_key_stops_the_start_and_says_which(home: Home) -> None:
    home.start()
    home.up()
    home.stop()
    secrets = home.folder / "home" / "secrets.json"
    kept = json.loads(secrets.read_text())
    # a snapshot was made by then or not: with one, the wrong key is noticed
    subprocess.run([sys.executable, "-m", "router.replica"], env=home.environment, cwd=ROOT, check=True)
    home.start()
    home.up()
    subprocess.run([sys.executable, "-m", "router.replica"], env=home.environment, cwd=ROOT, check=False)
    home.stop()
    kept["journal_key"] = "A" * 43 + "="
    secrets.write_text(json.dumps(kept))
    home.start()
    assert home.process is not None
    _, said = home.process.communicate(timeout=30)
    assert home.process.returncode == 1
    assert "journal_key" in said
    assert "Traceback" not in said


def test_errors_of_the_control_socket_are_hotline_errors(home: Home) -> None:
    home.start()
    home.up()
    with pytest.raises(HotlineError, match="not understood"):
        home.speak(lambda control: control._good("POST", "/ask", b"{}"))
    home.stop()
