"""Pure: the sentences for one record of a call.

A record that has no teller here is told by its fields, so that nothing in the stream is left out.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from router.core import records
from router.core.records import Record
from router.why import choice
from router.why.phrases import Phrases

_COMMON = frozenset(field.name for field in msgspec.structs.fields(Record)) | {"call_id"}


class Teller:
    """Finds the words for each record; remembers how the caller came to ask for a person."""

    def __init__(self, words: Phrases) -> None:
        self._words = words
        self._say = words.say
        self._last_step: records.MenuStep | None = None
        self._last_key: records.MenuStep | None = None

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

    # --- the way to a queue ---

    def received(self, record: records.CallReceived) -> list[str]:
        key = "received.diverted" if record.diverted_from else "received"
        return [
            self._say(
                key,
                did=record.did,
                caller=caller_of(self._words, record),
                trunk=record.trunk,
                diverted=record.diverted_from,
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

    def coded(self, record: records.CallCoded) -> list[str]:
        key = "coded.solved" if record.solved else "coded.unsolved"
        return [self._say(key, agent=record.agent, code=record.code or self._say("coded.none"))]

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


_TELLERS: dict[type[Record], Callable[[Teller, Any], Sequence[str]]] = {
    records.CallReceived: Teller.received,
    records.LineAnswered: Teller.line_answered,
    records.MenuStep: Teller.step,
    records.CallQueued: Teller.queued,
    records.CallOverflowed: Teller.overflowed,
    records.QueueLeft: Teller.queue_left,
    records.WaitEstimated: Teller.estimated,
    records.EstimateJudged: Teller.judged,
    records.Announced: Teller.announced,
    records.AgentRang: Teller.rang,
    records.AgentMissed: Teller.missed,
    records.AgentStateChanged: Teller.state,
    records.Alert: Teller.alert,
    records.CallConnected: Teller.connected,
    records.TalkKeyPressed: Teller.key,
    records.CallHeld: Teller.held,
    records.TalkEnded: Teller.talk_ended,
    records.CallTransferred: Teller.transferred,
    records.ConsultBegan: Teller.consult_began,
    records.ConsultEnded: Teller.consult_ended,
    records.MessageLeft: Teller.message,
    records.MessageClaimed: Teller.message_claimed,
    records.MessageReopened: Teller.message_reopened,
    records.MessageDone: Teller.message_done,
    records.MessageDeleted: Teller.message_deleted,
    records.CallbackBooked: Teller.callback,
    records.ComplaintOpened: Teller.complaint,
    records.CallbackRefused: Teller.callback_refused,
    records.CallbackMoved: Teller.callback_moved,
    records.CallbackTried: Teller.callback_tried,
    records.CallbackTryEnded: Teller.callback_try_ended,
    records.CallbackEnded: Teller.callback_ended,
    records.OfferMade: Teller.offered,
    records.OfferTaken: Teller.offer_taken,
    records.CallCoded: Teller.coded,
    records.ScoreGiven: Teller.score,
    records.NoticeEnded: Teller.notice,
    records.PageEnded: Teller.page,
    records.OutboundRang: Teller.outbound,
    records.OutboundEnded: Teller.outbound_ended,
    records.CallEnded: Teller.ended,
}
"""Who tells which record."""


def caller_of(words: Phrases, record: records.CallReceived) -> str:
    """Return a caller's number, or that it is withheld."""
    return record.caller or words.say("withheld")
