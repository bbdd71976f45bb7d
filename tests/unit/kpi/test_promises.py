"""Callbacks, messages and complaints: kept, late, under way. Records not in the router yet stand in by their names."""

import msgspec

from router.core import records
from router.core.records import Record
from router.kpi.live import Live
from support.tape import MIDNIGHT, SHANGHAI, made

DAY = (MIDNIGHT, MIDNIGHT + 86_400_000)
HOUR_MS = 3_600_000


def record(name: str, at_ms: int, **fields: object) -> Record:
    """A record by its name; where the router has none, one of the same name with just these fields."""
    kind = getattr(records, name, None)
    known = {field.name for field in msgspec.structs.fields(kind)} if kind is not None else set()
    if kind is None or not known >= fields.keys():
        kind = msgspec.defstruct(
            name, [(key, type(value)) for key, value in fields.items()], bases=(Record,), frozen=True, kw_only=True
        )
    return made(kind, at_ms=MIDNIGHT + at_ms, **fields)


def lived(*several: Record) -> Live:
    live = Live(SHANGHAI)
    ordered = sorted(several, key=lambda one: one.at_ms)
    live.take(msgspec.structs.replace(one, seq=seq) for seq, one in enumerate(ordered, 1))
    return live


def booked(callback: str, at_ms: int, queue: str = "desk") -> Record:
    return record("CallbackBooked", at_ms, callback=callback, queue=queue, expires_ms=MIDNIGHT + at_ms + HOUR_MS)


def ended(callback: str, at_ms: int, result: str, *, tries: int = 1, to_talk_ms: int = 0) -> Record:
    return record(
        "CallbackEnded", at_ms, callback=callback, result=result, tries=tries, to_talk_ms=to_talk_ms, agent="1001"
    )


def test_callbacks_kept_taken_up_expired_and_cancelled() -> None:
    live = lived(
        *(booked(name, HOUR_MS, "desk" if name in "ab" else "bills") for name in "abcdef"),
        ended("a", 2 * HOUR_MS, "kept", tries=1, to_talk_ms=600_000),
        ended("b", 2 * HOUR_MS, "kept", tries=3, to_talk_ms=1_200_000),
        ended("c", 2 * HOUR_MS, "taken_up", tries=0),
        ended("d", 2 * HOUR_MS, "expired", tries=4),
        ended("e", 2 * HOUR_MS, "cancelled"),
        ended("never booked here", 2 * HOUR_MS, "kept", to_talk_ms=5),
    )
    names = ("callbacks_kept", "time_to_call_back", "callback_attempts", "callbacks_expired", "replies_in_time")
    cells = live.evaluate(names, DAY, now_ms=MIDNIGHT + 2 * HOUR_MS + 1)[0].cells
    assert [cell.value for cell in cells.values()] == [0.75, 900, 2, 1, 0.6]  # f is overdue
    by_queue = live.evaluate(("callbacks_kept",), DAY, split=("queue",))
    assert {line.split["queue"]: line.cells["callbacks_kept"].value for line in by_queue} == {"bills": 0.5, "desk": 1}


def test_a_promise_is_late_only_once_its_deadline_has_passed() -> None:
    live = lived(booked("a", HOUR_MS))
    for after_ms, value in ((0, None), (HOUR_MS, None), (HOUR_MS + 1, 0)):
        cell = live.evaluate(("replies_in_time",), DAY, now_ms=MIDNIGHT + HOUR_MS + after_ms)[0].cells[
            "replies_in_time"
        ]
        assert cell.value == value and bool(cell.why) == (value is None)


def test_messages_and_complaints() -> None:
    due = MIDNIGHT + 3 * HOUR_MS
    live = lived(
        *(
            record("MessageLeft", HOUR_MS, call_id="c", box="b", message=name, at_due_ms=due)
            for name in ("m1", "m2", "m3")
        ),
        record("MessageLeft", HOUR_MS, call_id="c", box="b", message="no deadline", at_due_ms=0),
        record("MessageDone", 2 * HOUR_MS, message="m1", agent="1001", in_time=True),
        record("MessageDone", 4 * HOUR_MS, message="m2", agent="1001", in_time=False),
        record("MessageDone", 4 * HOUR_MS, message="no deadline", agent="1001", in_time=True),
        record("MessageDeleted", 2 * HOUR_MS, message="m3"),
        record("ComplaintOpened", HOUR_MS, complaint="k", kind="simple", call_class="vip", answer_due_ms=due),
        record("ComplaintMoved", 2 * HOUR_MS, complaint="k", step="answered", in_time=True),
        record("ComplaintMoved", 5 * HOUR_MS, complaint="k", step="resolved", in_time=False),
    )
    cell = live.evaluate(("replies_in_time",), DAY)[0].cells["replies_in_time"]
    assert (cell.over, cell.under) == (2, 3)
    vip = live.evaluate(("replies_in_time",), DAY, only={"class": ("vip",)})[0].cells["replies_in_time"]
    assert vip.value == 1
