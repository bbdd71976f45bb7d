"""Any course of events, in any order, late or twice: what must always be true of the core."""

import random
from collections.abc import Callable

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from router.acd.agent import IN_CALL
from router.acd.selection import STRATEGIES
from router.acd.spec import ANYBODY, AnnouncementPlan, EstimatePlan, Overflow, Step
from router.acd.surge import SurgePlan, SurgeStep
from router.control.call import LegFor, LegStage, Stage
from router.core import events, ids
from router.core.events import LegEnd
from router.core.ids import AgentId, ChannelId, PhoneName, QueueName
from router.core.records import AgentState
from support.outside import AGENTS, Outside
from support.sites import KEYS

HEARD = ("menu",)
"""A prompt that the site has."""
PLAN = SurgePlan(
    name="floor",
    queues=(QueueName("desk"), QueueName("alarm")),
    group="helpers",
    steps=(SurgeStep(group="inbound", most=1), SurgeStep(group="inbound"), SurgeStep(group="inbound", above_high=True)),
    low=0,
    high=1,
    for_ms=6_000,
    dip_ms=1_000,
    fast_step_ms=2_000,
    mode="automatic",
    seats_max=2,
)
"""A plan with spans as short as a course is; its helpers are agents of the desk."""


class Course:
    """Callers, agents, phones and Asterisk, each doing what it likes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.codes = random.Random(~seed)
        """Draws of what changes no call's course, so that a seed's course stays what it was."""
        self.outside = Outside(**self.rules())

    def rules(self) -> dict[str, object]:
        """The queue's rules in this course."""
        return {
            "connected": self.choose([(), (), ("1001",), AGENTS]),
            "strategy": self.choose(STRATEGIES),
            "ring_count": self.choose([1, 1, 2, 3]),
            "capacity": self.choose([None, None, 2]),
            "max_wait_ms": self.choose([0, 0, 30_000]),
            "join_empty": self.choose([True, True, False]),
            "stay_empty": self.choose([True, True, False]),
            "reserve_count": self.choose([0, 0, 1]),
            "reserve_for": ("vip",),
            "transfers": self.choose(["announced", "both"]),
            "whisper": self.choose([(), ("class", "wait", "menu")]),
            "tell_work_number": self.choose([True, False]),
            "survey_flow": self.choose(["", "how_was_it"]),
            "survey_share": self.choose([100, 50]),
            "estimate": self.choose([None, EstimatePlan(min_sample=1, least_within=0.0)]),
            "announcements": self.choose([None, AnnouncementPlan(first_after_ms=1_000, every_ms=5_000, comfort=HEARD)]),
            "need": self.choose([ANYBODY, ((("gas", 2),),)]),
            "overflow": self.choose(
                [
                    (),
                    (),
                    (Overflow(why="after", to_kind="queue", after_ms=4_000, queue=QueueName("alarm")),),
                    (
                        Overflow(why="nobody", to_kind="queue", queue=QueueName("alarm"), keep_place=False),
                        Overflow(why="nobody", to_kind="prompt", prompt="menu", then="direct"),
                        Overflow(why="waiting_over", to_kind="flow", waiting_over=2, flow="main"),
                        Overflow(why="after", to_kind="outside", after_ms=10_000, number="95001"),
                    ),
                ]
            ),
            "surges": self.choose([(), (PLAN,), (msgspec.structs.replace(PLAN, mode="propose"),)]),
            "steps": self.choose(
                [
                    (),
                    (Step(after_ms=5_000),),
                    (Step(need=((("gas", 1),),), after_ms=3_000), Step(after_ms=20_000, waiting_over=2)),
                    (Step(signed_in_under=2),),
                ]
            ),
        }

    def step(self) -> None:
        """Let one thing happen."""
        possible = {action: weight for action, weight in self.possible().items() if weight}
        action = self.random.choices(list(possible), list(possible.values()))[0]
        action()
        if self.codes.random() < 0.1:
            self.code_call()

    def code_call(self) -> None:
        """An agent codes the call they are in or write up, if any."""
        agent, code = AgentId(self.codes.choice(AGENTS)), self.codes.choice(["", "bill", "unknown"])
        self.outside.feed(events.CallCodeAsked(agent=agent, code=code, solved=self.codes.random() < 0.5))

    # --- callers ---

    def arrive(self) -> None:
        if len(self.outside.callers) < 6:
            channel = self.outside.arrive(self.choose(["4001860", "4001861", "4001862", "4001862", "unknown"]))
            self.outside.feed(events.CallAnswered(channel=channel))

    def caller_leaves(self) -> None:
        self.outside.caller_leaves(self.choose(self.outside.callers))

    def key(self) -> None:
        self.outside.feed(
            events.KeyPressed(channel=self.choose(self.outside.callers), key=self.choose("01239456789*#"))
        )

    def keys(self) -> None:
        """A whole choice of the menu."""
        channel = self.choose(self.outside.callers)
        for key in self.choose(list(KEYS)):
            self.outside.feed(events.KeyPressed(channel=channel, key=key))

    def leg_key(self) -> None:
        self.outside.feed(events.KeyPressed(channel=self.choose(self.outside.legs), key=self.choose("19")))

    def reply(self) -> None:
        request, call = self.outside.asked.popitem()
        status = self.choose(["ok", "missing", "failed"])
        self.outside.feed(events.ReplyArrived(call=call, request=request, status=status))

    def recorded(self) -> None:
        recording, _ = self.outside.recordings.popitem()
        self.outside.feed(
            events.RecordingFinished(recording=recording, length_ms=5_000, failed=self.choose([0, 0, 1]) == 1)
        )

    def played(self) -> None:
        playback = self.choose(self.outside.playing)
        del self.outside.playing[playback]
        self.outside.feed(events.PlaybackFinished(playback=playback))

    # --- agents and phones ---

    def sign_in(self) -> None:
        agent, phone = AgentId(self.choose(AGENTS)), PhoneName(self.choose(AGENTS))
        self.outside.feed(events.PhoneReachabilityChanged(phone=phone, reachable=True))
        self.outside.feed(events.AgentSignInAsked(agent=agent, phone=phone))

    def ask(self) -> None:
        name = AgentId(self.choose(AGENTS))
        facts = [
            events.AgentSignOutAsked(agent=name),
            events.AgentReadyAsked(agent=name),
            events.AgentPauseAsked(agent=name, reason="break"),
            events.AgentPauseAsked(agent=AgentId("nobody"), reason="break"),
        ]
        self.outside.feed(self.choose(facts))

    def consult(self) -> None:
        """An agent in a call consults, takes the caller back, or hands them over, in or out of turn."""
        floor = self.outside.core.desk.state.floor
        engaged = [name for name, status in floor.agents.items() if status.state in IN_CALL]
        agent = AgentId(self.choose(engaged or AGENTS))
        kind, target = self.choose(
            [("agent", self.choose(AGENTS)), ("phone", self.choose(AGENTS)), ("extension", "nobody")]
        )
        facts = [
            events.ConsultAsked(agent=agent, kind=kind, target=target),
            events.ConsultAsked(agent=agent, kind="agent", target=self.choose(AGENTS)),
            events.TakeBackAsked(agent=agent),
            events.TransferAsked(agent=agent),
            events.TransferAsked(agent=agent, kind="queue", target="desk"),
            events.TransferAsked(agent=agent, kind=kind, target=target),
        ]
        self.outside.feed(self.choose(facts))

    def surge(self) -> None:
        """A supervisor asks something of the surge plan, or moves an agent of it by hand."""
        facts = [
            *(events.SurgeAsked(plan="floor", ask=ask) for ask in ("confirm", "confirm", "decline", "release", "stop")),
            events.SurgeAsked(plan="", ask="start"),
            events.AgentRegroupAsked(agent=AgentId(self.choose(AGENTS)), groups=("inbound",)),
            events.AgentRegroupAsked(agent=AgentId(self.choose(AGENTS))),
        ]
        self.outside.feed(self.choose(facts))

    def phone(self) -> None:
        reachable = self.random.random() < 0.7
        self.outside.feed(events.PhoneReachabilityChanged(phone=PhoneName(self.choose(AGENTS)), reachable=reachable))

    def phone_in_use(self) -> None:
        channels = self.choose([0, 0, 1])
        self.outside.feed(events.PhoneUseChanged(phone=PhoneName(self.choose(AGENTS)), channels=channels))

    def code(self) -> None:
        self.outside.arrivals += 1
        channel = ChannelId(f"A{self.outside.arrivals}")
        self.outside.callers[channel] = False
        code = self.choose(["*11", "*111002", "*12", "*13", "*14", "*149", "*15", "*77"])
        self.outside.feed(events.CodeDialled(channel=channel, phone=PhoneName(self.choose(AGENTS)), code=code))

    def pin_checked(self) -> None:
        call, agent = self.outside.pins.pop()
        correct = self.choose([True, False])
        self.outside.feed(
            events.PinChecked(call=call, agent=agent, correct=correct, locked=self.choose([0, 0, 1]) == 1)
        )

    # --- legs and bridges ---

    def leg_rings(self) -> None:
        leg = self.choose(self.legs("dialled"))
        self.outside.legs[leg] = "ringing"
        self.outside.feed(events.AgentLegRinging(leg=leg))

    def leg_answers(self) -> None:
        leg = self.choose(self.legs("dialled", "ringing", "dying"))
        if self.outside.legs[leg] != "dying":
            self.outside.legs[leg] = "up"
        self.outside.feed(events.AgentLegAnswered(leg=leg))

    def leg_leaves(self) -> None:
        self.outside.leg_leaves(self.choose(self.outside.legs), self.choose(list(LegEnd)))

    def dying_leg_leaves(self) -> None:
        self.outside.leg_leaves(self.choose(self.legs("dying")), LegEnd.CANCELLED)

    def bridged(self) -> None:
        bridge = self.choose([name for name, done in self.outside.bridges.items() if not done])
        self.outside.bridges[bridge] = True
        self.outside.feed(events.LegsConnected(bridge=bridge))

    def not_bridged(self) -> None:
        bridge = self.choose([name for name, done in self.outside.bridges.items() if not done])
        del self.outside.bridges[bridge]
        call = ids.call_of(bridge)
        self.outside.feed(events.CommandFailed(command="ConnectLegs", call=call, target=bridge, status=404))

    def ring_fails(self) -> None:
        leg = self.choose(self.legs("dialled"))
        del self.outside.legs[leg]
        self.outside.feed(events.CommandFailed(command="RingAgent", call=ids.call_of(leg), target=leg, status=500))

    def hold(self) -> None:
        self.outside.feed(events.HoldChanged(channel=self.choose(self.outside.legs), held=self.choose([True, False])))

    # --- impossible and late events ---

    def late(self) -> None:
        """Reports about what is long gone change nothing but are kept visible."""
        name = self.choose(["A1", "t.1.c1.l1", "t.1.c2.l1", "t.1.c1.b1", "t.9.c9.pb1"])
        if name in self.outside.callers or name in self.outside.legs or name in self.outside.bridges:
            return
        self.outside.feed(events.AgentLegAnswered(leg=ChannelId(name)))
        self.outside.feed(events.CallerHungUp(channel=ChannelId(name)))
        self.outside.feed(events.KeyPressed(channel=ChannelId(name), key="1"))

    # --- time, breaks and restarts ---

    def advance(self) -> None:
        self.outside.advance(self.choose([1, 200, 2_000, 3_000, 5_000, 15_000, 60_000]))

    def reload(self) -> None:
        self.outside.reload()

    def restart(self) -> None:
        self.outside.restart()

    def break_and_reconnect(self) -> None:
        """While the connection is down orders are lost, and maybe a caller or an agent hangs up unheard."""
        self.outside.feed(events.SwitchLost())
        self.outside.switch_up = False
        self.outside.advance(self.choose([0, 3_000, 20_000]))
        if self.outside.callers and self.choose([True, False]):
            del self.outside.callers[self.choose(self.outside.callers)]
        if self.outside.legs and self.choose([True, False]):
            del self.outside.legs[self.choose(self.outside.legs)]
        for leg in self.legs("ringing"):
            self.outside.legs[leg] = self.choose(["ringing", "up"])
        self.outside.reconnect()

    def choose(self, things):  # type: ignore[no-untyped-def]
        """Pick one of several things."""
        return self.random.choice(list(things))

    def legs(self, *states: str) -> list[ChannelId]:
        """The agent legs in these states."""
        return [leg for leg, state in self.outside.legs.items() if state in states]

    def possible(self) -> dict[Callable[[], None], int]:
        """What can happen now, with how likely it is."""
        unbridged = not all(self.outside.bridges.values())
        return {
            self.arrive: 8,
            self.sign_in: 4,
            self.ask: 4,
            self.consult: 6,
            self.surge: 3,
            self.phone: 2,
            self.phone_in_use: 2,
            self.code: 1,
            self.late: 1,
            self.advance: 6,
            self.reload: 2,
            self.restart: 1,
            self.break_and_reconnect: 1,
            self.caller_leaves: 3 if self.outside.callers else 0,
            self.key: 3 if self.outside.callers else 0,
            self.keys: 5 if self.outside.callers else 0,
            self.leg_key: 2 if self.outside.legs else 0,
            self.reply: 5 if self.outside.asked else 0,
            self.recorded: 3 if self.outside.recordings else 0,
            self.played: 3 if self.outside.playing else 0,
            self.pin_checked: 3 if self.outside.pins else 0,
            self.leg_rings: 6 if self.legs("dialled") else 0,
            self.ring_fails: 1 if self.legs("dialled") else 0,
            self.leg_answers: 6 if self.legs("dialled", "ringing", "dying") else 0,
            self.leg_leaves: 3 if self.outside.legs else 0,
            self.dying_leg_leaves: 6 if self.legs("dying") else 0,
            self.hold: 1 if self.outside.legs else 0,
            self.bridged: 12 if unbridged else 0,
            self.not_bridged: 1 if unbridged else 0,
        }

    # --- what must always be true ---

    def one_place_per_call(self) -> None:
        core = self.outside.core
        for call in core.desk.state.calls.values():
            waits = call.stage in (Stage.WAITING, Stage.OFFERED, Stage.CONNECTING)
            assert (call.id in core.desk.state.waiting) == waits
            by_itself = call.session is None and call.sent_by
            flows = (Stage.IVR, Stage.TRANSFERRING, Stage.SURVEY)
            assert by_itself or (call.session is not None) == (call.stage in flows or waits)
            assert (call.agent is not None) >= (call.stage is Stage.TALKING)

    def one_call_per_agent(self) -> None:
        core = self.outside.core
        engaged = [
            leg.agent
            for leg in core.desk.state.legs.values()
            if leg.purpose is LegFor.AGENT and leg.stage is not LegStage.CLOSING
        ]
        assert len(engaged) == len(set(engaged))
        for agent in engaged:
            status = core.desk.state.floor.agents[agent]
            assert status.state in IN_CALL
            assert status.call is not None

    def nobody_free_while_somebody_waits(self) -> None:
        core = self.outside.core
        matcher = core.desk.matcher
        free = [AgentId(row["agent"]) for row in core.desk.agents.overview(self.outside.now) if row["can_be_rung"]]
        for waiting in core.desk.state.waiting.values():
            able = [agent for agent in free if matcher.may_serve_now(agent, waiting)]
            kept = 0 if waiting.privileged else core.desk.site.floor.queues[waiting.queue].reserve_count
            assert waiting.offered or not able or len(free) <= kept, f"{able} are free while {waiting.call} waits"

    def nothing_plays_under_anything_else(self) -> None:
        """Who waits hears music or a playback, never both; who is being connected hears neither."""
        for call in self.outside.core.desk.state.calls.values():
            if call.stage in (Stage.WAITING, Stage.OFFERED):
                assert not (call.music and call.playback is not None)
                assert call.music or call.playback is not None
            elif call.stage is Stage.CONNECTING:
                assert not call.music and call.playback is None

    def nothing_is_left(self) -> None:
        """In the end nothing is left, and every call has its one terminal record."""
        self.outside.drain()
        state = self.outside.core.desk.state
        assert not state.calls and not state.legs and not state.waiting and not state.codes
        assert not state.appointments and not state.pages
        assert not state.notices and not state.locks
        assert set(self.outside.ended) == set(self.outside.received)
        assert not self.outside.bridges
        in_call = IN_CALL | {AgentState.WRAP_UP}
        assert not [status.number for status in state.floor.agents.values() if status.state in in_call]


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 250))
def test_whatever_happens(seed: int, steps: int) -> None:
    course = Course(seed)
    for _ in range(steps):
        course.step()
        course.one_place_per_call()
        course.one_call_per_agent()
        course.nobody_free_while_somebody_waits()
        course.nothing_plays_under_anything_else()
    course.nothing_is_left()


def test_a_course_meets_everything() -> None:
    """The courses above are worth something only if calls are really connected in them."""
    kinds: set[str] = set()
    for seed in range(40):
        course = Course(seed)
        for _ in range(200):
            course.step()
        kinds |= course.outside.kinds
    wanted = {
        "CallConnected",
        "AgentMissed",
        "TalkEnded",
        "CallHeld",
        "ConsultBegan",
        "ConsultEnded",
        "CallTransferred",
        "TalkKeyPressed",
        "Alert",
        "AskRefused",
        "Ignored",
    }
    assert wanted <= kinds
