"""A model of everything outside the core: channels, legs, bridges and phones that obey its orders, late or never.

It keeps what Asterisk would have, so that a test can say what must be true of both after any course of events.
"""

import msgspec

from router.callcontrol import CallControl
from router.core import commands, events, records
from router.core.events import Caller, LegEnd
from router.core.ids import AgentId, BridgeId, CallId, ChannelId, PlaybackId
from router.core.records import AgentState
from router.core.turn import Output
from support.sites import NOON, small_site

AGENTS = ("1001", "1002", "1003")


class Outside:
    """Feeds the core, obeys its commands and checks its records as they come."""

    def __init__(self, **queue: object) -> None:
        self.sites = {"v1": small_site(**queue)}
        self.core = CallControl(self.sites, "v1")
        self.now = NOON
        self.epoch = 1
        self.seq = 0
        self.arrivals = 0
        self.callers: dict[ChannelId, bool] = {}
        """Callers' channels that exist; true once we were ordered to hang them up."""
        self.legs: dict[ChannelId, str] = {}
        """Agent legs that exist: ``dialled``, ``ringing``, ``up`` or ``dying``."""
        self.bridges: dict[BridgeId, bool] = {}
        """Bridges; false until both legs are in."""
        self.playing: dict[PlaybackId, bool] = {}
        self.asked: dict[str, CallId] = {}
        """Lookups and notices not answered yet, by request."""
        self.recordings: dict[str, None] = {}
        self.pins: list[tuple[CallId, AgentId]] = []
        self.ended: dict[CallId, int] = {}
        self.received: dict[CallId, None] = {}
        self.kinds: set[str] = set()
        """The kinds of records seen."""
        self.switch_up = True
        self.feed(events.RouterStarted(epoch=1, config="v1"))
        self.feed(events.SwitchSeen(channels=()))

    # --- feeding ---

    def feed(self, event: events.Event) -> None:
        """Let a fact reach the core, after the timers due."""
        self._take(self.core.expire(self.now))
        self._take(self.core.handle(event, self.now))

    def advance(self, ms: int) -> None:
        """Let time pass; timers fire at their deadlines."""
        end = self.now + ms
        while (deadline := self.core.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self._take(self.core.expire(self.now))
        self.now = end

    def arrive(self, did: str) -> ChannelId:
        """A caller rings."""
        self.arrivals += 1
        channel = ChannelId(f"A{self.arrivals}")
        self.callers[channel] = False
        self.feed(events.CallArrived(channel=channel, did=did, caller=Caller(number="+8613800138000")))
        return channel

    def caller_leaves(self, channel: ChannelId) -> None:
        """The caller's channel is gone."""
        del self.callers[channel]
        self.feed(events.CallerHungUp(channel=channel))

    def leg_leaves(self, leg: ChannelId, why: LegEnd) -> None:
        """An agent's leg is gone."""
        state = self.legs.pop(leg)
        if state == "dying":
            why = LegEnd.CANCELLED
        self.feed(events.AgentLegEnded(leg=leg, why=LegEnd.HUNG_UP if state == "up" else why))

    def reconnect(self) -> None:
        """The connection to Asterisk comes back, with the truth."""
        self.switch_up = True
        channels = [events.SeenChannel(channel=channel, up=True) for channel in self.callers]
        channels += [events.SeenChannel(channel=leg, up=state == "up") for leg, state in self.legs.items()]
        self.feed(
            events.SwitchSeen(channels=tuple(channels), bridges=tuple(self.bridges), playbacks=tuple(self.playing))
        )

    def restart(self) -> None:
        """The router dies and comes back from its snapshot, through its encoded form."""
        self._reload()
        self.epoch += 1
        self.feed(events.RouterStarted(epoch=self.epoch, config="v1"))
        self.reconnect()

    def reload(self) -> None:
        """Swap the core for one restored from its snapshot; nothing may change by it."""
        before = self.core.snapshot()
        self._reload()
        assert self.core.snapshot() == before

    def drain(self) -> None:
        """Everybody hangs up, everything ordered happens, all time passes."""
        if not self.switch_up:
            self.reconnect()
        for channel in list(self.callers):
            self.caller_leaves(channel)
        for _ in range(100):
            for leg in list(self.legs):
                self.leg_leaves(leg, LegEnd.NO_ANSWER)
            self.advance(15 * 60_000)

    # --- obeying ---

    def _reload(self) -> None:
        encoded = msgspec.json.encode(self.core.snapshot())
        self.core = CallControl.restore(msgspec.json.decode(encoded), self.sites)

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, records.Record):
                self._check(output)
            elif self.switch_up:
                self._obey(output)

    def _obey(self, command: commands.Command) -> None:
        match command:
            case commands.RingAgent(leg=leg) | commands.RingOutside(leg=leg):
                assert leg not in self.legs, f"leg {leg} dialled twice"
                self.legs[leg] = "dialled"
            case commands.HangUpLeg(channel=channel):
                if channel in self.legs:
                    self.legs[channel] = "dying"
                elif channel in self.callers:
                    self.callers[channel] = True
            case commands.ConnectLegs(bridge=bridge, channel=channel, leg=leg):
                assert bridge not in self.bridges, f"bridge {bridge} made twice"
                self.bridges[bridge] = False
            case commands.DestroyBridge(bridge=bridge):
                self.bridges.pop(bridge, None)
            case commands.PlayPrompts(playback=playback) | commands.Whisper(playback=playback):
                self.playing[playback] = True
            case commands.StopPlayback(playback=playback):
                self.playing.pop(playback, None)
            case commands.LookUp(request=request, call=call) | commands.SendNotice(request=request, call=call):
                self.asked[request] = call
            case commands.RecordCaller(recording=recording):
                self.recordings[recording] = None
            case commands.CheckPin(call=call, agent=agent):
                self.pins.append((call, agent))
            case _:
                pass

    def _check(self, record: records.Record) -> None:
        self.seq += 1
        self.kinds.add(type(record).__name__)
        assert record.seq == self.seq, "records are numbered without gaps"
        assert record.at_ms == self.now
        match record:
            case records.CallReceived(call_id=call):
                assert call not in self.received
                self.received[call] = None
            case records.CallEnded(call_id=call):
                self.ended[call] = self.ended.get(call, 0) + 1
                assert self.ended[call] == 1, f"{call} has two terminal records"
            case records.AgentRang(agent=agent, call_id=call):
                status = self.core.desk.state.floor.agents[agent]
                phone = self.core.desk.state.floor.phones[status.phone]
                assert status.state is AgentState.RESERVED, f"{agent} rung in state {status.state}"
                assert phone.free and not status.resting, f"{agent}'s phone was not free"
            case _:
                pass
