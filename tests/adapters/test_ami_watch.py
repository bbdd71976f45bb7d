"""Watching phones over an AMI that refuses, drops and goes silent."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from adapters.fake_ami import PASSWORD, FakeAmi
from adapters.fake_core import Core

from router.adapters import ami
from router.adapters.ami import AmiWatch
from router.adapters.ari_codec import Endpoint
from router.core.events import PhoneReachabilityChanged, PhonesSeen, PhoneUseChanged
from router.errors import SwitchError


class Truth:
    """Stands where ARI is."""

    def __init__(self) -> None:
        self.endpoints = (Endpoint("1001", state="online"), Endpoint("1002", state="offline"))
        self.away_count = 0

    async def __call__(self) -> tuple[Endpoint, ...]:
        if self.away_count:
            self.away_count -= 1
            raise SwitchError("not connected to Asterisk")
        return self.endpoints


@pytest_asyncio.fixture
async def server() -> AsyncIterator[FakeAmi]:
    async with FakeAmi().serving() as fake:
        yield fake


def make_watch(core: Core, port: int, truth: Truth, password: str = PASSWORD) -> AmiWatch:
    return AmiWatch(
        host="127.0.0.1",
        port=port,
        user="hotline",
        password=password,
        site="gas",
        submit=core.submit,
        endpoints=truth,
    )


async def end(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def said(caplog: pytest.LogCaptureFixture, words: str) -> None:
    for _ in range(300):
        if words in caplog.text:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"it did not say {words!r} but {caplog.text!r}")


async def test_the_truth_first_then_what_changes(server: FakeAmi) -> None:
    core, truth = Core(), Truth()
    truth.away_count = 1
    watch = make_watch(core, server.port, truth)
    running = asyncio.create_task(watch.run())
    seen = await core.until(PhonesSeen)
    assert [(phone.phone, phone.reachable) for phone in seen.phones] == [("1001", True), ("1002", False)]
    assert watch.connected
    server.tell("ContactStatus", EndpointName="1002", URI="sip:1002@x", ContactStatus="Reachable")
    assert (await core.until(PhoneReachabilityChanged)).phone == "1002"
    server.tell("Newchannel", Channel="PJSIP/1001-00000001", Uniqueid="n1-1.1")
    server.tell("Newchannel", Channel="PJSIP/1001-00000002", Uniqueid="gas.3.c7.l1")
    server.tell("Hangup", Channel="PJSIP/1001-00000001", Uniqueid="n1-1.1")
    server.tell("Registry", Username="sip:line@carrier", Domain="sip:carrier", Status="Registered")
    await core.until(PhoneUseChanged, 2)
    assert [event.channels for event in core.all(PhoneUseChanged)] == [1, 0]
    server.tell("ContactStatus", EndpointName="1002", URI="sip:1002@x", ContactStatus="Unreachable")
    await core.until(PhoneReachabilityChanged, 2)
    assert watch.trunks == {"sip:line@carrier": "Registered"}
    await end(running)
    assert set(server.actions) <= {"Login", "Ping"}


async def test_a_contact_in_doubt_is_asked_for(server: FakeAmi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami, "_SETTLE_S", 0.01)
    core, truth = Core(), Truth()
    running = asyncio.create_task(make_watch(core, server.port, truth).run())
    await core.until(PhonesSeen)
    server.tell("ContactStatus", EndpointName="1001", URI="sip:old@x", ContactStatus="Removed")
    assert not (await core.until(PhoneReachabilityChanged)).reachable
    assert (await core.until(PhonesSeen, 2)).phones[0].reachable
    await end(running)


async def test_a_drop_and_a_shutdown_are_followed_by_the_truth(
    server: FakeAmi, caplog: pytest.LogCaptureFixture
) -> None:
    core, truth = Core(), Truth()
    running = asyncio.create_task(make_watch(core, server.port, truth).run())
    await core.until(PhonesSeen)
    server.drop()
    await core.until(PhonesSeen, 2)
    server.tell("Shutdown", Shutdown="Cleanly")
    await core.until(PhonesSeen, 3)
    assert "shutting down" in caplog.text
    await end(running)


async def test_a_silent_link_is_noticed(
    server: FakeAmi, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami, "_PING_EACH_S", 0.05)
    monkeypatch.setattr(ami, "_ACTION_S", 0.1)
    core, truth = Core(), Truth()
    watch = make_watch(core, server.port, truth)
    running = asyncio.create_task(watch.run())
    await core.until(PhonesSeen)
    server.silent = True
    await said(caplog, "does not answer Ping")
    assert not watch.connected
    server.silent = False
    await core.until(PhonesSeen, 2)
    await end(running)


async def test_a_wrong_password_is_named(server: FakeAmi, caplog: pytest.LogCaptureFixture) -> None:
    core = Core()
    running = asyncio.create_task(make_watch(core, server.port, Truth(), "wrong").run())
    await said(caplog, "check HOTLINE_AMI_PASSWORD")
    assert core.events == []
    await end(running)


async def test_nobody_there_is_said_once_and_picked_up(caplog: pytest.LogCaptureFixture) -> None:
    core, fake = Core(), FakeAmi()
    async with fake.serving():
        pass
    running = asyncio.create_task(make_watch(core, fake.port, Truth()).run())
    await asyncio.sleep(0.5)
    async with fake.serving():
        await core.until(PhonesSeen)
        assert caplog.text.count("nothing listens at") == 1
        await end(running)
