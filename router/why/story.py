"""Pure: the story of a call from its records, one line per thing that happened.

A record that has no teller here is told by its fields, so that nothing in the stream is left out.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from router.core import records
from router.core.ids import CallId, Ms
from router.core.records import Record
from router.why import choice
from router.why.phrases import Phrases

OVERTAKERS = 5
"""So many of the calls that went ahead are named."""
_COMMON = frozenset(field.name for field in msgspec.structs.fields(Record)) | {"call_id"}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a story: what a record says, in words."""

    at_ms: Ms
    time: str
    text: str
    record: str
    seq: int


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A call told: ``head`` names it, ``glance`` says how it went, ``summary`` where its time went ("": not over)."""

    call: CallId
    language: str
    head: str
    glance: str
    lines: tuple[Line, ...]
    summary: str


def tell(call: CallId, found: Sequence[Record], words: Phrases, language: str) -> Story:
    """Tell a call from the records of its time in the stream, in their order; those of other calls may be among them.

    Raises ValueError where none is the call's.
    """
    own = [record for record in found if getattr(record, "call_id", "") == call]
    if not own:
        raise ValueError(f"no record of {call}")
    teller = _Teller(words)
    lines: list[Line] = []
    for record in own:
        said = [*teller.tell(record)]
        if isinstance(record, records.CallConnected | records.CallEnded | records.QueueLeft):
            said += teller.overtaken(record, found)
        lines += [
            Line(
                at_ms=record.at_ms,
                time=words.time(record.at_ms),
                text=text,
                record=type(record).__name__,
                seq=record.seq,
            )
            for text in said
        ]
    return Story(
        call=call,
        language=language,
        head=teller.head(call, own),
        glance=teller.glance(own),
        lines=tuple(lines),
        summary=teller.summary(own),
    )


def tell_callback(callback: str, found: Sequence[Record], words: Phrases, language: str) -> Story:
    """Tell a callback from the records from its booking on: each state, each try, and our calls for it.

    Raises ValueError where none is the callback's.
    """
    calls = {
        record.call_id
        for record in found
        if isinstance(record, records.OutboundRang | records.CallbackTried) and _of_callback(record, callback)
    }
    own = [one for one in found if _of_callback(one, callback) or getattr(one, "call_id", "") in calls]
    if not own:
        raise ValueError(f"no record of {callback}")
    teller = _Teller(words)
    lines = [
        Line(at_ms=one.at_ms, time=words.time(one.at_ms), text=text, record=type(one).__name__, seq=one.seq)
        for one in own
        for text in teller.tell(one)
    ]
    ended = next((one for one in reversed(own) if isinstance(one, records.CallbackEnded)), None)
    return Story(
        call=CallId(callback),
        language=language,
        head=f"{callback} {words.day(own[0].at_ms)}",
        glance=words.say("glance.open") if ended is None else words.word(f"callback.{ended.result}", ended.result),
        lines=tuple(lines),
        summary="",
    )


def _of_callback(record: Record, callback: str) -> bool:
    return callback in (getattr(record, "callback", ""), getattr(record, "ref", ""))


class _Teller:
    """Finds the words for each record; remembers how the caller came to ask for a person."""

    def __init__(self, words: Phrases) -> None:
        self._words = words
        self._say = words.say
        self._last_step: records.MenuStep | None = None
        self._last_key: records.MenuStep | None = None
        self._queued: records.CallQueued | None = None

    def tell(self, record: Record) -> list[str]:
        """Return the sentences for a record, often one, sometimes none."""
        teller = _TELLERS.get(type(record))
        if teller is not None:
            return list(teller(self, record))
        fields = {
            name: value
            for name in record.__struct_fields__
            if name not in _COMMON and (value := getattr(record, name)) not in ("", None)
        }
        text = self._words.listed(f"{name} {value}" for name, value in fields.items())
        return [self._say("recorded", record=type(record).__name__, fields=text)]

    # --- the whole ---

    def head(self, call: CallId, own: Sequence[Record]) -> str:
        """Name the call."""
        for record in own:
            if isinstance(record, records.CallReceived):
                return self._say(
                    "head",
                    call=call,
                    day=self._words.day(record.at_ms),
                    caller=self._caller(record),
                    did=record.did,
                )
        return f"{call} {self._words.day(own[0].at_ms)}"

    def glance(self, own: Sequence[Record]) -> str:
        """Say in a few words how the call went."""
        for record in reversed(own):
            if isinstance(record, records.CallEnded):
                return self._say(
                    f"glance.{record.outcome.value}", agent=record.agent, wait=self._words.span(record.wait_ms)
                )
            if isinstance(record, records.OutboundRang | records.OutboundEnded):
                return self._say("glance.outbound", party=record.party, purpose=record.purpose)
        return self._say("glance.open")

    def summary(self, own: Sequence[Record]) -> str:
        """Say where the call's time went, once it is over."""
        end = next((record for record in reversed(own) if isinstance(record, records.CallEnded)), None)
        if end is None:
            return ""
        spans: dict[str, Ms] = {}
        line = next((record for record in own if isinstance(record, records.LineAnswered)), None)
        if line is not None:
            spans["door"] = line.line_ms
        talks = [record for record in own if isinstance(record, records.TalkEnded)]
        spans["waiting"] = end.wait_ms
        spans["talk"] = sum(record.talk_ms for record in talks)
        spans["hold"] = sum(record.hold_ms for record in talks)
        spans["menus"] = end.total_ms - sum(spans.values()) if len(talks) < 2 else 0
        order = ("door", "menus", "waiting", "talk", "hold")
        told = [self._say(f"spans.{name}", span=self._words.span(spans[name])) for name in order if spans.get(name)]
        return self._say("spans", spans=self._words.listed(told)) if told else ""

    def overtaken(
        self, record: records.CallConnected | records.CallEnded | records.QueueLeft, found: Sequence[Record]
    ) -> list[str]:
        """Say who went ahead while the call waited, when its wait is over."""
        queued, self._queued = self._queued, None
        if queued is None or not record.wait_ms:
            return []
        asked_at = queued.at_ms
        taken: dict[CallId, records.AgentRang] = {}
        for other in found:
            if (
                isinstance(other, records.AgentRang)
                and other.queue == queued.queue
                and other.call_id != queued.call_id
                and asked_at <= other.at_ms <= record.at_ms
            ):
                taken.setdefault(other.call_id, other)
        if not taken:
            return []
        later = [rang for rang in taken.values() if rang.at_ms - rang.wait_ms > asked_at]
        if not later:
            return [self._say("not_overtaken", count=len(taken), queue=queued.queue)]
        named = [self._overtaker(rang, asked_at, queued) for rang in later[:OVERTAKERS]]
        if len(later) > OVERTAKERS:
            named.append(f"+{len(later) - OVERTAKERS}")
        return [self._say("overtaken", count=len(taken), queue=queued.queue, calls=self._words.listed(named, "groups"))]

    def _overtaker(self, rang: records.AgentRang, asked_at: Ms, queued: records.CallQueued) -> str:
        later = self._words.span(rang.at_ms - rang.wait_ms - asked_at)
        if rang.tier == 0 and not queued.emergency:
            return self._say("overtaker.emergency", call=rang.call_id, later=later)
        if rang.head_start_ms > queued.head_start_ms:
            span = self._words.span(rang.head_start_ms)
            return self._say("overtaker.head_start", call=rang.call_id, later=later, span=span)
        return self._say("overtaker.plain", call=rang.call_id, later=later)

    # --- the way to a queue ---

    def _caller(self, record: records.CallReceived) -> str:
        return record.caller or self._say("withheld")

    def received(self, record: records.CallReceived) -> list[str]:
        key = "received.diverted" if record.diverted_from else "received"
        return [
            self._say(
                key, did=record.did, caller=self._caller(record), trunk=record.trunk, diverted=record.diverted_from
            )
        ]

    def line_answered(self, record: records.LineAnswered) -> list[str]:
        return [self._say("line", span=self._words.span(record.line_ms), rings=self._words.rings(record.line_rings))]

    def step(self, record: records.MenuStep) -> list[str]:
        self._last_step = record
        if record.node_type == "enqueue" and record.result == "done":
            return []  # told by what the queue says
        if len(record.result) == 1:
            self._last_key = record
            key = "key"
        else:
            key = record.result if record.result in ("no_key", "invalid", "done") else "other"
        step = f"{record.flow}/{record.node}"
        return [self._say(f"step.{key}", key=record.result, step=step, kind=record.node_type, result=record.result)]

    def queued(self, record: records.CallQueued) -> list[str]:
        self._queued = record
        said = [
            self._say(
                "queued",
                via=self._via(),
                queue=record.queue,
                call_class=record.call_class,
                position=record.position,
                waiting=record.waiting,
            )
        ]
        if record.emergency:
            said.append(self._say("queued.emergency"))
        elif record.head_start_ms > 0:
            said.append(self._say("queued.head_start", span=self._words.span(record.head_start_ms)))
        if record.need:
            said.append(self._say("queued.need", need=record.need))
        if record.kept_for:
            said.append(self._say("queued.kept", kept=record.kept_for))
        if not record.queued:
            said.append(self._say("queued.free"))
        elif record.passed_over:
            said.append(self._say("queued.nobody", others=self._words.counts(record.passed_over)))
        else:
            said.append(self._say("queued.nobody_at_all"))
        return said

    def _via(self) -> str:
        key, step = self._last_key, self._last_step
        self._last_key = None
        if key is not None:
            return self._say("via.key", key=key.result, step=f"{key.flow}/{key.node}")
        if step is not None:
            return self._say("via.step", step=f"{step.flow}/{step.node}")
        return self._say("via.start")

    def queue_left(self, record: records.QueueLeft) -> list[str]:
        span = self._words.span(record.wait_ms)
        said = self._words.say_or(f"queue.{record.why}", "queue.other", queue=record.queue, span=span, why=record.why)
        return [said]

    def overflowed(self, record: records.CallOverflowed) -> list[str]:
        why = self._words.say_or(f"overflow.why.{record.why}", "overflow.why.other", why=record.why)
        blanks = {"queue": record.queue, "to": record.to, "span": self._words.span(record.wait_ms), "why": why}
        kind = "queue.end" if record.to_kind == "queue" and not record.kept_place else record.to_kind
        return [self._words.say_or(f"overflow.{kind}", "overflow.other", rule=record.rule, **blanks)]

    # --- what was foretold and said while waiting ---

    def estimated(self, record: records.WaitEstimated) -> list[str]:
        span = self._words.span
        key = "estimated.told" if record.told else "estimated"
        said = self._say(
            key,
            ahead=f"{record.ahead:g}",
            agents=record.agents,
            low=span(record.low_ms),
            high=span(record.high_ms),
            mean=span(record.mean_ms),
            said_low=record.said_low_min,
            said_high=record.said_high_min,
        )
        return [said]

    def judged(self, record: records.EstimateJudged) -> list[str]:
        span = self._words.span
        key = "judged.within" if record.within else "judged.outside"
        return [self._say(key, wait=span(record.wait_ms), low=span(record.low_ms), high=span(record.high_ms))]

    def announced(self, record: records.Announced) -> list[str]:
        parts = self._words.listed(self._words.say_or(f"part.{part}", "part.other") for part in record.parts)
        said = [self._say("announced", parts=parts, position=record.position)]
        return said + [self._words.say_or(f"worse.{reason}", "worse.longer") for reason in record.reason.split()]

    # --- agents ---

    def rang(self, record: records.AgentRang) -> list[str]:
        said = [
            self._say(
                "rang.round" if record.round > 1 else "rang",
                agent=record.agent,
                phone=record.phone,
                attempt=record.attempt,
                round=record.round,
                reason=choice.reason(self._words, record),
            )
        ]
        if record.passed_over:
            said.append(self._say("rang.others", others=self._words.counts(record.passed_over)))
        return said

    def missed(self, record: records.AgentMissed) -> list[str]:
        return [
            self._words.say_or(
                f"missed.{record.why}",
                "missed.other",
                agent=record.agent,
                span=self._words.span(record.rang_ms),
                rings=self._words.rings(record.agent_rings),
                why=record.why,
            )
        ]

    def state(self, record: records.AgentStateChanged) -> list[str]:
        return []  # ringing, talking and wrap-up are told by the call's own records

    def alert(self, record: records.Alert) -> list[str]:
        kind = self._words.say_or(f"alert.kind.{record.kind}", "alert.kind.other", kind=record.kind)
        blanks = {"agent": record.subject, "subject": record.subject, "kind": kind, "detail": record.detail}
        keys = {"kept_in_rotation": "alert.kept", "out_of_rotation": "alert.out"}
        return [self._say(keys.get(record.detail, "alert.other"), **blanks)]

    def connected(self, record: records.CallConnected) -> list[str]:
        said = self._say(
            "connected",
            agent=record.agent,
            wait=self._words.span(record.wait_ms),
            rings=self._words.rings(record.wait_rings),
            rang=self._words.span(record.rang_ms),
        )
        return [said, self._say("connected.late")] if record.late else [said]

    def key(self, record: records.TalkKeyPressed) -> list[str]:
        return [self._say(f"key.{record.by}", key=record.key, agent=record.agent)]

    def held(self, record: records.CallHeld) -> list[str]:
        return [self._say("held" if record.held else "taken_back", agent=record.agent)]

    def talk_ended(self, record: records.TalkEnded) -> list[str]:
        return [
            self._say(
                "talk_ended.transfer" if record.ended_by == "transfer" else "talk_ended",
                agent=record.agent,
                talk=self._words.span(record.talk_ms),
                hold=self._words.span(record.hold_ms),
                who=self._who(record.ended_by),
            )
        ]

    # --- everything else ---

    def transferred(self, record: records.CallTransferred) -> list[str]:
        kind = self._say(f"kind.{record.kind}")
        if not record.by:
            return [self._say("transferred", kind=kind, target=record.target, rang=self._words.span(record.rang_ms))]
        how = "sent_on.announced" if record.announced else "sent_on"
        told = [self._say(how, agent=record.by, kind=kind, target=record.target)]
        return [*told, self._say("sent_on.because", reason=record.reason)] if record.reason else told

    def consult_began(self, record: records.ConsultBegan) -> list[str]:
        return [self._say("consults", agent=record.agent, kind=self._say(f"kind.{record.kind}"), target=record.target)]

    def consult_ended(self, record: records.ConsultEnded) -> list[str]:
        result = record.result if record.result in ("taken_back", "transferred", "hung_up") else "not_reached"
        talk = self._words.span(record.talk_ms)
        return [self._say(f"consult.{result}", agent=record.agent, target=record.target, talk=talk)]

    def message(self, record: records.MessageLeft) -> list[str]:
        return [self._say("message", box=record.box, length=self._words.span(record.length_ms))]

    def message_claimed(self, record: records.MessageClaimed) -> list[str]:
        span = self._words.span(record.waited_ms)
        return [self._say("message.claimed", agent=record.agent, message=record.message, span=span)]

    def message_reopened(self, record: records.MessageReopened) -> list[str]:
        key = "timeout" if record.why == "timeout" else "reopened" if record.change == "reopened" else "released"
        return [self._say(f"message.{key}", agent=record.agent, message=record.message)]

    def message_done(self, record: records.MessageDone) -> list[str]:
        key = "message.done" if record.in_time else "message.done_late"
        span = self._words.span(record.answer_ms)
        return [self._say(key, agent=record.agent or record.by, message=record.message, span=span)]

    def message_deleted(self, record: records.MessageDeleted) -> list[str]:
        why = record.why if record.why in ("age", "caller") else "asked"
        return [self._say(f"message.deleted.{why}", message=record.message, by=record.by)]

    def callback(self, record: records.CallbackBooked) -> list[str]:
        key = "callback.due" if record.due_ms else "callback"
        due = f"{self._words.day(record.due_ms)} {self._words.time(record.due_ms)}" if record.due_ms else ""
        return [self._say(key, number=record.number, queue=record.queue, callback=record.callback, due=due)]

    def callback_refused(self, record: records.CallbackRefused) -> list[str]:
        return [self._say("callback.refused", number=record.number, reason=self._word("refusal", record.reason))]

    def callback_moved(self, record: records.CallbackMoved) -> list[str]:
        until = self._words.time(record.until_ms) if record.until_ms else ""
        key = "callback.until" if until else "callback.moved"
        state, why = self._word("callback", record.state), self._word("because", record.why)
        return [self._say(key, callback=record.callback, state=state, why=why, until=until).replace(" ()", "")]

    def callback_tried(self, record: records.CallbackTried) -> list[str]:
        key = "callback.tried.agent" if record.agent_first else "callback.tried.customer"
        return [self._say(key, number=record.number, attempt=record.attempt, agent=record.agent)]

    def callback_try_ended(self, record: records.CallbackTryEnded) -> list[str]:
        key = "callback.try_ended" if record.counted else "callback.try_uncounted"
        return [self._say(key, callback=record.callback, result=self._word("because", record.result))]

    def callback_ended(self, record: records.CallbackEnded) -> list[str]:
        result, why = self._word("callback", record.result), self._word("because", record.why)
        said = self._say(
            "callback.ended",
            callback=record.callback,
            number=record.number,
            result=result,
            why=why,
            span=self._words.span(record.span_ms),
            tries=record.tries,
        )
        return [said.replace(" ()", "").replace("（）", "")]

    def offered(self, record: records.OfferMade) -> list[str]:
        return [self._say("offer", why=self._word("because", record.why), wait=self._words.span(record.wait_ms))]

    def offer_taken(self, record: records.OfferTaken) -> list[str]:
        return [self._say("offer.taken", choice=self._word("choice", record.choice))]

    def complaint(self, record: records.ComplaintOpened) -> list[str]:
        answer, resolve = (self._words.time(at) for at in (record.answer_due_ms, record.resolve_due_ms))
        day = self._words.day(record.resolve_due_ms)
        return [
            self._say(
                "complaint",
                complaint=record.complaint,
                kind=record.kind,
                number=record.number,
                answer=f"{self._words.day(record.answer_due_ms)} {answer}",
                resolve=f"{day} {resolve}",
            )
        ]

    def _word(self, kind: str, word: str) -> str:
        """A word of the records in the reader's language; as it is where there is none for it."""
        return self._words.word(f"{kind}.{word}", word) if word else ""

    def score(self, record: records.ScoreGiven) -> list[str]:
        return [self._say("score", question=record.question, score=record.score)]

    def notice(self, record: records.NoticeEnded) -> list[str]:
        key = "notice.sent" if record.sent else "notice.failed"
        return [self._say(key, service=record.service, span=self._words.span(record.span_ms), tries=record.tries)]

    def page(self, record: records.PageEnded) -> list[str]:
        key = "page.accepted" if record.accepted_by else "page.nobody"
        span = self._words.span(record.span_ms)
        return [self._say(key, table=record.table, who=record.accepted_by, span=span, count=record.rung_count)]

    def outbound(self, record: records.OutboundRang) -> list[str]:
        return [self._say("outbound", party=record.party, purpose=record.purpose, attempt=record.attempt)]

    def outbound_ended(self, record: records.OutboundEnded) -> list[str]:
        total = self._words.span(record.total_ms)
        return [self._say("outbound.ended", party=record.party, total=total, result=record.result)]

    def ended(self, record: records.CallEnded) -> list[str]:
        return [
            self._say(
                "ended",
                total=self._words.span(record.total_ms),
                outcome=self._say(f"outcome.{record.outcome.value}"),
                detail=self._say("ended.detail", detail=record.detail) if record.detail else "",
                who=self._who(record.ended_by),
            )
        ]

    def _who(self, ended_by: str) -> str:
        return self._words.say_or(f"who.{ended_by}", "who.router")


_TELLERS: dict[type[Record], Callable[[_Teller, Any], Sequence[str]]] = {
    records.CallReceived: _Teller.received,
    records.LineAnswered: _Teller.line_answered,
    records.MenuStep: _Teller.step,
    records.CallQueued: _Teller.queued,
    records.CallOverflowed: _Teller.overflowed,
    records.QueueLeft: _Teller.queue_left,
    records.WaitEstimated: _Teller.estimated,
    records.EstimateJudged: _Teller.judged,
    records.Announced: _Teller.announced,
    records.AgentRang: _Teller.rang,
    records.AgentMissed: _Teller.missed,
    records.AgentStateChanged: _Teller.state,
    records.Alert: _Teller.alert,
    records.CallConnected: _Teller.connected,
    records.TalkKeyPressed: _Teller.key,
    records.CallHeld: _Teller.held,
    records.TalkEnded: _Teller.talk_ended,
    records.CallTransferred: _Teller.transferred,
    records.ConsultBegan: _Teller.consult_began,
    records.ConsultEnded: _Teller.consult_ended,
    records.MessageLeft: _Teller.message,
    records.MessageClaimed: _Teller.message_claimed,
    records.MessageReopened: _Teller.message_reopened,
    records.MessageDone: _Teller.message_done,
    records.MessageDeleted: _Teller.message_deleted,
    records.CallbackBooked: _Teller.callback,
    records.ComplaintOpened: _Teller.complaint,
    records.CallbackRefused: _Teller.callback_refused,
    records.CallbackMoved: _Teller.callback_moved,
    records.CallbackTried: _Teller.callback_tried,
    records.CallbackTryEnded: _Teller.callback_try_ended,
    records.CallbackEnded: _Teller.callback_ended,
    records.OfferMade: _Teller.offered,
    records.OfferTaken: _Teller.offer_taken,
    records.ScoreGiven: _Teller.score,
    records.NoticeEnded: _Teller.notice,
    records.PageEnded: _Teller.page,
    records.OutboundRang: _Teller.outbound,
    records.OutboundEnded: _Teller.outbound_ended,
    records.CallEnded: _Teller.ended,
}
"""Who tells which record."""
