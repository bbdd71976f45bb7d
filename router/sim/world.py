"""Pure: everything outside the core, idealised: a switch that obeys at once, callers with patience, agents' phones.

It has a heap of what will happen and feeds call control as the live shell does: timers due first, then the fact.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from router.acd.agent import BUSY
from router.callcontrol import CallControl
from router.core import commands, events, records
from router.core.events import LegEnd
from router.core.ids import AgentId, CallId, ChannelId, Ms, PhoneName
from router.core.records import AgentState, Outcome
from router.core.turn import Output
from router.sim.scenario import Entry
from router.sim.spans import FOREVER_MS, Draw
from router.sim.tally import Batch, Clockwork

OF_CALLS: frozenset[type[records.Record]] = frozenset({records.CallConnected, records.CallEnded})
"""The records every simulation reads; no others are made, but for those of :func:`wanted`."""
THERE = BUSY | {AgentState.READY, AgentState.RESERVED, AgentState.RINGING}
"""In service and not paused or out of rotation."""

_ABANDONED = frozenset({Outcome.ABANDONED, Outcome.ABANDONED_SHORT})
_BLOCKED = frozenset({Outcome.TURNED_AWAY, Outcome.BLOCKED})
_LOST = Outcome.LOST
_ANYBODY = events.Caller(number="+10000000000")


class Caller:
    """One who rings. ``batch`` is None in the warm-up and after the last batch."""

    __slots__ = ("batch", "channel", "connected", "entry", "keys", "waiting")

    def __init__(self, channel: ChannelId, entry: int, keys: str, batch: Batch | None) -> None:
        self.channel = channel
        self.entry = entry
        self.keys = keys
        self.batch = batch
        self.waiting = False
        self.connected = False


class World:
    """The outside of one core. ``left`` is how many calls of a batch have not ended yet."""

    def __init__(
        self,
        core: CallControl,
        entries: tuple[Entry, ...],
        *,
        patience: Draw,
        handling: Draw,
        answering: Draw,
        prompts: Draw,
        lines: int | None,
        target_ms: Ms,
        clock: Clockwork,
        talk_is_work: bool,
        asks_at_once: bool,
        now: Ms,
    ) -> None:
        self.now = now
        self.left = 0
        self.arrivals_count = 0
        self.events_count = 0
        self._core = core
        self._entries = entries
        self._patience, self._handling, self._answering, self._prompts = patience, handling, answering, prompts
        self._lines = lines
        self._target_ms = target_ms
        self._clock = clock
        self._per_talk = int(talk_is_work)
        self._asks_at_once = asks_at_once
        self._heap: list[tuple[Ms, int, Callable[[Any], None], Any]] = []
        self._seq = 0
        self._soon: deque[events.Event] = deque()
        """Facts that follow at this very moment, in order."""
        self._callers: dict[ChannelId, Caller] = {}
        self._of_call: dict[CallId, Caller] = {}
        self._legs: dict[ChannelId, bool] = {}
        """Agents' legs; true once picked up."""
        self._orders: dict[type[Output], Callable[[Any], None]] = {
            commands.AnswerCall: self._answer,
            commands.PlayPrompts: self._play,
            commands.RingAgent: self._ring,
            commands.ConnectLegs: self._connect,
            commands.HangUpLeg: self._hang_up,
            records.CallConnected: self._connected,
            records.CallEnded: self._ended,
        }
        if not asks_at_once:
            self._orders[records.CallQueued] = self._queued
        if not talk_is_work:
            self._orders[records.AgentStateChanged] = self._agent_changed

    def listen(self, kind: type[records.Record], hear: Callable[[Any], None]) -> None:
        """Let somebody hear all records of a kind, after those who measure."""
        measure = self._orders.get(kind)

        def both(record: Any) -> None:
            if measure is not None:
                measure(record)
            hear(record)

        self._orders[kind] = both

    # --- what will happen ---

    def at(self, when: Ms, act: Callable[[Any], None], what: Any) -> None:
        """Let ``act(what)`` happen at a moment; of the same moment, in the order asked for."""
        self._seq += 1
        heapq.heappush(self._heap, (when, self._seq, act, what))

    def step(self) -> bool:
        """Let the next thing happen, timers of the core that are due before it first. False where nothing is left."""
        heap = self._heap
        when = heap[0][0] if heap else FOREVER_MS
        deadline = self._core.deadline()
        if deadline is not None and deadline <= when:
            self.now = max(deadline, self.now)
            self._take(self._core.expire(self.now))
        elif heap:
            self.now, _, act, what = heapq.heappop(heap)
            act(what)
        else:
            return False
        while self._soon:
            self.events_count += 1
            self._take(self._core.handle(self._soon.popleft(), self.now))
        return True

    def feed(self, event: events.Event) -> None:
        """Let a fact reach the core in this step."""
        self._soon.append(event)

    # --- people ---

    def arrive(self, entry: int, batch: Batch | None) -> None:
        """A caller rings now; with all lines taken the carrier turns them away."""
        self.arrivals_count += 1
        if batch is not None:
            batch.calls += 1
            batch.arrivals_of[entry] += 1
        if self._lines is not None and len(self._callers) >= self._lines:
            if batch is not None:
                batch.blocked += 1
            return
        channel = ChannelId(f"A{self.arrivals_count}")
        kind = self._entries[entry]
        caller = self._callers[channel] = Caller(channel, entry, kind.keys, batch)
        self.left += batch is not None
        if self._asks_at_once:
            self._wait(caller)
        self._soon.append(events.CallArrived(channel=channel, did=kind.did, caller=_ANYBODY))

    def sign_in(self, agent: AgentId, phone: PhoneName) -> None:
        """An agent's phone is there and they enter service."""
        self._soon.append(events.PhoneReachabilityChanged(phone=phone, reachable=True))
        self._soon.append(events.AgentSignInAsked(agent=agent, phone=phone, by="roster"))

    def sign_out(self, agent: AgentId) -> None:
        """An agent's shift is over; a call is finished first."""
        self._soon.append(events.AgentSignOutAsked(agent=agent, by="roster"))

    def _give_up(self, caller: Caller) -> None:
        if caller.waiting:
            self._gone(caller)

    def _gone(self, caller: Caller) -> None:
        if self._callers.pop(caller.channel, None) is not None:
            self._soon.append(events.CallerHungUp(channel=caller.channel))

    def _pick_up(self, leg: ChannelId) -> None:
        if leg in self._legs:
            self._legs[leg] = True
            self._soon.append(events.AgentLegAnswered(leg=leg))

    # --- the switch ---

    def _take(self, outputs: list[Output]) -> None:
        orders = self._orders
        for output in outputs:
            kind = type(output)
            if kind in orders:
                orders[kind](output)

    def _answer(self, order: commands.AnswerCall) -> None:
        # That the line is answered at once only dates a record nobody here reads: CallAnswered is left out.
        self._of_call[order.call] = self._callers[order.channel]

    def _play(self, order: commands.PlayPrompts) -> None:
        caller = self._callers.get(order.channel)
        if caller is None:
            return
        if caller.keys:
            key, caller.keys = caller.keys[0], caller.keys[1:]
            self._soon.append(events.KeyPressed(channel=caller.channel, key=key))
        after_ms = self._prompts()
        finished = events.PlaybackFinished(playback=order.playback)
        if after_ms:
            self.at(self.now + after_ms, self.feed, finished)
        else:
            self._soon.append(finished)

    def _ring(self, order: commands.RingAgent) -> None:
        self._legs[order.leg] = False
        after_ms = self._answering()
        if after_ms:
            self._soon.append(events.AgentLegRinging(leg=order.leg))
            self.at(self.now + after_ms, self._pick_up, order.leg)
        else:
            self._pick_up(order.leg)

    def _connect(self, order: commands.ConnectLegs) -> None:
        self._soon.append(events.LegsConnected(bridge=order.bridge))

    def _hang_up(self, order: commands.HangUpLeg) -> None:
        channel = order.channel
        caller = self._callers.get(channel)
        if caller is not None:
            self._gone(caller)
        elif channel in self._legs:
            up = self._legs.pop(channel)
            self._soon.append(events.AgentLegEnded(leg=channel, why=LegEnd.HUNG_UP if up else LegEnd.CANCELLED))

    # --- what is measured ---

    def _queued(self, record: records.CallQueued) -> None:
        self._wait(self._of_call[record.call_id])

    def _wait(self, caller: Caller) -> None:
        """A caller has asked for a person: they wait, as long as their patience lasts."""
        self._clock.pass_until(self.now)
        self._clock.waiting += 1
        caller.waiting = True
        patience_ms = self._patience()
        if patience_ms < FOREVER_MS:
            self.at(self.now + patience_ms, self._give_up, caller)

    def _connected(self, record: records.CallConnected) -> None:
        caller = self._of_call[record.call_id]
        self._clock.pass_until(self.now)
        self._clock.waiting -= 1
        self._clock.busy += self._per_talk
        caller.waiting, caller.connected = False, True
        handling_ms = self._handling()
        self.at(self.now + handling_ms, self._gone, caller)
        batch = caller.batch
        if batch is None:
            return
        wait_ms = record.wait_ms
        batch.handling_ms += handling_ms
        batch.answered += 1
        batch.answered_wait_ms += wait_ms
        if wait_ms <= self._target_ms:
            batch.in_target += 1
        self._count_wait(batch, caller, wait_ms, record.queued)

    def _ended(self, record: records.CallEnded) -> None:
        caller = self._of_call.pop(record.call_id)
        self._clock.pass_until(self.now)
        if caller.waiting:
            self._clock.waiting -= 1
            caller.waiting = False
        elif caller.connected:
            self._clock.busy -= self._per_talk
        batch = caller.batch
        if batch is None:
            return
        self.left -= 1
        outcome = record.outcome
        if outcome in _ABANDONED:
            batch.abandoned += 1
            self._count_wait(batch, caller, record.wait_ms, record.queued)
        elif outcome in _BLOCKED:
            batch.blocked += 1
        else:  # answered, or never asked for an agent, or chose something else
            batch.lost += outcome is _LOST

    @staticmethod
    def _count_wait(batch: Batch, caller: Caller, wait_ms: Ms, queued: bool) -> None:
        batch.asked += 1
        batch.queued += queued
        batch.wait_ms += wait_ms
        batch.calls_of[caller.entry] += 1
        batch.wait_ms_of[caller.entry] += wait_ms

    def _agent_changed(self, record: records.AgentStateChanged) -> None:
        clock = self._clock
        clock.pass_until(self.now)
        clock.busy += (record.state in BUSY) - (record.previous in BUSY)
        clock.staffed += (record.state in THERE) - (record.previous in THERE)


def wanted(*, talk_is_work: bool, asks_at_once: bool) -> frozenset[type[records.Record]]:
    """Return the records a simulation reads.

    Agents' states only where those who talk are not all who work, and who begins to wait only where that is not
    everybody who arrives: a million records of each are not made for nothing.
    """
    agents = frozenset() if talk_is_work else frozenset({records.AgentStateChanged})
    queued = frozenset() if asks_at_once else frozenset({records.CallQueued})
    return OF_CALLS | agents | queued


Demand = Iterator[tuple[Ms, int, Batch | None]]
"""Arrivals: moment, kind of caller, batch."""
