"""A short history of a small line: what was fed to the core, what it recorded, and what a watch saw of one pair."""

from router.adapters.journal_codec import Entry
from router.adapters.journal_replay import turn
from router.callcontrol import CallControl
from router.control.call import Call, LegStage
from router.core import events
from router.core.events import AnyEvent, Caller, LegEnd
from router.core.ids import AgentId, CallId, ChannelId, PhoneName
from router.core.records import Record
from router.site import Site
from router.why.watch import Watch
from support.sites import NOON, small_site


class History:
    """Feeds a core as the engine does. Calls are named by their channel."""

    def __init__(self, call: str = "c1", agent: str = "1001", site: Site | None = None, **queue: object) -> None:
        self.site = site if site is not None else small_site(**queue)
        self.core = CallControl({"v1": self.site}, "v1")
        self.now = NOON
        self.records: list[Record] = []
        self.entries: list[Entry] = []
        self.watch = Watch(CallId(f"t.1.{call}"), AgentId(agent))
        self.feed(events.RouterStarted(epoch=1, config="v1"))
        self.feed(events.SwitchSeen(channels=()))

    def feed(self, event: AnyEvent | None) -> None:
        """One turn of the core."""
        self.entries.append(Entry(self.now, event))
        done = turn(self.core, self.now, event)
        assert done.error is None
        outputs = (*done.expired, *done.handled)
        self.records += [output for output in outputs if isinstance(output, Record)]
        self.watch.see(self.core.desk, self.now, outputs)

    def wait(self, seconds: float) -> "History":
        """Let time pass; timers fire when they are due."""
        end = self.now + int(seconds * 1000)
        while (deadline := self.core.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.feed(None)
        self.now = end
        return self

    def sign_in(self, *agents: str) -> "History":
        """Agents enter service at their phones, one second after another."""
        for agent in agents:
            self.feed(events.PhoneReachabilityChanged(phone=PhoneName(agent), reachable=True))
            self.feed(events.AgentSignInAsked(agent=AgentId(agent), phone=PhoneName(agent)))
            self.wait(1)
        return self

    def ask(self, agent: str, *, pause: str = "") -> "History":
        """An agent says ready, or pauses."""
        number = AgentId(agent)
        self.feed(events.AgentPauseAsked(agent=number, reason=pause) if pause else events.AgentReadyAsked(agent=number))
        return self

    def arrive(self, name: str, did: str = "4001862", caller: str = "+8613800138000", keys: str = "") -> "History":
        """A caller rings, and presses keys."""
        channel = ChannelId(name)
        self.feed(events.CallArrived(channel=channel, did=did, caller=Caller(number=caller or None), trunk="local"))
        self.feed(events.CallAnswered(channel=channel))
        for key in keys:
            self.feed(events.KeyPressed(channel=channel, key=key))
        return self

    def rings(self, name: str) -> "History":
        """The phone that is dialled for a call says that it rings."""
        self.feed(events.AgentLegRinging(leg=self._leg(name)))
        return self

    def refuses(self, name: str, why: LegEnd) -> "History":
        """The phone that is rung for a call does not take it."""
        self.feed(events.AgentLegEnded(leg=self._leg(name), why=why))
        return self

    def answers(self, name: str) -> "History":
        """The agent rung for a call picks up and both are bridged."""
        self.feed(events.AgentLegAnswered(leg=self._leg(name)))
        bridge = self.call(name).bridge
        assert bridge is not None
        self.feed(events.LegsConnected(bridge=bridge))
        return self

    def leave(self, name: str) -> "History":
        """The caller hangs up."""
        self.feed(events.CallerHungUp(channel=ChannelId(name)))
        return self

    def call(self, name: str) -> Call:
        """A call by its channel."""
        return self.core.desk.channels[ChannelId(name)]

    def _leg(self, name: str) -> ChannelId:
        legs = self.core.desk.legs_of(self.call(name))
        return next(leg.id for leg in reversed(legs) if leg.stage is not LegStage.CLOSING)
