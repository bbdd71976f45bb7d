"""Pure: who was served before somebody who stood ahead of them, and by how much: bounded overtaking as a figure.

Only callers of one queue with the same need and both, or neither, in an emergency are compared, so that a skill one of
them lacks or a higher tier counts for nothing. Head starts are part of a place: what is counted goes beyond them, and
is bounded by the queue's ``sticky`` and ``answer_within`` times the tries.
"""

from bisect import bisect_left, insort

import msgspec

from router.core import records
from router.core.ids import Ms
from router.kpi.tables import CallFact, VisitFact

Place = tuple[Ms, str]
"""(asked at less head start, call): the order in a line."""


class LinesState(msgspec.Struct, kw_only=True):
    """Those who wait, by line in order, and where each of them stands."""

    lines: dict[str, list[Place]] = {}
    places: dict[str, tuple[str, Ms]] = {}


def joins(state: LinesState, record: records.CallQueued, asked_ms: Ms) -> None:
    """A caller begins to wait; ``asked_ms`` is when they first asked, whose place they keep."""
    leaves(state, record.call_id)
    line = f"{record.queue} {record.need} {record.emergency}"
    key_ms = asked_ms - record.head_start_ms
    insort(state.lines.setdefault(line, []), (key_ms, record.call_id))
    state.places[record.call_id] = (line, key_ms)


def leaves(state: LinesState, call_id: str) -> list[tuple[str, Ms]]:
    """A caller waits no longer. Returns who stood ahead of them and still waits, and by how much in ms."""
    line, key_ms = state.places.pop(call_id, ("", 0))
    waiting = state.lines.get(line)
    if waiting is None:
        return []
    index = bisect_left(waiting, (key_ms, call_id))
    ahead = [(call, key_ms - theirs_ms) for theirs_ms, call in waiting[:index]]
    del waiting[index]
    if not waiting:
        del state.lines[line]
    return ahead


def note(fact: CallFact, visit: VisitFact | None, by_ms: Ms) -> None:
    """Somebody who stood ``by_ms`` behind this caller was served before them."""
    fact.overtaken_ms = max(fact.overtaken_ms, by_ms)
    if visit is not None:
        visit.overtaken_ms = max(visit.overtaken_ms, by_ms)
