"""The control socket, both ends: what is asked, what is answered, and what a router that is away sounds like."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from router.adapters.control import AnyAsk, Control, Publish, socket_path
from router.adapters.control_server import ControlServer, Services
from router.core.events import AgentPauseAsked, AgentSignInAsked
from router.core.ids import AgentId, PhoneName
from router.core.records import AskRefused, Record
from router.errors import HotlineError, RouterAway, SettingsError, SiteError

ASK = AgentSignInAsked(agent=AgentId("1001"), phone=PhoneName("1001"))
REFUSED = AskRefused(seq=1, at_ms=2, v=1, config="c", agent=AgentId("1001"), ask="sign_in", reason="no", cure="yes")


class Desk:
    """A router's services that remember what was asked of them."""

    def __init__(self) -> None:
        self.asked: list[AnyAsk] = []
        self.missing: tuple[str, ...] = ("ari",)
        self.published: list[Publish] = []
        self.error: Exception | None = None

    async def ask(self, ask: AnyAsk) -> list[Record]:
        self.asked.append(ask)
        return [REFUSED]

    async def publish(self, wanted: Publish) -> dict[str, Any]:
        self.published.append(wanted)
        if self.error is not None:
            raise self.error
        return {"config": "v2"}

    def services(self) -> Services:
        return Services(
            ask=self.ask,
            overview=lambda: {"calls": []},
            health=lambda: {"pid": 1},
            ready=lambda: self.missing,
            publish=self.publish,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def control(tmp_path: Path, desk: Desk) -> AsyncIterator[Control]:
    server = ControlServer(tmp_path, desk.services())
    await server.start()
    async with Control(tmp_path) as control:
        yield control
    await server.stop()
    assert not socket_path(tmp_path).exists()


async def test_ready_says_what_is_missing(control: Control, desk: Desk) -> None:
    assert await control.ready() == ("ari",)
    desk.missing = ()
    assert await control.ready() == ()


async def test_readiness_is_a_status_for_scripts(control: Control, desk: Desk) -> None:
    connector = aiohttp.UnixConnector(path=str(control.path))
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.get("http://router/ready") as reply:
            assert reply.status == 503
        desk.missing = ()
        async with session.get("http://router/ready") as reply:
            assert reply.status == 200


async def test_overview_and_health_come_through(control: Control) -> None:
    assert await control.overview() == {"calls": []}
    assert await control.health() == {"pid": 1}


async def test_a_request_reaches_the_core_and_its_records_come_back(control: Control, desk: Desk) -> None:
    [record] = await control.ask(ASK)
    assert desk.asked == [ASK]
    assert (record["type"], record["reason"], record["cure"]) == ("AskRefused", "no", "yes")
    await control.ask(AgentPauseAsked(agent=AgentId("1001"), reason="break", by="supervisor"))
    assert desk.asked[-1] == AgentPauseAsked(agent=AgentId("1001"), reason="break", by="supervisor")


async def test_facts_of_calls_are_not_taken_from_outside(control: Control, desk: Desk) -> None:
    status, body = await control._request("POST", "/ask", b'{"type":"CallerHungUp","channel":"A"}')
    assert (status, desk.asked) == (400, [])
    assert "CallerHungUp" in body["error"]


async def test_mistakes_in_the_yaml_come_back_whole(control: Control, desk: Desk, tmp_path: Path) -> None:
    wanted = Publish(path=str(tmp_path), at_ms=5, by="li")
    assert await control.publish(wanted) == {"config": "v2"}
    assert await control.publish() == {"config": "v2"}
    assert desk.published == [wanted, Publish()]
    desk.error = SiteError("main.yaml:3:1: E203 no key 'promt'", "correct it")
    with pytest.raises(SiteError, match="E203") as caught:
        await control.publish()
    assert caught.value.cure == "correct it"


@pytest.mark.parametrize("error", [HotlineError("no room", "make some"), RouterAway("stopping", "make some")])
async def test_other_errors_keep_their_kind_and_cure(control: Control, desk: Desk, error: HotlineError) -> None:
    desk.error = error
    with pytest.raises(type(error), match=str(error)) as caught:
        await control.publish()
    assert caught.value.cure == "make some"


async def test_a_bug_is_an_answer_too(control: Control, desk: Desk) -> None:
    desk.error = ZeroDivisionError("oh")
    with pytest.raises(HotlineError, match="the router failed"):
        await control.publish()


async def test_no_router_says_how_to_start_one(tmp_path: Path) -> None:
    async with Control(tmp_path) as control:
        with pytest.raises(RouterAway, match="no router answers") as caught:
            await control.overview()
    assert "hotline up" in caught.value.cure


async def test_a_socket_left_by_a_killed_router_is_away_and_then_replaced(tmp_path: Path, desk: Desk) -> None:
    path = socket_path(tmp_path)
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    async with Control(tmp_path) as control:
        with pytest.raises(RouterAway):
            await control.ready()
        server = ControlServer(tmp_path, desk.services())
        await server.start()
        assert path.stat().st_mode & 0o777 == 0o600
        assert await control.ready() == ("ari",)
        await server.stop()


async def test_a_home_too_deep_for_a_socket_says_so(tmp_path: Path, desk: Desk) -> None:
    with pytest.raises(SettingsError, match="107 bytes"):
        await ControlServer(tmp_path / ("x" * 120), desk.services()).start()
