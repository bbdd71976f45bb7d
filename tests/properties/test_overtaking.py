"""Bounded overtaking: who may go before whom, and for how long, whatever happens.

A call is overtaken, by an agent who may serve both, only by a call of a higher tier; by one that asked at most their
difference in head starts later (class and queue weight, and what the agent favours); or while a phone rings for it,
which lasts at most ``unreachable_after`` + ``answer_within`` for each try. While it is kept for one agent (``sticky``)
or for seniors (``senior_for``) others may not serve it, and no longer. Calls held back for a reservation are not
counted here.
"""

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from router.acd.spec import Queue
from router.control.call import LegFor, LegStage, Stage
from router.core import events, records
from router.core.events import LegEnd
from router.core.ids import AgentId, CallId, Ms
from router.core.records import AgentState
from router.core.turn import Output
from support.scenario import Scenario

AGENTS = ("1001", "1002", "1003", "1004")
SENIOR_FOR_MS = 10_000


class Rush(Scenario):
    """A floor of several queues with random rules, and a judge who looks at every ring."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.asked: dict[CallId, Ms] = {}
        """When each call asked for a person first."""
        self.entered: dict[CallId, Ms] = {}
        """When each call entered the queue it is in."""
        self.rang_at: dict[tuple[CallId, AgentId], Ms] = {}
        self.could_go: dict[CallId, frozenset[AgentId]] = {}
        """Calls that waited, with no phone ringing for them, before this turn, and who might serve them."""
        self.overtaken_count = 0
        self.caller_count = 0
        self.version = 1
        self.do_story()
        self.do_class("vip", "head_start=40s", "senior_groups=senior", f"senior_for={SENIOR_FOR_MS}ms")
        self.do_class("again", "head_start=15s")
        for name in ("one", "two", "three"):
            self.do_queue(name, *self.rules())
        for number in AGENTS:
            self.do_agent(number, *self.abilities())
        self.do_on_duty(*AGENTS)

    def rules(self) -> list[str]:
        rules = [
            f"weight={self.choose([0, 0, 10, 30])}s",
            f"strategy={self.choose(['longest_idle', 'round_robin', 'best_skill', 'random'])}",
            f"ring_count={self.choose([1, 1, 1, 2])}",
            f"need={self.choose(['', '', 'gas:2', 'gas:1|oil:3'])}",
            f"max_wait={self.choose([0, 0, 25])}s",
            f"wrap_up={self.choose([0, 3])}s",
            f"sticky={self.choose([0, 8])}s",
            f"return_after={self.choose([0, 20])}s",
        ]
        if self.choose([0, 0, 1]):
            rules += ["reserve_count=1", "reserve_for=vip"]
        if self.choose([0, 1]):
            rules += ["step=after=12s", f"step=waiting_over={self.choose([2, 4])}"]
        return rules

    def abilities(self) -> list[str]:
        words = [f"skills=gas:{self.choose([1, 2, 3])},oil:{self.choose([1, 3])}"]
        words += self.choose([[], [], ["favours=gas:20s"]])
        return [*words, self.choose(["groups=all", "groups=all", "groups=all,senior"])]

    def choose(self, things):  # type: ignore[no-untyped-def]
        return self.random.choice(list(things))

    # --- what happens ---

    def step(self) -> None:
        """Let one thing happen."""
        possible = {action: weight for action, weight in self.possible().items() if weight}
        self.choose_by(possible)()
        self._feed(events.HealthChecked())

    def choose_by(self, weights: dict[Callable[[], object], int]) -> Callable[[], object]:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def possible(self) -> dict[Callable[[], object], int]:
        legs = self.rung_legs()
        return {
            self.caller: 9 if len(self.core.desk.channels) < 14 else 0,
            self.caller_leaves: 2 if self.core.desk.channels else 0,
            self.picks_up: 9 if legs else 0,
            self.not_taken: 3 if legs else 0,
            self.agent_hangs_up: 7 if self.talks() else 0,
            self.agent_asks: 5,
            self.phone: 2,
            self.pass_time: 7,
            self.publish: 1,
            self.regroup: 1,
            self.break_: 1,
            self.restart: 1,
        }

    def rung_legs(self) -> list[str]:
        stages = (LegStage.DIALLING, LegStage.RINGING)
        return [leg.id for leg in self.core.desk.state.legs.values() if leg.stage in stages]

    def talks(self) -> list[str]:
        return [channel for channel, call in self.core.desk.channels.items() if call.stage is Stage.TALKING]

    def caller(self) -> None:
        self.caller_count += 1
        words = [f"class={self.choose(['standard', 'standard', 'standard', 'vip', 'again', 'emergency'])}"]
        words += self.choose([[], [], ["need=oil:2"], ["timeout=two"], [f"sticky={self.choose(AGENTS)}"]])
        self.do_calls(f"A{self.caller_count}", self.choose(["one", "two", "three"]), *words)

    def caller_leaves(self) -> None:
        self.do_hang_up(self.choose(self.core.desk.channels))

    def picks_up(self) -> None:
        self._feed(events.AgentLegAnswered(leg=self.choose(self.rung_legs())))

    def not_taken(self) -> None:
        why = self.choose([LegEnd.REJECTED, LegEnd.BUSY, LegEnd.FORWARDED, LegEnd.UNREACHABLE])
        self._feed(events.AgentLegEnded(leg=self.choose(self.rung_legs()), why=why))

    def agent_hangs_up(self) -> None:
        self.do_leg_ends(self.choose(self.talks()), "hung_up")

    def agent_asks(self) -> None:
        agent = self.choose(AGENTS)
        self.choose_by(
            {
                lambda: self.do_ready(agent): 6,
                lambda: self.do_sign_in(agent): 4,
                lambda: self.do_pause(agent, "break"): 2,
                lambda: self.do_sign_out(agent): 1,
            }
        )()

    def phone(self) -> None:
        self.do_phone(self.choose(AGENTS), self.choose(["reachable", "reachable", "unreachable", "calls=0", "calls=1"]))

    def pass_time(self) -> None:
        self.do_wait(f"{self.choose([200, 1_000, 2_000, 4_000, 9_000, 16_000])}ms")

    def publish(self) -> None:
        self.version += 1
        self.do_agent(self.choose(AGENTS), *self.abilities())
        self.do_publish(f"v{self.version}")

    def regroup(self) -> None:
        """A supervisor changes an agent for now, or takes it back."""
        self.do_regroup(
            self.choose(AGENTS),
            *self.choose([[], ["skills=gas:3"], ["groups=senior"], ["groups=all,senior", "skills=oil:2"]]),
        )

    def restart(self) -> None:
        self.do_restart()
        self.see(1.0)

    def break_(self) -> None:
        """The connection is away for a moment, and some hang up unheard."""
        self.do_switch("lost")
        self.see(0.8)

    def see(self, share: float) -> None:
        """The switch is back, with so large a share of those who were there."""
        state = self.core.desk.state
        here = [*self.core.desk.channels, *state.legs]
        stay = [name for name in here if self.random.random() < share]
        seen = [events.SeenChannel(channel=name, up=name not in state.legs or self.leg_is_up(name)) for name in stay]
        bridges = tuple(call.bridge for call in state.calls.values() if call.bridge is not None)
        self._feed(events.SwitchSeen(channels=tuple(seen), bridges=bridges))

    def leg_is_up(self, name: str) -> bool:
        return self.core.desk.state.legs[name].stage in (LegStage.ANSWERED, LegStage.BRIDGED)

    # --- the judge ---

    def _show(self, outputs: list[Output]) -> list[str]:
        for output in outputs:
            match output:
                case records.CallQueued(call_id=call, at_ms=at):
                    self.asked.setdefault(call, at)
                    self.entered[call] = at
                case records.AgentRang(call_id=call, agent=agent, at_ms=at):
                    self.rang_at[call, agent] = at
                    self.judge_order(call, agent)
                case records.AgentMissed(call_id=call, agent=agent, at_ms=at):
                    self.judge_ring(call, at - self.rang_at[call, agent])
                case records.Alert(kind=kind):
                    assert not kind.startswith("invariant_"), output
                case _:
                    pass
        self.judge_keeping()
        self.could_go = self.may_go()
        return []

    def may_go(self) -> dict[CallId, frozenset[AgentId]]:
        """Calls that wait with no phone ringing for them, and who may serve them now."""
        desk = self.core.desk
        return {
            waiting.call: frozenset(
                agent for agent in desk.state.floor.agents if desk.matcher.may_serve_now(agent, waiting)
            )
            for waiting in desk.state.waiting.values()
            if not waiting.offered and waiting.privileged
        }

    def judge_order(self, rung: CallId, agent: AgentId) -> None:
        """Nobody who waited before this turn, and still waits, should have been rung for by this agent first."""
        desk = self.core.desk
        if rung not in desk.state.waiting:
            return
        for call, able in self.may_go().items():
            if agent not in able or agent not in self.could_go.get(call, ()):
                continue
            assert self.tier(rung) <= self.tier(call)
            if self.tier(rung) == self.tier(call):
                later_ms = self.asked[rung] - self.asked[call]
                self.overtaken_count += later_ms > 0
                ahead_ms = self.ahead_ms(rung, agent) - self.ahead_ms(call, agent)
                assert later_ms <= ahead_ms, f"{rung} asked {later_ms} ms after {call}, with {ahead_ms} ms ahead of it"

    def tier(self, call: CallId) -> int:
        known = self.core.desk.state.calls[call]
        return self.sites[known.config].floor.classes[known.call_class].tier

    def queue(self, call: CallId) -> Queue:
        known = self.core.desk.state.calls[call]
        return self.sites[known.config].floor.queues[known.queue]

    def ahead_ms(self, call: CallId, agent: AgentId) -> Ms:
        """What a call has for its class, its queue and this agent."""
        desk = self.core.desk
        known = desk.state.calls[call]
        head_start_ms = self.sites[known.config].floor.classes[known.call_class].head_start_ms
        _, need = desk.matcher.needed(desk.state.waiting[call])
        needed = {skill for skills in need for skill, _ in skills}
        favours = [ms for skill, ms in desk.site.floor.agents[agent].favours if skill in needed]
        return head_start_ms + self.queue(call).weight_ms + max(favours, default=0)

    def judge_ring(self, call: CallId, span_ms: Ms) -> None:
        """A ring holds a call up no longer than it may."""
        queue = self.queue(call)
        assert span_ms <= queue.unreachable_after_ms + queue.answer_within_ms

    def judge_keeping(self) -> None:
        """A call is kept for one agent, or for seniors, no longer than it may be."""
        for waiting in self.core.desk.state.waiting.values():
            kept_ms = [self.queue(waiting.call).sticky_ms] if waiting.sticky else []
            kept_ms += [SENIOR_FOR_MS] if waiting.senior_groups else []
            if kept_ms and not waiting.offered:
                assert self.now - self.entered[waiting.call] <= max(kept_ms)

    def everybody_is_served(self) -> None:
        """Agents who take every call reach everybody whom they may serve."""
        state = self.core.desk.state
        for number in AGENTS:
            self.do_phone(number, "calls=0")
            self.do_sign_in(number)
        for _ in range(400):
            if not state.waiting:
                return
            for leg in [leg for leg in state.legs.values() if leg.purpose is LegFor.AGENT]:
                if leg.id in state.legs and leg.stage in (LegStage.DIALLING, LegStage.RINGING):
                    self._feed(events.AgentLegAnswered(leg=leg.id))
            for channel in self.talks():
                self.do_leg_ends(channel, "hung_up")
            for number, status in list(state.floor.agents.items()):
                if status.state in (AgentState.WRAP_UP, AgentState.PAUSED, AgentState.NOT_ANSWERING):
                    self.do_ready(number)
            self.do_wait("1s")
        able = {waiting.call: self.may_go().get(waiting.call) for waiting in state.waiting.values()}
        assert not any(able.values()), f"never served: {able}"


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(20, 200))
def test_nobody_is_overtaken_beyond_the_bound(seed: int, steps: int) -> None:
    rush = Rush(seed)
    for _ in range(steps):
        rush.step()
    rush.everybody_is_served()


def test_calls_are_overtaken_at_all() -> None:
    """The judge above is worth something only if some calls do go before earlier ones."""
    count = 0
    for seed in range(15):
        rush = Rush(seed)
        for _ in range(150):
            rush.step()
        count += rush.overtaken_count
    assert count > 20


@settings(max_examples=40, deadline=None)
@given(
    weight_s=st.integers(0, 120),
    gap_s=st.integers(1, 20),
    talk_s=st.integers(1, 40),
    vip_s=st.sampled_from([0, 0, 30]),
)
def test_weight_never_starves(weight_s: int, gap_s: int, talk_s: int, vip_s: int) -> None:
    """A heavier queue, whose callers never end, delays a caller of a lighter one by its head start and no more.

    Before them go only those who asked within the head start after them, and whoever is talked with already.
    """
    story = Scenario()
    story.do_story()
    story.do_queue("heavy", f"weight={weight_s}s", "wrap_up=0s")
    story.do_queue("light", "wrap_up=0s")
    story.do_class("steady", f"head_start={vip_s}s")
    story.do_agent("1001")
    story.do_on_duty("1001")
    story.do_calls("H0", "heavy", "class=steady")
    story.do_answers("H0")
    story.do_calls("L", "light")
    ahead = (weight_s + vip_s) // gap_s
    talking, served = "H0", 0
    for second in range(1, (ahead + 3) * (talk_s + gap_s) + 10):
        story.do_wait("1s")
        if second % gap_s == 0:
            story.do_calls(f"H{second}", "heavy", "class=steady")
        if second % talk_s and talking:
            continue
        if talking:
            story.do_leg_ends(talking, "hung_up")
        rung = [channel for channel, call in story.core.desk.channels.items() if call.stage is Stage.OFFERED]
        talking = rung[0] if rung else ""
        if talking == "L":
            assert served <= ahead
            return
        if talking:
            served += 1
            story.do_answers(talking)
    raise AssertionError("the lighter queue's caller was never served")
