"""Pure: call-back rounds: at set times the day's calls of some types are called back, by whoever took them.

What is answered meanwhile is listed; at the time of a round the list, or a sample of it, becomes callbacks. Those whose
agent is not there are shared equally among the agents who are.
"""

from router.acd.agent import AWAY
from router.control.call import Call
from router.control.callbacks import Callbacks
from router.control.desk import Desk
from router.control.followups import Listed, RoundState
from router.core import chance, records
from router.core.followups import Round
from router.core.ids import AgentId, QueueName
from router.core.records import AgentState
from router.core.turn import Turn

_MINUTES = 1440
MOST_LISTED = 10_000
"""A list longer than this takes nothing more in; the supervisor is told."""


class Rounds:
    """The rounds of the site; their lists are in the memory under ``rounds``."""

    def __init__(self, desk: Desk, callbacks: Callbacks) -> None:
        self._desk = desk
        self._callbacks = callbacks

    def arm(self, turn: Turn, *, anew: bool) -> None:
        """Set the time of each round of the present site; those it no longer has are forgotten.

        After a mere restart (not ``anew``) what was set stays: a round whose time came meanwhile begins at once.
        """
        for name in list(self._desk.state.rounds):
            if name not in self._desk.site.rounds:
                self._desk.timers.cancel_all(f"round:{name}")
                del self._desk.state.rounds[name]
        for name, spec in self._desk.site.rounds.items():
            self._desk.state.rounds.setdefault(name, RoundState())
            if anew or not self._desk.timers.armed(f"round:{name}", "begin"):
                self._set(turn, spec)

    def call_ended(self, turn: Turn, call: Call) -> None:
        """An answered call may belong to the list of a round."""
        number = call.caller.number or ""
        for name, spec in self._desk.site.rounds.items():
            if call.tag not in spec.tags or call.agent is None or not number:
                continue
            listed = self._desk.state.rounds.setdefault(name, RoundState()).listed
            listed[:] = [one for one in listed if one.number != number]  # the last talk counts
            if len(listed) >= MOST_LISTED:
                turn.note(records.Alert, kind="round_list_full", subject=name, call_id=call.id, detail=number)
                continue
            listed.append(Listed(number=number, agent=call.agent, call=call.id, tag=call.tag, at_ms=turn.now))

    def timer(self, turn: Turn, name: str) -> None:
        """It is time for a round."""
        spec = self._desk.site.rounds.get(name)
        if spec is None:
            return
        self._set(turn, spec)
        state = self._desk.state.rounds.setdefault(name, RoundState())
        listed, state.listed = state.listed, []
        drawn = self._sample(listed, spec)
        if not drawn:
            turn.note(records.RoundBegan, round_name=name, listed=len(listed), called=0, shares={})
            return
        shares: dict[str, int] = {}
        booked: list[str] = []
        for one in drawn:
            agent = self._whose(one, spec, shares)
            reply = self._callbacks.book(
                turn, spec.queue, one.number, why=f"{name} {one.tag}", agent=agent, round_name=name, by=f"round {name}"
            )
            if reply.status == "ok":
                booked.append(reply.fields["callback"])
                shares[agent] = shares.get(agent, 0) + 1
                self._desk.timers.set(f"callback:{booked[-1]}", "widen", turn.now + spec.own_ms)
        state.open = [*state.open, *(one for one in booked if one in self._desk.state.callbacks)]
        state.began_ms = turn.now
        turn.note(records.RoundBegan, round_name=name, listed=len(listed), called=len(booked), shares=shares)

    def callback_ended(self, turn: Turn, name: str, callback: str, result: str) -> None:
        """A callback of a round is over; with the last one the round is."""
        state = self._desk.state.rounds.get(name)
        if state is None or callback not in state.open:
            return
        state.open.remove(callback)
        state.results[result] = state.results.get(result, 0) + 1
        if not state.open:
            results, state.results = state.results, {}
            turn.note(records.RoundEnded, round_name=name, results=results, span_ms=turn.now - state.began_ms)

    def _sample(self, listed: list[Listed], spec: Round) -> list[Listed]:
        if spec.percent >= 100:
            return listed
        floor = self._desk.state.floor
        drawn: list[tuple[float, int]] = []
        for index in range(len(listed)):
            floor.draw_count += 1
            drawn.append((chance.exponential(floor.seed, floor.draw_count), index))
        count = -(-len(listed) * spec.percent // 100)
        return [listed[index] for index in sorted(index for _, index in sorted(drawn)[:count])]

    def _whose(self, one: Listed, spec: Round, shares: dict[str, int]) -> str:
        """Whoever took the call, if they are here; else whoever has the fewest of this round; "" where nobody is."""
        here = [
            status
            for status in self._desk.matcher.serving(QueueName(spec.queue))
            if status.state not in AWAY or status.state is AgentState.PAUSED
        ]
        if any(status.number == one.agent for status in here):
            return one.agent
        ready = [status.number for status in here if status.state is not AgentState.PAUSED]
        return min(ready, key=lambda number: (shares.get(number, 0), AgentId(number)), default="")

    def _set(self, turn: Turn, spec: Round) -> None:
        local = self._desk.site.clock.at(turn.now)
        ahead = min((at - local.minute - 1) % _MINUTES + 1 for at in spec.at)
        due = turn.now - turn.now % 60_000 + ahead * 60_000
        self._desk.timers.set(f"round:{spec.name}", "begin", due)
