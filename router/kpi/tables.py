"""Pure: the tables of facts that measures are counted from; one struct each, its fields are the columns.

Every row says when it belongs: ``at_ms`` (UTC), the half hour of the site's clock it falls into (``half_ms``, its
start in UTC), the site's offset from UTC then (``off_ms``) and the local ``day`` (days since 1970-01-01).
``open`` rows are of things still under way, true up to the moment they were asked for; they are never archived.
"""

import functools
import types
from collections.abc import Iterable
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

ANSWERED = "answered"
WAITING = "waiting"
"""Outcome of a call still waiting for a person."""
IN_IVR = "in_ivr"
"""Outcome of a call still in its flow."""
OVERFLOWED = "overflowed_out"
"""Outcome of a visit: the queue gave the caller up and another one took them."""


class Fact(msgspec.Struct, kw_only=True):
    """What every row has."""

    at_ms: int
    half_ms: int
    off_ms: int
    day: int
    open: bool = False


class CallFact(Fact, kw_only=True):
    """One call, by the caller's own clock. ``at_ms`` is when it first asked for a person, else when it arrived.

    ``wait_ms`` is None where nobody was asked for. ``late`` is the first answer's. ``caller`` is a keyed hash, "" where
    withheld. ``redial``: the same caller had rung within 30 minutes before. ``transferred``: after an agent had
    answered, the call went on to somebody else and stayed there. ``overtaken_ms``: how far behind, in place, the last
    was who was served first all the same (see :mod:`router.kpi.overtaking`).
    """

    call_id: str
    arrived_ms: int
    arrived_half_ms: int
    arrived_off_ms: int
    arrived_day: int
    asked_ms: int | None = None
    ended_ms: int | None = None
    outcome: str = ""
    queue: str = ""
    agent: str = ""
    call_class: str = ""
    call_type: str = ""
    did: str = ""
    trunk: str = ""
    caller: str = ""
    asked: bool = False
    queued: bool = False
    wait_ms: int | None = None
    late: bool = False
    line_ms: int | None = None
    line_rings: float | None = None
    talk_ms: int = 0
    hold_ms: int = 0
    leg_count: int = 0
    transferred: bool = False
    redial: bool = False
    overtaken_ms: int = 0
    ended_by: str = ""
    detail: str = ""


class VisitFact(Fact, kw_only=True):
    """One entry of a call into one queue, by the queue's own clock. ``at_ms`` is when it entered.

    ``wait_ms`` counts from there. ``outcome`` is the call's, or ``overflowed_out`` where another queue took it over.
    ``overflowed_in`` came from another queue unserved, ``transferred_in`` from another queue's agent.
    """

    call_id: str
    visit: int
    queue: str
    left_ms: int | None = None
    outcome: str = ""
    agent: str = ""
    call_class: str = ""
    call_type: str = ""
    asked: bool = True
    queued: bool = False
    wait_ms: int | None = None
    late: bool = False
    talk_ms: int = 0
    hold_ms: int = 0
    leg_count: int = 0
    overflowed_in: bool = False
    transferred_in: bool = False
    transferred: bool = False
    overtaken_ms: int = 0


class LegFact(Fact, kw_only=True):
    """One agent's part in a call: rung, and talked or not. It belongs to the half hour its call does.

    ``result``: ``talked``, ``elsewhere`` (another phone was faster), ``gone`` (the caller gave up), or why it was
    missed (``no_answer``, ``busy``, ``rejected``, ``forwarded``, ``unreachable``). ``wait_ms`` is the caller's when
    this agent answered; ``first`` the first agent to answer the call. ``transferred``: this agent passed the call on;
    ``handed``: got it from a colleague who had announced it, without a ring for the caller. ``code`` is the wrap-up
    code this agent gave; ``solved`` what the call's last code says, at the leg of who gave it (None elsewhere).
    """

    call_id: str
    leg: int
    agent: str
    groups: tuple[str, ...] = ()
    queue: str = ""
    call_class: str = ""
    call_type: str = ""
    outcome: str = ""
    result: str = ""
    rang_at_ms: int = 0
    connected_ms: int | None = None
    ended_ms: int | None = None
    rang_ms: int = 0
    agent_rings: float = 0.0
    asked: bool = True
    first: bool = False
    queued: bool = False
    wait_ms: int | None = None
    late: bool = False
    talk_ms: int = 0
    hold_ms: int = 0
    held: bool = False
    wrapup_ms: int = 0
    transferred: bool = False
    handed: bool = False
    code: str = ""
    solved: bool | None = None
    leg_count: int = 1


class AgentSpanFact(Fact, kw_only=True):
    """A stretch of one agent in one state, cut at the half hours of the site's clock. Signed out is no stretch."""

    agent: str
    groups: tuple[str, ...] = ()
    state: str = ""
    reason: str = ""
    start_ms: int = 0
    end_ms: int = 0


class ScoreFact(Fact, kw_only=True):
    """A caller's answer to a question of the survey; it belongs where its call does."""

    call_id: str
    question: str
    score: int
    queue: str = ""
    agent: str = ""
    groups: tuple[str, ...] = ()
    call_class: str = ""
    call_type: str = ""


class OutboundFact(Fact, kw_only=True):
    """A call of our own: an attempt at a callback, a wake-up, a page. ``at_ms`` is when we rang."""

    call_id: str
    purpose: str
    ref: str = ""
    attempt: int = 1
    answered: bool = False
    result: str = ""
    total_ms: int = 0


class PromiseFact(Fact, kw_only=True):
    """Something promised to a caller: a ``callback``, the answer to a ``message`` or to a ``complaint``.

    ``at_ms`` is when it was promised. ``in_time`` is None where there is no deadline or it has not passed.
    ``to_talk_ms`` is the time from booking a callback to the talk. ``call_type`` is a complaint's kind.
    """

    kind: str
    ref: str
    queue: str = ""
    call_class: str = ""
    call_type: str = ""
    agent: str = ""
    due_ms: int | None = None
    done_ms: int | None = None
    result: str = ""
    in_time: bool | None = None
    tries: int = 0
    to_talk_ms: int | None = None


class AlertFact(Fact, kw_only=True):
    """Something a supervisor was told."""

    kind: str
    subject: str = ""
    call_id: str = ""
    detail: str = ""


TABLES: dict[str, type[Fact]] = {
    "calls": CallFact,
    "visits": VisitFact,
    "legs": LegFact,
    "agent_spans": AgentSpanFact,
    "scores": ScoreFact,
    "outbound": OutboundFact,
    "promises": PromiseFact,
    "alerts": AlertFact,
}
"""Every table by its name."""

NAMES: dict[type[Fact], str] = {row: name for name, row in TABLES.items()}


def by_table(rows: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Sort rows by their tables."""
    sorted_in: dict[str, list[Fact]] = {}
    for row in rows:
        sorted_in.setdefault(NAMES[type(row)], []).append(row)
    return sorted_in


_SQL = {int: "BIGINT", str: "VARCHAR", bool: "BOOLEAN", float: "DOUBLE"}


@functools.cache
def columns(row: type[msgspec.Struct]) -> dict[str, str]:
    """Return the columns of a struct of plain fields with their SQL types, in order."""
    hints = get_type_hints(row)
    return {name: _sql_type(hints[name]) for name in row.__struct_fields__}


def _sql_type(kind: Any) -> str:
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(option for option in get_args(kind) if option is not type(None))
    return "VARCHAR[]" if get_origin(kind) is tuple else _SQL[kind]
