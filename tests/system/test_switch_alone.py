"""The switch and the watch of phones against a real Asterisk, with no router between: only what fakes cannot prove."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from adapters.fake_core import Core

from phones.behaviour import Answer, Refuse
from phones.phone import Phone
from router.adapters.ami import AmiWatch
from router.adapters.ari import AriSwitch
from router.core.commands import AnswerCall, ConnectLegs, DestroyBridge, HangUpLeg, HangUpReason, PlayPrompts, RingAgent
from router.core.events import (
    AgentLegAnswered,
    AgentLegEnded,
    CallArrived,
    CallerHungUp,
    CodeDialled,
    KeyPressed,
    LegEnd,
    LegsConnected,
    PhoneReachabilityChanged,
    PhonesSeen,
    PhoneUseChanged,
    PlaybackFinished,
    SwitchLost,
    SwitchSeen,
)
from router.core.ids import BridgeId, CallId, ChannelId, PhoneName, bridge_id, call_id, leg_id, playback_id
from router.errors import SwitchError
from router.line.ports import free_block
from system.rig import CALLER, CALLER_E164, DIRECT, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


class Post:
    """A switch, a watch and one phone on a line that has no router."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.core = Core()
        self.site = rig.line.site.name
        self._numbers = itertools.count(1)
        settings, secrets = rig.line.settings, rig.line.secrets
        self.switch = AriSwitch(
            url=rig.line.ari_url,
            user=settings.ari_user,
            password=secrets.ari_password,
            app=settings.ari_app,
            site=self.site,
            country=rig.line.site.country,
            submit=self.core.submit,
            open_playbacks=lambda: self.core.playbacks,
            other=self.core.others.append,
        )
        host, port = rig.line.ami_address
        self.watch = AmiWatch(
            host=host,
            port=port,
            user=settings.ami_user,
            password=secrets.ami_password,
            site=self.site,
            submit=self.core.submit,
            endpoints=self.switch.endpoints,
        )
        self.phone = Phone("1001", sip_port=settings.sip_port, password=rig.line.secrets.phone_password("1001"))
        self.caller = Phone(CALLER, sip_port=settings.sip_port)

    def call(self) -> CallId:
        """Mint the next call's id."""
        return call_id(self.site, 1, next(self._numbers))

    async def ring(self, call: CallId) -> ChannelId:
        """Ring the phone."""
        leg = leg_id(call, 1)
        self.switch.execute([RingAgent(call=call, leg=leg, phone=PhoneName("1001"), give_up_ms=3_000)])
        return leg

    async def talk(self, call: CallId) -> tuple[ChannelId, ChannelId, BridgeId]:
        """Bring a caller and the phone together: caller's channel, leg, bridge."""
        count = len(self.core.all(CallArrived)) + 1
        await self.caller.call(DIRECT)
        channel = (await self.core.until(CallArrived, count)).channel
        leg = await self.ring(call)
        await self.core.until(AgentLegAnswered, len(self.core.all(AgentLegAnswered)) + 1)
        bridge = bridge_id(call, 1)
        self.switch.execute(
            [
                AnswerCall(call=call, channel=channel),
                ConnectLegs(call=call, bridge=bridge, channel=channel, leg=leg),
            ]
        )
        await self.core.until(LegsConnected, len(self.core.all(LegsConnected)) + 1)
        return channel, leg, bridge

    async def nothing_left(self) -> None:
        """Wait until Asterisk has no channel: it tells of a call's end some ms before the channel is gone."""
        channels = ""

        async def gone() -> bool:
            nonlocal channels
            channels = await self.rig.line.console("core show channels")
            return "\n0 active channels" in channels

        await until(gone, 3, lambda: channels)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def post(own_line: Rig) -> AsyncIterator[Post]:
    made = Post(own_line)
    await made.phone.start()
    await made.caller.start()
    running = [asyncio.create_task(made.switch.run()), asyncio.create_task(made.watch.run())]
    await made.core.until(PhonesSeen)
    await made.phone.register()
    await made.core.until(PhoneReachabilityChanged)
    yield made
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await made.switch.close()
    await made.phone.stop()
    await made.caller.stop()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def own_line(tmp_path_factory: pytest.TempPathFactory, asterisk_root: Path) -> AsyncIterator[Rig]:
    """A line with Asterisk and nothing else."""
    block = free_block()
    rig = Rig.make(tmp_path_factory.mktemp("switch") / "line", block, asterisk_root)
    try:
        await rig.line.start_asterisk()
        yield rig
    finally:
        await rig.stop()
        block.close()


async def test_keys_in_talk_are_told_and_heard_by_nobody(post: Post) -> None:
    call = post.call()
    post.phone.behaviour = Answer(20)
    channel, leg, bridge = await post.talk(call)
    arrived = post.core.all(CallArrived)[-1]
    assert (arrived.did, arrived.caller.number) == (DIRECT, CALLER_E164)
    at_caller, at_phone = post.caller.calls[-1], post.phone.calls[-1]
    await at_caller.press("5")
    await at_phone.press("7")
    await post.core.until(KeyPressed, 2)
    keys = [(event.channel, event.key) for event in post.core.all(KeyPressed)]
    assert keys == [(channel, "5"), (leg, "7")]
    await asyncio.sleep(0.2)
    assert (at_caller.keys, at_phone.keys) == ("", "")
    post.switch.execute(
        [
            HangUpLeg(call=call, channel=leg),
            DestroyBridge(call=call, bridge=bridge),
            HangUpLeg(call=call, channel=channel),
        ]
    )
    await post.core.until(CallerHungUp, len(post.core.all(CallArrived)))
    await post.nothing_left()


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (Refuse(486), LegEnd.BUSY),
        (Refuse(603), LegEnd.REJECTED),
        (Refuse(503), LegEnd.UNREACHABLE),
        (Refuse(302, to="sip:4001860@127.0.0.1"), LegEnd.FORWARDED),
        (Answer(None), LegEnd.NO_ANSWER),
    ],
)
async def test_how_a_phone_does_not_take_a_call(post: Post, behaviour: Answer | Refuse, why: LegEnd) -> None:
    post.phone.behaviour = behaviour
    count = len(post.core.all(AgentLegEnded)) + 1
    arrivals = len(post.core.all(CallArrived))
    leg = await post.ring(post.call())
    ended = await post.core.until(AgentLegEnded, count, within_s=6)
    assert (ended.leg, ended.why) == (leg, why)
    assert len(post.core.all(CallArrived)) == arrivals  # a redirect was not followed back to us
    await post.nothing_left()


async def test_a_ring_taken_back_at_any_moment_leaves_nothing(post: Post) -> None:
    post.phone.behaviour = Answer(None)
    for pause_s in (0, 0.001, 0.002, 0.004, 0.01, 0.05):
        call = post.call()
        count = len(post.core.all(AgentLegEnded)) + 1
        leg = await post.ring(call)
        if pause_s:
            await asyncio.sleep(pause_s)
        post.switch.execute([HangUpLeg(call=call, channel=leg, reason=HangUpReason.ELSEWHERE)])
        assert (await post.core.until(AgentLegEnded, count)).why is LegEnd.CANCELLED
    await post.nothing_left()


async def test_a_phone_in_use_by_itself_and_a_code(post: Post) -> None:
    before = len(post.core.all(PhoneUseChanged))
    dialling = await post.phone.call("*11")
    code = await post.core.until(CodeDialled)
    assert (code.phone, code.code) == ("1001", "*11")
    assert (await post.core.until(PhoneUseChanged, before + 1)).channels == 1
    gone = len(post.core.all(CallerHungUp)) + 1
    await dialling.hang_up()
    await post.core.until(CallerHungUp, gone)
    assert (await post.core.until(PhoneUseChanged, before + 2)).channels == 0


async def test_a_dropped_connection_costs_no_call(post: Post) -> None:
    post.phone.behaviour = Answer(20)
    call = post.call()
    channel, leg, bridge = await post.talk(call)
    prompt = playback_id(call, 9)
    post.core.playbacks = (playback_id(call, 8),)
    count = len(post.core.all(SwitchSeen)) + 1
    post.switch._transport._lose(SwitchError("cut by the test"))
    await post.core.until(SwitchLost)
    seen = await post.core.until(SwitchSeen, count)
    assert {(entry.channel, entry.up) for entry in seen.channels} == {(channel, True), (leg, True)}
    assert [entry.arrived.did for entry in seen.channels if entry.arrived] == [DIRECT]
    assert (seen.bridges, seen.playbacks) == ((bridge,), ())
    ended = len(post.core.all(AgentLegEnded)) + 1
    await post.phone.calls[-1].hang_up()
    assert (await post.core.until(AgentLegEnded, ended)).why is LegEnd.HUNG_UP
    post.switch.execute([DestroyBridge(call=call, bridge=bridge)])
    post.switch.execute(
        [PlayPrompts(call=call, channel=channel, playback=prompt, media=("sound:nothing-of-that-name",))]
    )
    assert (await post.core.until(PlaybackFinished)).failed
    gone = len(post.core.all(CallerHungUp)) + 1
    await post.caller.calls[-1].hang_up()
    await post.core.until(CallerHungUp, gone)
    await post.nothing_left()


async def test_a_prompt_right_after_the_talk_is_played(post: Post) -> None:
    """Asterisk loses a prompt that is ordered while the caller is still on the way out of the bridge."""
    post.phone.behaviour = Answer(10)
    for turn in range(16):
        call = post.call()
        channel, leg, bridge = await post.talk(call)
        await asyncio.sleep(0.02 + 0.005 * (turn % 5))  # in the first moments of a talk it happens to go well
        prompt, count = playback_id(call, 1), len(post.core.all(PlaybackFinished)) + 1
        post.switch.execute(
            [
                HangUpLeg(call=call, channel=leg),
                DestroyBridge(call=call, bridge=bridge),
                PlayPrompts(call=call, channel=channel, playback=prompt, media=(f"sound:nothing-{turn}",)),
            ]
        )
        assert (await post.core.until(PlaybackFinished, count)).playback == prompt
        gone = len(post.core.all(CallerHungUp)) + 1
        post.switch.execute([HangUpLeg(call=call, channel=channel)])
        await post.core.until(CallerHungUp, gone)
