"""A floor with callbacks, for tests of the pure core: callers, agents' phones and customers' phones, each as told."""

from collections import deque

import msgspec

from router.acd.callback import Callback
from router.acd.callback_rules import CallbackRules, OfferRules
from router.callcontrol import CallControl
from router.core import commands, events, ids, records
from router.core.events import Caller, LegEnd
from router.core.ids import AgentId, ChannelId, PhoneName
from router.core.turn import Output
from router.ivr.flow import Flow
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.hangup import Hangup
from router.site import Site
from support.sites import NOON, PAGER, small_site

PROMPTS = (
    "router/offer_wait",
    "router/offer_callback",
    "router/offer_recording",
    "router/callback_number",
    "router/callback_choices",
    "router/callback_time",
    "router/callback_type",
    "router/callback_noted",
    "router/callback_open",
    "router/callback_cancelled",
    "router/callback_bad_number",
    "router/callback_limit",
    "router/callback_past",
    "router/callback_shut",
    "router/callback_full",
    "router/callback_wait_on",
    "router/callback_here",
    "router/callback_press",
    "router/callback_agent",
    "router/callback_ask_time",
    "router/callback_when",
    "router/tomorrow",
    "router/confirm",
    "router/no_time",
)


def callback_site(
    rules: CallbackRules | None = None,
    offer: OfferRules | None = None,
    agents: tuple[str, ...] = ("1001", "1002"),
    **queue: object,
) -> Site:
    """A site whose queue ``desk`` calls back; 4001862 leads there at once, with a recording as a way out."""
    made = small_site(agents=agents, callbacks=rules or CallbackRules(), offer=offer, music="", **queue)
    for name in PROMPTS:
        made.script.prompts["en"][name] = (f"sound:{name}",)
    nodes = {"person": Enqueue(queue="desk", recording="bye"), "bye": Hangup()}
    made.script.flows["direct"] = Flow(name="direct", start="person", nodes=nodes)
    return made


class Floor:
    """One core; Asterisk obeys at once, phones do as their owners are told (``answers``, ``busy``...)."""

    def __init__(self, site: Site, **customers: str) -> None:
        self.sites = {"v1": site}
        self.core = CallControl(self.sites, "v1")
        self.now = NOON
        self.epoch = 1
        self.out: list[Output] = []
        self.customers = customers
        self.agents: dict[str, str] = {}
        """How agents' phones behave; "answers" unless told."""
        self.legs: dict[ChannelId, str] = {}
        """Our legs that exist, and whom they ring."""
        self.bridged: dict[str, tuple[ChannelId, ChannelId]] = {}
        self.callers: dict[ChannelId, str] = {}
        self.arrivals = 0
        self.prompts_last = False
        """Whether prompts play until :meth:`played`; else they are over at once."""
        self.playing: dict[str, ChannelId] = {}
        self.said: list[str] = []
        self._soon: deque[events.Event] = deque()
        self._busy = False
        self.feed(events.RouterStarted(epoch=1, config="v1"))
        self.feed(events.SwitchSeen(channels=()))

    # --- what happens ---

    def feed(self, event: events.Event) -> None:
        """A fact reaches the core; one that follows from an order comes after all orders given before it."""
        self._soon.append(event)
        if self._busy:
            return
        self._busy = True
        while self._soon:
            self._take(self.core.expire(self.now))
            self._take(self.core.handle(self._soon.popleft(), self.now))
        self._busy = False

    def advance(self, ms: int) -> None:
        end = self.now + ms
        while (deadline := self.core.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self._busy = True
            self._take(self.core.expire(self.now))
            self._busy = False
            if self._soon:
                self.feed(self._soon.popleft())
        self.now = end

    def sign_in(self, *agents: str) -> None:
        for agent in agents:
            self.feed(events.PhoneReachabilityChanged(phone=PhoneName(agent), reachable=True))
            self.feed(events.AgentSignInAsked(agent=AgentId(agent), phone=PhoneName(agent)))

    def sign_out(self, agent: str) -> None:
        self.feed(events.AgentSignOutAsked(agent=AgentId(agent)))

    def arrive(self, number: str = "+8613800138000", did: str = "4001862") -> ChannelId:
        self.arrivals += 1
        channel = ChannelId(f"A{self.arrivals}")
        self.callers[channel] = number
        self.feed(events.CallArrived(channel=channel, did=did, caller=Caller(number=number)))
        if channel in self.callers:
            self.feed(events.CallAnswered(channel=channel))
        return channel

    def leave(self, channel: ChannelId) -> None:
        del self.callers[channel]
        self.feed(events.CallerHungUp(channel=channel))

    def press(self, channel: ChannelId, keys: str) -> None:
        for key in keys:
            self.feed(events.KeyPressed(channel=channel, key=key))

    def played(self) -> None:
        """What is being played is over."""
        for playback in list(self.playing):
            if self.playing.pop(playback, None) is not None:
                self.feed(events.PlaybackFinished(playback=ids.PlaybackId(playback)))

    def hang_up(self, leg: ChannelId, why: LegEnd = LegEnd.HUNG_UP) -> None:
        """Somebody we have rung hangs up, or is found busy..."""
        if self.legs.pop(leg, None) is not None:
            self.feed(events.AgentLegEnded(leg=leg, why=why))

    def answer(self, leg: ChannelId) -> None:
        self.feed(events.AgentLegAnswered(leg=leg))

    def leg_to(self, whom: str) -> ChannelId:
        return next(leg for leg, name in self.legs.items() if name == whom)

    def rings(self, whom: str) -> bool:
        return whom in self.legs.values()

    def add(self, number: str, **fields: object) -> None:
        self.feed(events.CallbackAddAsked(queue="desk", number=number, **fields))  # type: ignore[arg-type]

    def restart(self) -> None:
        """The router dies and comes back from its snapshot; Asterisk has kept its channels."""
        self.reload()
        self.epoch += 1
        self.feed(events.RouterStarted(epoch=self.epoch, config="v1"))
        self.reconnect()

    def reload(self) -> None:
        before = self.core.snapshot()
        encoded = msgspec.json.encode(before)
        self.core = CallControl.restore(msgspec.json.decode(encoded), self.sites)
        assert self.core.snapshot() == before

    def reconnect(self) -> None:
        up = {leg for pair in self.bridged.values() for leg in pair} | set(self.callers)
        channels = [events.SeenChannel(channel=name, up=name in up) for name in (*self.callers, *self.legs)]
        bridges = tuple(ids.BridgeId(name) for name in self.bridged)
        self.feed(
            events.SwitchSeen(
                channels=tuple(channels), bridges=bridges, playbacks=tuple(map(ids.PlaybackId, self.playing))
            )
        )

    def asterisk_restarts(self) -> None:
        """Asterisk has lost every channel."""
        self.feed(events.SwitchLost())
        self.legs.clear()
        self.bridged.clear()
        self.callers.clear()
        self.playing.clear()
        self.feed(events.SwitchSeen(channels=()))

    # --- looking ---

    def noted(self, *kinds: str) -> list[records.Record]:
        """The records so far, all or of some kinds."""
        found = [one for one in self.out if isinstance(one, records.Record)]
        return [one for one in found if not kinds or type(one).__name__ in kinds]

    def last(self, kind: str) -> records.Record:
        return self.noted(kind)[-1]

    @property
    def only(self) -> Callback:
        """The one open callback."""
        (found,) = self.core.desk.state.callbacks.values()
        return found

    # --- obeying ---

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            self.out.append(output)
            self._obey(output)

    def _obey(self, output: Output) -> None:
        match output:
            case commands.RingAgent(leg=leg, phone=phone):
                self.legs[leg] = phone
                if self.agents.get(phone, "answers") == "answers":
                    self.feed(events.AgentLegRinging(leg=leg))
                    self.answer(leg)
                elif self.agents[phone] == "rings":
                    self.feed(events.AgentLegRinging(leg=leg))
                else:
                    self.hang_up(leg, LegEnd(self.agents[phone]))
            case commands.RingOutside(leg=leg, number=number):
                twice = number in self.legs.values() and number != PAGER.number  # two emergencies may ring one pager
                assert not twice, f"{number} is dialled twice at once"
                self.legs[leg] = number
                behaviour = self.customers.get(number.lstrip("+"), "rings")
                if behaviour == "answers":
                    self.feed(events.AgentLegRinging(leg=leg))
                    self.answer(leg)
                elif behaviour == "rings":
                    self.feed(events.AgentLegRinging(leg=leg))
                else:
                    self.hang_up(leg, LegEnd(behaviour))
            case commands.ConnectLegs(bridge=bridge, channel=channel, leg=leg):
                self.bridged[bridge] = (channel, leg)
                self.feed(events.LegsConnected(bridge=bridge))
            case commands.DestroyBridge(bridge=bridge):
                self.bridged.pop(bridge, None)
            case commands.HangUpLeg(channel=channel):
                if channel in self.callers:
                    self.leave(channel)
                else:
                    self.hang_up(channel, LegEnd.CANCELLED)
            case commands.PlayPrompts(channel=channel, playback=playback, media=media):
                self.said.append(" ".join(uri.removeprefix("sound:") for uri in media))
                if self.prompts_last:
                    self.playing[playback] = channel
                else:
                    self.feed(events.PlaybackFinished(playback=playback))
            case commands.StopPlayback(playback=playback):
                self.playing.pop(playback, None)
            case commands.Whisper(playback=playback, media=media):
                self.said.append("whisper " + " ".join(uri.removeprefix("sound:") for uri in media))
                self.feed(events.PlaybackFinished(playback=playback))
            case _:
                pass


def told(found: list[records.Record]) -> list[str]:
    """Write records shortly: the kind and what matters of it."""
    lines = []
    for one in found:
        match one:
            case records.CallbackMoved(state=state, why=why):
                lines.append(f"{state} {why}".strip())
            case records.CallbackTryEnded(result=result):
                lines.append(f"try {result}")
            case records.CallbackEnded(result=result, why=why):
                lines.append(f"end {result} {why}".strip())
            case records.CallbackRefused(reason=reason):
                lines.append(f"refused {reason}")
            case _:
                lines.append(type(one).__name__)
    return lines
