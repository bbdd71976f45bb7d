"""The stream of ARI events: every arrival, hang-up, playback and step of a leg comes out once."""

from typing import Any

import pytest

from router.adapters.ari_codec import Bridge, Channel, Dialplan, Party, Playback, WireEvent
from router.adapters.ari_legs import LegBook, LegStep
from router.adapters.ari_reader import EventReader, Settled
from router.adapters.ari_truth import account
from router.core.events import (
    AgentLegAnswered,
    AgentLegEnded,
    AgentLegRinging,
    CallArrived,
    CallerHungUp,
    Event,
    HoldChanged,
    KeyPressed,
    LegEnd,
    PlaybackFinished,
)
from router.core.ids import CallId, ChannelId, PlaybackId

CALL = CallId("gas.3.c7")
LEG = ChannelId("gas.3.c7.l1")
CALLER = "n1-1.5"


class Bench:
    """A reader with everything it tells written down."""

    def __init__(self) -> None:
        self.legs = LegBook()
        self.settled = Settled()
        self.dialled: list[str] = []
        self.turned_away: list[str] = []
        self.fenced = 0
        self.snooped: list[str] = []
        self.reader = EventReader(
            site="gas",
            country="CN",
            legs=self.legs,
            settled=self.settled,
            dial=lambda leg: self.dialled.append(leg.channel),
            turn_away=lambda channel, _: self.turned_away.append(channel),
            fence=self._fence,
            snooped=self.snooped.append,
        )

    def _fence(self) -> None:
        self.fenced += 1

    def read(self, kind: str, channel: str = "", state: str = "", **fields: Any) -> Event | None:
        where = "peer" if kind == "Dial" else "channel"
        if channel:
            fields[where] = Channel(channel, state=state, name=fields.pop("name", ""))
        return self.reader.read(WireEvent(kind, **fields))

    def arrive(self, channel: str = CALLER) -> Event | None:
        return self.read("StasisStart", channel, "Ring", args=("in", "4001860", "local", "allowed", ""))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_call_arrives_once_and_hangs_up_once(bench: Bench) -> None:
    assert isinstance(bench.arrive(), CallArrived)
    assert bench.arrive() is None
    assert bench.read("ChannelHangupRequest", CALLER, cause=17) is None
    assert bench.read("StasisEnd", CALLER) == CallerHungUp(channel=ChannelId(CALLER), cause=17)
    assert bench.read("ChannelDestroyed", CALLER, cause=16) is None
    assert bench.read("StasisEnd", CALLER) is None


def test_a_flag_of_asterisk_is_no_cause(bench: Bench) -> None:
    bench.arrive()
    bench.read("ChannelHangupRequest", CALLER, cause=32)
    assert bench.read("StasisEnd", CALLER) == CallerHungUp(channel=ChannelId(CALLER), cause=16)


def test_strangers_are_turned_away_and_snoops_are_not(bench: Bench) -> None:
    assert bench.read("StasisStart", "n1-1.9", args=("leg",)) is None
    assert bench.read("StasisStart", "gas.2.c1.l1") is None
    assert bench.read("StasisStart", "gas.3.c7.s1", name="Snoop/n1-1.5-00000001") is None
    assert bench.turned_away == ["n1-1.9", "gas.2.c1.l1"]
    assert bench.read("StasisEnd", "n1-1.9") is None


def test_a_leg_is_dialled_when_it_enters_and_its_steps_come_once(bench: Bench) -> None:
    bench.legs.begin(LEG, CALL, 20_000)
    bench.read("StasisStart", LEG)
    bench.read("StasisStart", LEG)
    assert bench.dialled == [LEG]
    assert bench.read("Dial", LEG, dialstatus="") is None
    assert bench.read("ChannelStateChange", LEG, "Ringing") == AgentLegRinging(leg=LEG)
    assert bench.read("Dial", LEG, dialstatus="RINGING") is None
    assert bench.read("Dial", LEG, dialstatus="ANSWER") == AgentLegAnswered(leg=LEG)
    assert bench.read("ChannelStateChange", LEG, "Up") is None
    assert bench.read("StasisEnd", LEG) is None
    ended = bench.read("ChannelDestroyed", LEG, cause=16)
    assert ended == AgentLegEnded(leg=LEG, why=LegEnd.HUNG_UP, cause=16)
    assert bench.read("ChannelDestroyed", LEG, cause=16) is None
    assert len(bench.legs) == 0


def test_a_leg_cancelled_while_it_is_created_is_never_dialled(bench: Bench) -> None:
    bench.legs.begin(LEG, CALL, 20_000)
    bench.legs.cancel(LEG)
    bench.read("StasisStart", LEG)
    assert bench.dialled == []
    ended = bench.read("ChannelDestroyed", LEG, cause=26, tech_cause=603)
    assert ended == AgentLegEnded(leg=LEG, why=LegEnd.CANCELLED, cause=26, tech_cause=603)


@pytest.mark.parametrize(
    ("rang", "cause", "tech_cause", "why"),
    [
        (True, 19, 480, LegEnd.NO_ANSWER),
        (False, 19, 480, LegEnd.UNREACHABLE),
        (True, 23, 302, LegEnd.FORWARDED),
        (True, 17, 486, LegEnd.BUSY),
    ],
)
def test_why_a_leg_ended_depends_on_whether_it_rang(
    bench: Bench, rang: bool, cause: int, tech_cause: int, why: LegEnd
) -> None:
    bench.legs.begin(LEG, CALL, 20_000)
    bench.read("StasisStart", LEG)
    if rang:
        bench.read("Dial", LEG, dialstatus="RINGING")
    bench.read("Dial", LEG, dialstatus="CANCEL")
    ended = bench.read("ChannelDestroyed", LEG, cause=cause, tech_cause=tech_cause)
    assert isinstance(ended, AgentLegEnded)
    assert ended.why is why


def test_keys_and_holds_of_known_legs_only(bench: Bench) -> None:
    bench.arrive()
    key = bench.read("ChannelDtmfReceived", CALLER, digit="#", duration_ms=120)
    assert key == KeyPressed(channel=ChannelId(CALLER), key="#", duration_ms=120)
    assert bench.read("ChannelDtmfReceived", CALLER, digit="E") is None
    assert bench.read("ChannelDtmfReceived", "n1-9.9", digit="1") is None
    assert bench.read("ChannelHold", CALLER) == HoldChanged(channel=ChannelId(CALLER), held=True)
    assert bench.read("ChannelUnhold", CALLER) == HoldChanged(channel=ChannelId(CALLER), held=False)


def test_a_playback_ends_once(bench: Bench) -> None:
    first, second = "gas.3.c7.pb1", "gas.3.c7.pb2"
    done = bench.reader.read(WireEvent("PlaybackFinished", playback=Playback(first, "done")))
    assert done == PlaybackFinished(playback=PlaybackId(first))
    failed = bench.reader.read(WireEvent("PlaybackFinished", playback=Playback(second, "failed")))
    assert failed == PlaybackFinished(playback=PlaybackId(second), failed=True)
    bench.settled.add(second)
    assert bench.reader.read(WireEvent("PlaybackFinished", playback=Playback(second, "done"))) is None
    assert bench.reader.read(WireEvent("PlaybackFinished", playback=Playback("not-ours", "done"))) is None


def test_after_a_reconnect_only_what_is_there_counts(bench: Bench) -> None:
    bench.arrive("gone")
    bench.legs.begin(LEG, CALL, 20_000)
    bench.reader.take_over([CALLER], ["gas.3.c7.pb1"])
    bench.legs.take_over({ChannelId("gas.2.c1.l1"): LegStep.ANSWERED}, {ChannelId("gas.2.c1.l1"): CallId("gas.2.c1")})
    assert bench.read("StasisEnd", "gone") is None
    assert bench.arrive(CALLER) is None
    assert bench.read("StasisEnd", CALLER) == CallerHungUp(channel=ChannelId(CALLER))
    assert bench.read("ChannelDestroyed", LEG) is None
    assert bench.reader.read(WireEvent("PlaybackFinished", playback=Playback("gas.3.c7.pb1", "done"))) is None
    ended = bench.read("ChannelDestroyed", "gas.2.c1.l1", cause=16)
    assert isinstance(ended, AgentLegEnded)
    assert ended.why is LegEnd.HUNG_UP


def test_another_router_is_told(bench: Bench) -> None:
    assert bench.read("ApplicationReplaced", application="hotline") is None
    assert bench.fenced == 1


def test_the_account_of_what_asterisk_has() -> None:
    def channel(name: str, state: str, data: str = "", technology: str = "PJSIP/x-1") -> Channel:
        plan = Dialplan("Stasis", data) if data else Dialplan("Wait", "9")
        return Channel(name, technology, state, Party("", "13800138000"), plan)

    truth = account(
        [
            channel("n1-1.1", "Up", "hotline,in,4001860,local,allowed,"),
            channel("n1-1.2", "Up", "hotline,code,1001,*11"),
            channel("n1-1.3", "Up", "hotline,nonsense"),
            channel("n1-1.4", "Up"),
            channel("n1-1.5", "Up", "elsewhere,in,4001860"),
            channel("gas.3.c7.l1", "Up", "hotline"),
            channel("gas.3.c8.l1", "Ringing", "hotline"),
            channel("gas.3.c9.l1", "Down", "hotline"),
            channel("gas.3.c9.s1", "Up", "hotline", "Snoop/x"),
        ],
        members=frozenset({"n1-1.1", "gas.3.c7.l1"}),
        bridges=(Bridge("gas.3.c7.b1", ("gas.3.c7.l1", "n1-1.1")), Bridge("gas.3.c8.b1"), Bridge("other", ("n1-1.2",))),
        open_playbacks=(PlaybackId("gas.3.c7.pb2"),),
        asked_playbacks=(PlaybackId("gas.3.c7.pb1"), PlaybackId("gas.3.c7.pb2")),
        app="hotline",
        site="gas",
        country="CN",
    )
    assert [(seen.channel, seen.up) for seen in truth.seen.channels] == [
        ("n1-1.1", True),
        ("n1-1.2", True),
        ("gas.3.c7.l1", True),
        ("gas.3.c8.l1", False),
    ]
    arrived = truth.seen.channels[0].arrived
    assert arrived is not None
    assert (arrived.did, arrived.caller.number) == ("4001860", "+8613800138000")
    assert all(seen.arrived is None for seen in truth.seen.channels[1:])
    assert truth.callers == ("n1-1.1", "n1-1.2")
    assert truth.legs == {"gas.3.c7.l1": LegStep.ANSWERED, "gas.3.c8.l1": LegStep.RINGING}
    assert list(truth.strays) == ["n1-1.3", "gas.3.c9.l1"]
    assert truth.seen.bridges == ("gas.3.c7.b1", "gas.3.c8.b1")
    assert truth.bridged == {"gas.3.c7.b1": "n1-1.1"}
    assert truth.lost_playbacks == ("gas.3.c7.pb1",)
