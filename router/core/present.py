"""Pure: the present as the records tell it: queues, calls, agents and phones after the last record folded in.

Whoever has a present and the records behind it has every later present: the sender of the stream keeps one and leaves
it in Redis, a board reads that and goes on by itself. It equals the core's own overview at the same ``seq``.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from router.core import records
from router.core.ids import Ms
from router.core.records import AgentState, Record


class CallStage(StrEnum):
    """Where a call is, as far as the records tell."""

    RINGING = "ringing"
    """At the door: the line is not answered yet."""
    DIALLING = "dialling"
    """A call of our own: somebody is rung, or listens to its flow."""
    IVR = "ivr"
    WAITING = "waiting"
    """In a queue, until caller and agent hear each other: a ringing agent is included."""
    TALKING = "talking"
    AWAY = "away"
    """Connected to somebody who is no agent."""


_CALLBACK = "callback"
"""The purpose of our own call for a callback."""
_CALLBACK_STAGES = {"live": CallStage.WAITING, "talking": CallStage.TALKING}
"""Where that call is by the callback's state; in every other one somebody is being rung."""

IN_CALL = frozenset(
    {AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.HOLDING, AgentState.CONSULTING}
)
"""States in which an agent is busy with a call that has not ended for them."""


class CallNow(msgspec.Struct, kw_only=True):
    """A call that is there now. ``queue`` is the one it waits or talks in, else the one it was in last, with the
    ``call_class`` it had there and ``asked_at_ms``, when the caller first asked for a person. ``agent`` is who talks
    with the caller (who is being rung says the agent's own row).

    ``purpose`` is that of a call of our own, "" for a caller's. The caller's number is not here: a present may be shown
    to everybody.
    """

    call_id: str
    did: str = ""
    purpose: str = ""
    stage: CallStage
    arrived_at_ms: Ms
    queue: str = ""
    call_class: str = ""
    asked_at_ms: Ms = 0
    agent: str = ""


class AgentNow(msgspec.Struct, kw_only=True):
    """An agent who is signed in. ``queues``: those they may serve; ``call_id``: what they are rung for or talk in."""

    agent: str
    state: AgentState
    since_ms: Ms
    reason: str = ""
    phone: str = ""
    call_id: str = ""
    queues: tuple[str, ...] = ()


class PhoneNow(msgspec.Struct, kw_only=True):
    """A phone that is reachable, or has calls that are not ours."""

    phone: str
    reachable: bool = False
    other_calls: int = 0


class CallbackNow(msgspec.Struct, kw_only=True):
    """A callback that is open: promised, and neither kept nor given up. ``due_ms`` is the time it was booked for (0:
    as soon as it is its turn), ``expires_ms`` when it is given up, ``asked_at_ms`` when the caller had asked.
    """

    callback: str
    queue: str
    state: str
    call_class: str = ""
    asked_at_ms: Ms = 0
    due_ms: Ms = 0
    expires_ms: Ms = 0


class MessageNow(msgspec.Struct, kw_only=True):
    """A message somebody left that nobody has answered yet: ``open``, or ``claimed`` by ``agent``. ``queue`` is the one
    its caller had asked for ("": none, or nobody knows); ``due_ms`` when it is to be answered (0: no deadline).
    """

    message: str
    box: str
    queue: str = ""
    state: str = "open"
    agent: str = ""
    left_at_ms: Ms = 0
    due_ms: Ms = 0


class QueueNow(msgspec.Struct, kw_only=True):
    """A queue. ``oldest_asked_at_ms`` is when the caller asked who has waited longest (0: nobody waits).

    ``estimate_ms`` is the mean wait foretold to a caller last, at ``estimate_at_ms`` (both 0: never yet). ``agents``
    counts those signed in who may serve it, by state; ``closed_by`` who closed it by hand; ``callbacks_count`` the
    callbacks that are open, ``messages_count`` the messages of its callers that are not answered.
    """

    queue: str
    waiting_count: int = 0
    oldest_asked_at_ms: Ms = 0
    talking_count: int = 0
    callbacks_count: int = 0
    messages_count: int = 0
    closed_by: str = ""
    estimate_ms: Ms = 0
    estimate_at_ms: Ms = 0
    agents: dict[str, int] = {}

    def longest_wait_ms(self, now: Ms) -> Ms:
        """How long the caller has waited who waits longest; 0 where nobody does."""
        return max(now - self.oldest_asked_at_ms, 0) if self.waiting_count else 0


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """The last record in a present: its number, its time (both 0 before the first), and what was in force then."""

    seq: int = 0
    at_ms: Ms = 0
    site: str = ""
    config: str = ""
    epoch: int = 0

    @property
    def entry(self) -> str:
        """The record's id in the stream: read on behind it."""
        return f"{self.at_ms}-{self.seq}"


class Present:
    """Folds records, in order. One already in it changes nothing; one it does not know changes the cursor only."""

    def __init__(
        self,
        cursor: Cursor | None = None,
        *,
        queues: Iterable[str] = (),
        calls: Iterable[CallNow] = (),
        agents: Iterable[AgentNow] = (),
        phones: Iterable[PhoneNow] = (),
        callbacks: Iterable[CallbackNow] = (),
        messages: Iterable[MessageNow] = (),
        closed: Mapping[str, str] = {},
        estimates: Mapping[str, tuple[Ms, Ms]] = {},
    ) -> None:
        self.cursor = cursor or Cursor()
        self.calls = {call.call_id: call for call in calls}
        self.agents = {agent.agent: agent for agent in agents}
        self.phones = {phone.phone: phone for phone in phones}
        self.callbacks = {callback.callback: callback for callback in callbacks}
        self.messages = {message.message: message for message in messages}
        self.closed = dict(closed)
        """Queues closed by hand, and by whom."""
        self._known = dict.fromkeys(queues)
        self._estimates = dict(estimates)
        self._waiting: dict[str, dict[str, Ms]] = {}
        self._talking: dict[str, int] = {}
        self._promised: dict[str, int] = {}
        self._left: dict[str, int] = {}
        self._staff: dict[str, dict[str, int]] = {}
        self._changed: dict[tuple[str, str], None] = {}
        for call in self.calls.values():
            self._count_call(call, 1)
        for agent in self.agents.values():
            self._count_agent(agent, 1)
        for callback in self.callbacks.values():
            _add(self._promised, callback.queue, 1)
        for message in self.messages.values():
            self._count_message(message, 1)

    @property
    def queues(self) -> dict[str, QueueNow]:
        """Every queue of the site (and any other that still has callers or agents), in the site's order."""
        busy = {**self._waiting, **self._talking, **self._promised, **self._left, **self._staff}
        named = {**self._known, **dict.fromkeys(busy), **dict.fromkeys(self.closed)}
        return {name: self.queue(name) for name in named}

    def queue(self, name: str) -> QueueNow:
        """One queue, empty where nothing is known of it."""
        waiting = self._waiting.get(name, {})
        estimate_ms, estimate_at_ms = self._estimates.get(name, (0, 0))
        return QueueNow(
            queue=name,
            waiting_count=len(waiting),
            oldest_asked_at_ms=min(waiting.values(), default=0),
            talking_count=self._talking.get(name, 0),
            callbacks_count=self._promised.get(name, 0),
            messages_count=self._left.get(name, 0),
            closed_by=self.closed.get(name, ""),
            estimate_ms=estimate_ms,
            estimate_at_ms=estimate_at_ms,
            agents=dict(sorted(self._staff.get(name, {}).items())),
        )

    def has_queue(self, name: str) -> bool:
        """Say whether :attr:`queues` has a queue."""
        return (
            name in self._known
            or name in self._waiting
            or name in self._talking
            or name in self._promised
            or name in self._left
            or name in self._staff
            or name in self.closed
        )

    def waiting(self, queue: str) -> list[CallNow]:
        """The calls that wait in a queue, who asked first coming first."""
        found = [self.calls[name] for name in self._waiting.get(queue, {})]
        return sorted(found, key=lambda call: (call.asked_at_ms, call.call_id))

    def changed(self) -> list[tuple[str, str]]:
        """What changed since this was asked last: (kind of row, as ``queue`` or ``call``; name)."""
        changed, self._changed = list(self._changed), {}
        return changed

    def apply(self, record: Record) -> None:
        """Fold in the next record. Records up to the cursor are passed over."""
        if record.seq <= self.cursor.seq:
            return
        cursor = self.cursor
        site, config, epoch = cursor.site, cursor.config, cursor.epoch
        match record:
            case records.RouterUp():
                site, config, epoch = record.site, record.config, record.epoch
                self._take_queues(record.queues)
            case records.SiteChanged():
                config = record.config
                self._take_queues(record.queues)
            case records.AgentStateChanged():
                self._agent(record)
            case records.AgentRegrouped():
                self._regrouped(record)
            case records.PhoneChanged():
                self._phone(record)
            case records.QueueChanged():
                self._queue_changed(record)
            case records.CallbackBooked() | records.CallbackMoved() | records.CallbackEnded():
                self._callback(record)
            case records.MessageLeft() | records.MessageReceived() | records.MessageReopened():
                self._message_open(record)
            case records.MessageClaimed() | records.MessageDone() | records.MessageDeleted():
                self._message_moved(record)
            case _:
                self._of_a_call(record)
        self.cursor = Cursor(seq=record.seq, at_ms=record.at_ms, site=site, config=config, epoch=epoch)

    # --- calls ---

    def _of_a_call(self, record: Record) -> None:
        match record:
            case records.CallReceived():
                self._call_begins(
                    CallNow(call_id=record.call_id, did=record.did, stage=CallStage.RINGING, arrived_at_ms=record.at_ms)
                )
            case records.OutboundRang():
                self._call_begins(
                    CallNow(
                        call_id=record.call_id,
                        purpose=record.purpose,
                        stage=CallStage.DIALLING,
                        arrived_at_ms=record.at_ms,
                    )
                )
            case records.LineAnswered():
                call = self.calls.get(record.call_id)
                if call is not None and call.stage is CallStage.RINGING:
                    self._move(call, stage=CallStage.IVR)
            case records.CallQueued():
                call = self._call(record.call_id, record.at_ms)
                self._move(
                    call,
                    stage=CallStage.WAITING,
                    queue=record.queue,
                    call_class=record.call_class,
                    asked_at_ms=record.at_ms - record.waited_ms,
                )
            case records.QueueLeft():
                call = self._call(record.call_id, record.at_ms)
                self._move(call, stage=CallStage.DIALLING if call.purpose else CallStage.IVR)
            case records.CallOverflowed():
                left = self.calls.get(record.call_id)
                waits = left is not None and left.stage is CallStage.WAITING and left.queue == record.queue
                if left is not None and waits and record.to_kind == "queue":  # their CallQueued comes next
                    self._move(left, stage=CallStage.IVR)
            case records.WaitEstimated():
                self._estimates[record.queue] = (record.mean_ms, record.at_ms)
                self._touch("queue", record.queue)
            case records.CallConnected():
                call = self._call(record.call_id, record.at_ms)
                self._move(call, stage=CallStage.TALKING, queue=record.queue, agent=record.agent)
            case records.CallTransferred():
                call = self._call(record.call_id, record.at_ms)
                if record.kind == "agent" and record.announced:  # the colleague who was asked talks on with the caller
                    self._move(call, stage=CallStage.TALKING, agent=record.target)
                elif record.kind not in ("agent", "queue"):  # those wait, and their CallQueued comes next
                    self._move(call, stage=CallStage.AWAY, agent="")
            case records.TalkEnded():
                call = self._call(record.call_id, record.at_ms)
                self._move(call, stage=CallStage.DIALLING if call.purpose else CallStage.IVR, agent="")
            case records.CallEnded() | records.OutboundEnded():
                gone = self.calls.pop(record.call_id, None)
                if gone is not None:
                    self._count_call(gone, -1)
                    self._touch("call", gone.call_id)
            case _:
                pass

    def _call(self, call_id: str, at_ms: Ms) -> CallNow:
        """A call; one whose beginning was not seen begins here."""
        call = self.calls.get(call_id)
        if call is None:
            call = CallNow(call_id=call_id, stage=CallStage.IVR, arrived_at_ms=at_ms)
            self._call_begins(call)
        return call

    def _call_begins(self, call: CallNow) -> None:
        self.calls[call.call_id] = call
        self._count_call(call, 1)
        self._touch("call", call.call_id)

    def _move(self, call: CallNow, **fields: Any) -> None:
        self._count_call(call, -1)
        for name, value in fields.items():
            setattr(call, name, value)
        self._count_call(call, 1)
        self._touch("call", call.call_id)

    def _count_call(self, call: CallNow, by: int) -> None:
        if call.stage is CallStage.WAITING:
            if by > 0:
                self._waiting.setdefault(call.queue, {})[call.call_id] = call.asked_at_ms
            else:
                self._waiting[call.queue].pop(call.call_id, None)
                if not self._waiting[call.queue]:
                    del self._waiting[call.queue]
            self._touch("queue", call.queue)
        elif call.stage is CallStage.TALKING:
            _add(self._talking, call.queue, by)
            self._touch("queue", call.queue)

    # --- promises ---

    def _callback(self, record: records.CallbackBooked | records.CallbackMoved | records.CallbackEnded) -> None:
        before = self.callbacks.pop(record.callback, None)
        if before is not None:
            _add(self._promised, before.queue, -1)
            self._touch("queue", before.queue)
        self._touch("callback", record.callback)
        match record:
            case records.CallbackEnded():
                return
            case records.CallbackBooked():
                after = CallbackNow(
                    callback=record.callback,
                    queue=record.queue,
                    state="parked",
                    call_class=record.call_class,
                    asked_at_ms=record.asked_at_ms,
                    due_ms=record.due_ms,
                    expires_ms=record.expires_ms,
                )
            case records.CallbackMoved():
                after = before or CallbackNow(callback=record.callback, queue=record.queue, state="")
                after.queue, after.state = record.queue, record.state
                self._call_of_callback(after, record.call_id)
        self.callbacks[record.callback] = after
        _add(self._promised, after.queue, 1)
        self._touch("queue", after.queue)

    def _call_of_callback(self, callback: CallbackNow, call_id: str) -> None:
        """Where our own call for a callback is, goes by the callback's state."""
        call = self.calls.get(call_id)
        if call is None or call.purpose != _CALLBACK:
            return
        stage = _CALLBACK_STAGES.get(callback.state, CallStage.DIALLING)
        talks = (name for name, agent in self.agents.items() if agent.call_id == call_id)
        self._move(
            call,
            stage=stage,
            queue=callback.queue,
            call_class=callback.call_class,
            asked_at_ms=callback.asked_at_ms,
            agent=next(talks, "") if stage is CallStage.TALKING else "",
        )

    # --- messages ---

    def _message_open(self, record: records.MessageLeft | records.MessageReceived | records.MessageReopened) -> None:
        if not record.message:
            return  # written by a version in which messages were no work yet
        self._forget_message(record.message)
        left_at_ms = record.at_ms if isinstance(record, records.MessageLeft) else record.left_at_ms
        message = MessageNow(
            message=record.message,
            box=record.box,
            queue="" if isinstance(record, records.MessageReceived) else record.queue,
            left_at_ms=left_at_ms,
            due_ms=record.at_due_ms,
        )
        self.messages[message.message] = message
        self._count_message(message, 1)

    def _message_moved(self, record: records.MessageClaimed | records.MessageDone | records.MessageDeleted) -> None:
        message = self.messages.get(record.message)
        if isinstance(record, records.MessageClaimed) and message is not None:
            message.state, message.agent = "claimed", record.agent
            self._touch("message", message.message)
        elif not isinstance(record, records.MessageClaimed):
            self._forget_message(record.message)

    def _forget_message(self, name: str) -> None:
        before = self.messages.pop(name, None)
        if before is not None:
            self._count_message(before, -1)

    def _count_message(self, message: MessageNow, by: int) -> None:
        self._touch("message", message.message)
        if message.queue:
            _add(self._left, message.queue, by)
            self._touch("queue", message.queue)

    # --- the floor ---

    def _agent(self, record: records.AgentStateChanged) -> None:
        before = self.agents.pop(record.agent, None)
        if before is not None:
            self._count_agent(before, -1)
        self._touch("agent", record.agent)
        if record.state is AgentState.SIGNED_OUT:
            return
        agent = AgentNow(
            agent=record.agent,
            state=record.state,
            since_ms=record.at_ms,
            reason=record.reason,
            phone=record.phone,
            call_id=record.call_id if record.state in IN_CALL else "",
            queues=record.queues,
        )
        self.agents[agent.agent] = agent
        self._count_agent(agent, 1)

    def _regrouped(self, record: records.AgentRegrouped) -> None:
        agent = self.agents.get(record.agent)
        if agent is not None:
            self._count_agent(agent, -1)
        self._touch("agent", record.agent)
        state = record.state or (agent.state.value if agent is not None else AgentState.SIGNED_OUT.value)
        if state == AgentState.SIGNED_OUT.value:
            self.agents.pop(record.agent, None)
            return
        if agent is None or agent.state.value != state:  # a reader of one queue meets somebody new
            since_ms = record.at_ms - record.state_ms
            agent = AgentNow(agent=record.agent, state=AgentState(state), since_ms=since_ms)
            self.agents[agent.agent] = agent
        agent.queues = record.queues
        self._count_agent(agent, 1)

    def _count_agent(self, agent: AgentNow, by: int) -> None:
        # the busiest loop of a large floor: an agent of many queues changes state many times a minute
        staff, changed, state = self._staff, self._changed, agent.state.value
        for queue in agent.queues:
            counts = staff.get(queue)
            if counts is None:
                counts = staff[queue] = {}
            count = counts.get(state, 0) + by
            if count:
                counts[state] = count
            else:
                counts.pop(state, None)
                if not counts:
                    del staff[queue]
            changed["queue", queue] = None

    def _phone(self, record: records.PhoneChanged) -> None:
        self._touch("phone", record.phone)
        if record.reachable or record.other_calls:
            self.phones[record.phone] = PhoneNow(
                phone=record.phone, reachable=record.reachable, other_calls=record.other_calls
            )
        else:
            self.phones.pop(record.phone, None)

    def _queue_changed(self, record: records.QueueChanged) -> None:
        self._touch("queue", record.queue)
        if record.closed:
            self.closed[record.queue] = record.by
        else:
            self.closed.pop(record.queue, None)

    def _take_queues(self, queues: tuple[str, ...]) -> None:
        if not queues:
            return  # written by a version that did not name them
        for queue in (*self._known, *queues):
            self._touch("queue", queue)
        self._known = dict.fromkeys(queues)

    def _touch(self, kind: str, name: str) -> None:
        self._changed[(kind, name)] = None


def present_of(overview: Mapping[str, Any], at_ms: Ms) -> Present:
    """Return the present as the core's own overview tells it; ``at_ms`` is the time of its last record."""
    now: Ms = overview["now_ms"]
    promised = {row["call"]: row for row in overview["callbacks_open"] if row["call"]}
    return Present(
        Cursor(
            seq=overview["seq"],
            at_ms=at_ms,
            site=overview["site"],
            config=overview["config"],
            epoch=overview["epoch"],
        ),
        queues=[row["queue"] for row in overview["queues"]],
        closed={row["queue"]: row["closed_by"] for row in overview["queues"] if row["closed_by"]},
        calls=[_call_of(row, now, promised.get(row["call"])) for row in overview["calls"]],
        agents=[_agent_of(row, now) for row in overview["agents"] if row["state"] != AgentState.SIGNED_OUT.value],
        phones=[
            PhoneNow(phone=row["phone"], reachable=row["reachable"], other_calls=row["other_calls"])
            for row in overview["phones"]
            if row["reachable"] or row["other_calls"]
        ],
        callbacks=[
            CallbackNow(
                callback=row["callback"],
                queue=row["queue"],
                state=row["state"],
                call_class=row["call_class"],
                asked_at_ms=row["asked_at_ms"],
                due_ms=row["due_ms"],
                expires_ms=row["expires_ms"],
            )
            for row in overview["callbacks_open"]
        ],
        messages=[msgspec.convert(row, MessageNow) for row in overview["messages_open"]],
    )


_STAGES = {
    "ringing": CallStage.RINGING,
    "dialling": CallStage.DIALLING,
    "waiting": CallStage.WAITING,
    "offered": CallStage.WAITING,
    "connecting": CallStage.WAITING,
    "talking": CallStage.TALKING,
    "consulting": CallStage.TALKING,
    "away": CallStage.AWAY,
}
"""The core's stages as the records tell them; what is not here is the flow's."""


def _call_of(row: Mapping[str, Any], now: Ms, promised: Mapping[str, Any] | None) -> CallNow:
    stage = _STAGES.get(row["stage"], CallStage.DIALLING if row["purpose"] else CallStage.IVR)
    if row["keeps_place"]:  # somebody on duty has accepted and is being connected: till then the caller waits
        stage = CallStage.WAITING
    if row["purpose"] == _CALLBACK:
        stage = _CALLBACK_STAGES.get(promised["state"], CallStage.DIALLING) if promised else CallStage.DIALLING
        row = {**row, **{name: promised[name] for name in ("call_class", "asked_at_ms") if promised}}
    return CallNow(
        call_id=row["call"],
        did=row["did"] if not row["purpose"] else "",
        purpose=row["purpose"],
        stage=stage,
        arrived_at_ms=now - row["total_ms"],
        queue=row["queue"],
        call_class=row["call_class"],
        asked_at_ms=row["asked_at_ms"],
        agent=row["agent"] if stage is CallStage.TALKING else "",
    )


def _agent_of(row: Mapping[str, Any], now: Ms) -> AgentNow:
    state = AgentState(row["state"])
    return AgentNow(
        agent=row["agent"],
        state=state,
        since_ms=now - row["since_ms"],
        reason=row["reason"],
        phone=row["phone"],
        call_id=row["call"] if state in IN_CALL else "",
        queues=tuple(row["queues"]),
    )


def _add(counts: dict[str, int], name: str, by: int) -> None:
    count = counts.get(name, 0) + by
    if count:
        counts[name] = count
    else:
        counts.pop(name, None)
