"""Pure: the story of a call from its records: a line per thing that happened, how it went, where its time went."""

from collections.abc import Sequence

import msgspec

from router.core import records
from router.core.ids import CallId, Ms
from router.core.records import Record
from router.why.phrases import Phrases
from router.why.teller import Teller, caller_of

OVERTAKERS = 5
"""So many of the calls that went ahead are named."""


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
    teller, queued = Teller(words), None
    lines: list[Line] = []
    for record in own:
        said = [*teller.tell(record)]
        if isinstance(record, records.CallQueued):
            queued = record
        elif isinstance(record, records.CallConnected | records.CallEnded | records.QueueLeft):
            said += _overtaken(words, queued, record, found)
            queued = None
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
        head=_head(words, call, own),
        glance=_glance(words, own),
        lines=tuple(lines),
        summary=_summary(words, own),
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
    teller = Teller(words)
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


def _head(words: Phrases, call: CallId, own: Sequence[Record]) -> str:
    """Name the call."""
    for record in own:
        if isinstance(record, records.CallReceived):
            return words.say(
                "head",
                call=call,
                day=words.day(record.at_ms),
                caller=caller_of(words, record),
                did=record.did,
            )
    return f"{call} {words.day(own[0].at_ms)}"


def _glance(words: Phrases, own: Sequence[Record]) -> str:
    """Say in a few words how the call went."""
    for record in reversed(own):
        if isinstance(record, records.CallEnded):
            return words.say(f"glance.{record.outcome.value}", agent=record.agent, wait=words.span(record.wait_ms))
        if isinstance(record, records.OutboundRang | records.OutboundEnded):
            return words.say("glance.outbound", party=record.party, purpose=record.purpose)
    return words.say("glance.open")


def _summary(words: Phrases, own: Sequence[Record]) -> str:
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
    told = [words.say(f"spans.{name}", span=words.span(spans[name])) for name in order if spans.get(name)]
    return words.say("spans", spans=words.listed(told)) if told else ""


def _overtaken(
    words: Phrases,
    queued: records.CallQueued | None,
    record: records.CallConnected | records.CallEnded | records.QueueLeft,
    found: Sequence[Record],
) -> list[str]:
    """Say who went ahead while the call waited, when its wait is over."""
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
        return [words.say("not_overtaken", count=len(taken), queue=queued.queue)]
    named = [_overtaker(words, rang, asked_at, queued) for rang in later[:OVERTAKERS]]
    if len(later) > OVERTAKERS:
        named.append(f"+{len(later) - OVERTAKERS}")
    return [words.say("overtaken", count=len(taken), queue=queued.queue, calls=words.listed(named, "groups"))]


def _overtaker(words: Phrases, rang: records.AgentRang, asked_at: Ms, queued: records.CallQueued) -> str:
    later = words.span(rang.at_ms - rang.wait_ms - asked_at)
    if rang.tier == 0 and not queued.emergency:
        return words.say("overtaker.emergency", call=rang.call_id, later=later)
    if rang.head_start_ms > queued.head_start_ms:
        span = words.span(rang.head_start_ms)
        return words.say("overtaker.head_start", call=rang.call_id, later=later, span=span)
    return words.say("overtaker.plain", call=rang.call_id, later=later)
