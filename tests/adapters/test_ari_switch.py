"""The switch against an Asterisk that delays, reorders, refuses and drops."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from adapters.fake_asterisk import PASSWORD, FakeAsterisk
from adapters.fake_core import Core

from router.adapters import ari_transport
from router.adapters.ari import AriSwitch
from router.core.commands import (
    AnswerCall,
    CheckPin,
    ConnectLegs,
    DestroyBridge,
    HangUpLeg,
    HangUpReason,
    PlayPrompts,
    RecordCaller,
    RingAgent,
    SendRinging,
    StartMusic,
    StopMusic,
    StopPlayback,
)
from router.core.events import (
    AgentLegAnswered,
    AgentLegEnded,
    CallAnswered,
    CallArrived,
    CallerHungUp,
    CommandFailed,
    LegEnd,
    LegsConnected,
    PlaybackFinished,
    RecordingFinished,
    SwitchLost,
    SwitchSeen,
)
from router.core.ids import AgentId, BridgeId, CallId, ChannelId, PhoneName, PlaybackId

CALL = CallId("gas.3.c7")
CALLER = ChannelId("n1-1.5")
LEG = ChannelId("gas.3.c7.l1")
BRIDGE = BridgeId("gas.3.c7.b1")
PROMPT = PlaybackId("gas.3.c7.pb1")

ANSWER = AnswerCall(call=CALL, channel=CALLER)
RING = RingAgent(call=CALL, leg=LEG, phone=PhoneName("1001"), give_up_ms=19_500, show_number="+8613800138000")
CONNECT = ConnectLegs(call=CALL, bridge=BRIDGE, channel=CALLER, leg=LEG)
PLAY = PlayPrompts(call=CALL, channel=CALLER, playback=PROMPT, media=("sound:a", "sound:b"))
CANCEL = HangUpLeg(call=CALL, channel=LEG, reason=HangUpReason.ELSEWHERE)


@pytest.fixture
def core() -> Core:
    return Core()


@pytest_asyncio.fixture
async def asterisk() -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk().serving() as fake:
        yield fake


def make_switch(core: Core, url: str, *, password: str = PASSWORD, timeout_s: float = 3.0) -> AriSwitch:
    return AriSwitch(
        url=url,
        user="hotline",
        password=password,
        app="hotline",
        site="gas",
        country="CN",
        submit=core.submit,
        open_playbacks=lambda: core.playbacks,
        other=core.others.append,
        open_recordings=lambda: core.recordings,
        recording_over=core.recording_over,
        timeout_s=timeout_s,
    )


async def end(switch: AriSwitch, running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await switch.close()


@pytest_asyncio.fixture
async def switch(core: Core, asterisk: FakeAsterisk) -> AsyncIterator[AriSwitch]:
    made = make_switch(core, asterisk.url)
    running = asyncio.create_task(made.run())
    await core.until(SwitchSeen)
    yield made
    await end(made, running)


def channel(name: str, state: str = "Up", data: str = "") -> dict[str, object]:
    plan = {"app_name": "Stasis", "app_data": data} if data else {}
    return {"id": name, "name": "PJSIP/x-1", "state": state, "caller": {"number": "13800138000"}, "dialplan": plan}


async def arrive(asterisk: FakeAsterisk, name: str = CALLER) -> None:
    await asterisk.tell("StasisStart", channel=channel(name, "Ring"), args=["in", "4001860", "t", "allowed", ""])


async def test_calls_come_in_and_orders_go_out_over_the_lanes(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch
) -> None:
    assert set(asterisk.sockets) == {"hotline", "hotline-lane1", "hotline-lane2", "hotline-lane3", "hotline-lane4"}
    filtered = await asterisk.until("PUT applications/hotline/eventFilter")
    assert {"type": "StasisStart"} in filtered.body["allowed"]
    assert {"type": "ChannelVarset"} not in filtered.body["allowed"]
    await arrive(asterisk)
    assert (await core.until(CallArrived)).caller.number == "+8613800138000"
    switch.execute(
        [
            SendRinging(call=CALL, channel=CALLER),
            ANSWER,
            PLAY,
            StopPlayback(call=CALL, playback=PROMPT),
            StartMusic(call=CALL, channel=CALLER, music="calm"),
            StopMusic(call=CALL, channel=CALLER),
            HangUpLeg(call=CALL, channel=CALLER, reason=HangUpReason.BUSY),
        ]
    )
    await core.until(CallAnswered)
    hung_up = await asterisk.until(f"DELETE channels/{CALLER}")
    assert asterisk.lines() == [
        f"POST channels/{CALLER}/ring",
        f"POST channels/{CALLER}/answer",
        f"POST channels/{CALLER}/play/{PROMPT}",
        f"DELETE playbacks/{PROMPT}",
        f"POST channels/{CALLER}/moh",
        f"DELETE channels/{CALLER}/moh",
        f"DELETE channels/{CALLER}",
    ]
    assert hung_up.query == {"reason_code": "17"}
    assert (await asterisk.until(".*/play/.*")).query == {"media": "sound:a,sound:b"}
    assert (await asterisk.until("POST .*/moh")).query == {"mohClass": "calm"}
    commands = [asked for asked in asterisk.asked if asked.method != "GET"]
    assert len({asked.over for asked in commands if "eventFilter" not in asked.uri}) == 1
    assert commands[-1].over.startswith("hotline-lane")


async def test_what_is_not_for_asterisk_goes_elsewhere(core: Core, switch: AriSwitch) -> None:
    check = CheckPin(call=CALL, agent=AgentId("1001"), pin="123456")
    switch.execute([check])
    assert core.others == [check]


async def test_a_phone_is_dialled_only_when_its_leg_is_ready(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch
) -> None:
    switch.execute([RING])
    created = await asterisk.until("POST channels/create")
    assert created.query["endpoint"] == "PJSIP/1001"
    assert created.query["channelId"] == LEG
    assert created.body["variables"] == {"CONNECTEDLINE(num)": "+8613800138000"}
    await asyncio.sleep(0.02)
    assert asterisk.lines() == ["POST channels/create"]
    await asterisk.tell("StasisStart", channel=channel(LEG, "Down"), args=[])
    assert (await asterisk.until(f"POST channels/{LEG}/dial")).query == {"timeout": "20"}
    await asterisk.tell("Dial", peer=channel(LEG), dialstatus="ANSWER")
    await core.until(AgentLegAnswered)


async def test_a_leg_may_be_ready_before_its_creation_is_confirmed(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch
) -> None:
    gate = asterisk.gates["POST channels/create"] = asyncio.Event()
    switch.execute([RING])
    await asterisk.until("POST channels/create")
    await asterisk.tell("StasisStart", channel=channel(LEG, "Down"), args=[])
    await asyncio.sleep(0.02)
    gate.set()
    await asterisk.until(f"POST channels/{LEG}/dial")
    assert core.all(AgentLegEnded) == []


async def test_a_ring_taken_back_in_the_same_breath_leaves_no_ghost(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch
) -> None:
    switch.execute([RING, CANCEL])
    assert (await asterisk.until(f"DELETE channels/{LEG}")).query == {"reason_code": "26"}
    await asterisk.tell("StasisStart", channel=channel(LEG, "Down"), args=[])
    await asterisk.tell("ChannelDestroyed", channel=channel(LEG, "Down"), cause=26, tech_cause=603)
    assert (await core.until(AgentLegEnded)).why is LegEnd.CANCELLED
    assert asterisk.lines() == ["POST channels/create", f"DELETE channels/{LEG}"]


@pytest.mark.parametrize("phone", ["1001", "1001@elsewhere"])
async def test_a_phone_that_cannot_be_rung_is_unreachable(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch, phone: str
) -> None:
    asterisk.refusals["POST channels/create"] = (500, "Allocation failed")
    switch.execute([RingAgent(call=CALL, leg=LEG, phone=PhoneName(phone), give_up_ms=1_000)])
    assert (await core.until(AgentLegEnded)).why is LegEnd.UNREACHABLE
    assert core.all(CommandFailed) == []


async def test_nobody_enters_a_bridge_before_it_is_ours(core: Core, asterisk: FakeAsterisk, switch: AriSwitch) -> None:
    gate = asterisk.gates["POST bridges"] = asyncio.Event()
    switch.execute([CONNECT, DestroyBridge(call=CALL, bridge=BRIDGE), HangUpLeg(call=CALL, channel=CALLER)])
    created = await asterisk.until("POST bridges")
    assert created.query == {"type": "mixing,dtmf_events", "bridgeId": BRIDGE}
    await asyncio.sleep(0.02)
    assert asterisk.lines() == ["POST bridges"]
    gate.set()
    await core.until(LegsConnected)
    await asterisk.until(f"DELETE channels/{CALLER}")
    assert asterisk.lines() == [
        "POST bridges",
        f"POST bridges/{BRIDGE}/addChannel",
        f"POST bridges/{BRIDGE}/removeChannel",
        f"DELETE bridges/{BRIDGE}",
        f"DELETE channels/{CALLER}",
    ]
    added = await asterisk.until(".*/addChannel")
    assert added.query == {"channel": f"{CALLER},{LEG}", "absorbDTMF": "true"}


async def test_a_bridge_that_exists_already_is_never_entered(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch
) -> None:
    asterisk.refusals["POST bridges"] = (409, "exists")
    switch.execute([CONNECT, ANSWER])
    failed = await core.until(CommandFailed)
    assert (failed.command, failed.target, failed.status, failed.reason) == ("ConnectLegs", BRIDGE, 409, "exists")
    await core.until(CallAnswered)
    assert asterisk.lines() == ["POST bridges", f"POST channels/{CALLER}/answer"]


async def test_a_leg_that_went_leaves_no_half_bridge(core: Core, asterisk: FakeAsterisk, switch: AriSwitch) -> None:
    asterisk.refusals[".*/addChannel"] = (400, "Channel not found")
    switch.execute([CONNECT])
    assert (await core.until(CommandFailed)).status == 400
    await asterisk.until(f"DELETE bridges/{BRIDGE}")
    assert core.all(LegsConnected) == []


async def test_what_is_gone_already_is_no_failure(core: Core, asterisk: FakeAsterisk, switch: AriSwitch) -> None:
    asterisk.refusals["DELETE .*"] = (404, "not found")
    switch.execute(
        [
            HangUpLeg(call=CALL, channel=CALLER),
            StopPlayback(call=CALL, playback=PROMPT),
            DestroyBridge(call=CALL, bridge=BRIDGE),
            StopMusic(call=CALL, channel=CALLER),
            ANSWER,
        ]
    )
    await core.until(CallAnswered)
    assert core.all(CommandFailed) == []


async def test_the_log_names_the_call(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong for a call can be found by its id."""
    recording = RecordCaller(
        call=CALL, channel=CALLER, recording="gas.3.c7.r1", max_ms=1_000, silence_ms=0, end_key="#", beep=False
    )
    for asked in (".*/play/.*", ".*/record", "POST channels/create"):
        asterisk.refusals[asked] = (500, "Allocation failed")
    with caplog.at_level(logging.WARNING):
        switch.execute([PLAY, recording, RING])
        await core.until(RecordingFinished)
        await core.until(AgentLegEnded)
    said = [getattr(record, "call_id", None) for record in caplog.records]
    assert said == [CALL] * 4, caplog.text  # the fake's ARI has no recording, which is an error of its own


async def test_a_prompt_that_cannot_be_played_ends_once(core: Core, asterisk: FakeAsterisk, switch: AriSwitch) -> None:
    asterisk.refusals[".*/play/.*"] = (404, "Channel not found")
    switch.execute([PLAY, StopPlayback(call=CALL, playback=PROMPT), ANSWER])
    await core.until(CallAnswered)
    assert core.all(PlaybackFinished) == [PlaybackFinished(playback=PROMPT, failed=True)]
    assert core.all(CommandFailed) == []


async def test_a_stuck_channel_holds_up_its_own_lane_only(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch
) -> None:
    gate = asterisk.gates[f"POST channels/{CALLER}/answer"] = asyncio.Event()
    switch.execute([ANSWER])
    await asterisk.until(f"POST channels/{CALLER}/answer")
    for number in range(20, 32):
        switch.execute([AnswerCall(call=CallId(f"gas.3.c{number}"), channel=ChannelId(f"n1-1.{number}"))])
    await core.until(CallAnswered, 6)
    assert CALLER not in {event.channel for event in core.all(CallAnswered)}
    gate.set()
    await core.until(CallAnswered, 13)


async def test_no_answer_in_time_is_a_failure_and_a_late_one_is_harmless(core: Core, asterisk: FakeAsterisk) -> None:
    switch = make_switch(core, asterisk.url, timeout_s=0.1)
    running = asyncio.create_task(switch.run())
    await core.until(SwitchSeen)
    gate = asterisk.gates[".*/(answer|play/.*)"] = asyncio.Event()
    switch.execute([ANSWER, PLAY])
    assert (await core.until(CommandFailed)).status == 0
    assert (await core.until(PlaybackFinished)).failed
    gate.set()
    await asterisk.until(f"DELETE playbacks/{PROMPT}")
    await asterisk.tell("PlaybackFinished", playback={"id": PROMPT, "state": "done"})
    await arrive(asterisk)
    await core.until(CallArrived)
    assert len(core.all(PlaybackFinished)) == 1
    assert core.all(CallAnswered) == []
    await end(switch, running)


async def test_recordings_that_ended_in_a_break_are_told_of_with_the_truth(
    core: Core, asterisk: FakeAsterisk, switch: AriSwitch
) -> None:
    core.recordings, asterisk.recordings = ("gas.3.c7.r1", "gas.3.c8.r1"), ["gas.3.c8.r1"]
    core.files = {"gas.3.c7.r1": 4_200}
    await asterisk.drop()
    seen = await core.until(SwitchSeen, 2)
    assert seen.recorded == (RecordingFinished(recording="gas.3.c7.r1", length_ms=4_200),)


async def test_a_recording_is_as_long_as_its_file(core: Core, asterisk: FakeAsterisk, switch: AriSwitch) -> None:
    core.files = {"gas.3.c7.r1": 4_900}
    for name in ("gas.3.c7.r1", "gas.3.c7.r2"):
        await asterisk.tell("RecordingFinished", recording={"name": name, "duration": 4})
    await core.until(RecordingFinished, 2)
    lengths = {event.recording: event.length_ms for event in core.all(RecordingFinished)}
    assert lengths == {"gas.3.c7.r1": 4_900, "gas.3.c7.r2": 4_000}, "where the file is not seen Asterisk's word counts"


async def test_a_drop_is_told_and_the_truth_asked(core: Core, asterisk: FakeAsterisk, switch: AriSwitch) -> None:
    asterisk.gates["POST bridges"] = asyncio.Event()
    switch.execute([CONNECT])
    await asterisk.until("POST bridges")
    asterisk.channels = [
        channel(CALLER, "Up", "hotline,in,4001860,t,allowed,"),
        channel(LEG, "Up", "hotline"),
        channel("gas.3.c8.l1", "Down", "hotline"),
        channel("n1-1.99", "Up", "hotline,what"),
    ]
    asterisk.bridges = {BRIDGE: [LEG, CALLER]}
    lost = PlaybackId("gas.3.c7.pb2")
    core.playbacks, asterisk.playbacks = (PROMPT, lost), [PROMPT]
    await asterisk.drop()
    await core.until(SwitchLost)
    assert not switch.connected
    switch.execute([ANSWER, PLAY])
    seen = await core.until(SwitchSeen, 2)
    assert [event.command for event in core.all(CommandFailed)] == ["ConnectLegs", "AnswerCall"]
    assert core.events.index(core.all(SwitchLost)[0]) < core.events.index(core.all(CommandFailed)[0])
    assert [entry.channel for entry in seen.channels] == [CALLER, LEG]
    assert seen.channels[0].arrived is not None
    assert (seen.bridges, seen.playbacks) == ((BRIDGE,), (PROMPT,))
    await asterisk.until("DELETE channels/gas.3.c8.l1")
    await asterisk.until("DELETE channels/n1-1.99")
    await asterisk.until("PUT applications/hotline/eventFilter", 2)
    await asterisk.tell("PlaybackFinished", playback={"id": lost, "state": "done"})
    await asterisk.tell("StasisEnd", channel=channel(CALLER))
    await core.until(CallerHungUp)
    assert core.all(PlaybackFinished) == []
    switch.execute([DestroyBridge(call=CALL, bridge=BRIDGE)])
    assert (await asterisk.until(f"POST bridges/{BRIDGE}/removeChannel")).query == {"channel": CALLER}
    await asterisk.until(f"DELETE bridges/{BRIDGE}")


async def test_what_happens_while_the_truth_is_asked_comes_after_it(core: Core, asterisk: FakeAsterisk) -> None:
    gate = asterisk.gates["GET channels"] = asyncio.Event()
    switch = make_switch(core, asterisk.url)
    running = asyncio.create_task(switch.run())
    await asterisk.until("GET channels")
    asterisk.channels = [channel("n1-1.4", "Up", "hotline,in,4001860,t,allowed,")]
    await arrive(asterisk)
    await arrive(asterisk, "n1-1.4")
    await asterisk.tell("StasisEnd", channel=channel("n1-1.4"))
    await asyncio.sleep(0.05)
    assert core.events == []
    gate.set()
    await core.until(CallerHungUp)
    assert [type(event) for event in core.events] == [SwitchSeen, CallArrived, CallerHungUp]
    await end(switch, running)


async def test_another_router_fences_this_one(
    core: Core, asterisk: FakeAsterisk, caplog: pytest.LogCaptureFixture
) -> None:
    switch = make_switch(core, asterisk.url)
    running = asyncio.create_task(switch.run())
    await core.until(SwitchSeen)
    await asterisk.tell("ApplicationReplaced")
    async with asyncio.timeout(3):
        await running
    assert switch.fenced
    assert core.all(SwitchLost)
    assert "taken over by another router" in caplog.text
    asked_count = len(asterisk.asked)
    switch.execute([ANSWER])
    await asyncio.sleep(0.02)
    assert (await core.until(CommandFailed)).command == "AnswerCall"
    assert len(asterisk.asked) == asked_count
    await switch.close()


async def test_an_unreadable_event_costs_nothing_else(core: Core, asterisk: FakeAsterisk, switch: AriSwitch) -> None:
    await asterisk.sockets["hotline"].send_str("{broken")
    await asterisk.tell("StasisEnd", channel={"id": 5})
    await arrive(asterisk)
    await core.until(CallArrived)
    assert switch.counters.unreadable_events == 2


@pytest.mark.parametrize("version", ["18.9.0", "20.13.1", "22.3.0"])
async def test_an_older_asterisk_gets_plain_http(core: Core, asterisk: FakeAsterisk, version: str) -> None:
    asterisk.version, asterisk.over_socket = version, False
    switch = make_switch(core, asterisk.url)
    running = asyncio.create_task(switch.run())
    await core.until(SwitchSeen)
    switch.execute([RING, CONNECT])
    await core.until(LegsConnected)
    assert [(asked.line, asked.over) for asked in asterisk.asked if asked.method == "POST"] == [
        ("POST channels/create", "http"),
        ("POST bridges", "http"),
        (f"POST bridges/{BRIDGE}/addChannel", "http"),
    ]
    assert set(asterisk.sockets) == {"hotline"}
    await end(switch, running)


@pytest.mark.parametrize("over_socket", [True, False])
async def test_an_asterisk_that_does_not_say_its_version_is_tried(
    core: Core, asterisk: FakeAsterisk, over_socket: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ari_transport, "_PROBE_S", 0.1)
    asterisk.version, asterisk.over_socket = "GIT-master-abc", over_socket
    switch = make_switch(core, asterisk.url)
    running = asyncio.create_task(switch.run())
    await core.until(SwitchSeen)
    switch.execute([ANSWER])
    asked = await asterisk.until(".*/answer")
    assert asked.over.startswith("hotline-lane") is over_socket
    await end(switch, running)


async def test_it_says_what_is_wrong_once_and_picks_up_when_it_comes(
    core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakeAsterisk()
    async with fake.serving():
        pass
    with caplog.at_level(logging.WARNING):
        switch = make_switch(core, fake.url)
        running = asyncio.create_task(switch.run())
        await asyncio.sleep(0.5)
        async with fake.serving():
            await core.until(SwitchSeen)
    assert caplog.text.count("nothing listens at") == 1
    assert "HOTLINE_ARI_PORT" in caplog.text
    await end(switch, running)


async def test_a_wrong_password_is_named(core: Core, asterisk: FakeAsterisk, caplog: pytest.LogCaptureFixture) -> None:
    switch = make_switch(core, asterisk.url, password="wrong")
    running = asyncio.create_task(switch.run())
    for _ in range(300):
        if "check HOTLINE_ARI_PASSWORD" in caplog.text:
            break
        await asyncio.sleep(0.01)
    else:
        pytest.fail("it did not say so")
    assert core.events == []
    await end(switch, running)
