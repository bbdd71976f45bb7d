"""Pure: the rows of the page from the present, the measures and the alarms. No caller's data is in any of them.

A cell is ``{"v": value}``, or ``{"v": None, "why": word}`` where there is none, or ``{"v": None, "since": moment}`` for
what counts up by itself; ``level`` says ``warn`` or ``bad``. Shares are percent.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from router.board.expected import Forecasts, expected
from router.board.measured import SPREAD, Measured, Values, nothing, room_scope
from router.board.rows import Row
from router.board.watch import Alarm
from router.core.ids import Ms
from router.core.present import AgentNow, CallNow, Present
from router.core.records import AgentState
from router.core.wall import Room, Thresholds
from router.kpi.terms import WHOLE
from router.site import Site

STATES = tuple(state.value for state in AgentState)
_SIGNED_OUT = AgentState.SIGNED_OUT.value


class Looks(NamedTuple):
    """What is shown at a moment."""

    site: Site
    present: Present
    measured: Measured
    alarms: Iterable[Alarm]
    forecasts: Forecasts
    note: Row | None
    now: Ms


def rows_of(looks: Looks, rooms: Iterable[Room]) -> dict[str, Row]:
    """Return every row by its key: ``queue:``, ``agent:``, ``alarm:`` and name; ``sum:`` and ``trend:`` and room."""
    site = looks.site
    rows: dict[str, Row] = {}
    waiting: dict[str, list[CallNow]] = {name: looks.present.waiting(name) for name in site.floor.queues}
    alarmed = {alarm.who: alarm.level for alarm in looks.alarms if alarm.of_agent}
    for place, name in enumerate(site.floor.queues):
        rows[f"queue:{name}"] = _queue(looks, name, place, waiting[name])
    for number in site.floor.agents:
        rows[f"agent:{number}"] = _agent(looks, number, alarmed.get(number, ""))
    for alarm in looks.alarms:
        rows[f"alarm:{alarm.key}"] = _alarm(alarm)
    for room in rooms:
        rows[f"sum:{room.name}"] = _sum(looks, room, waiting)
        trend = looks.measured.trend.get(scope_of(room), ())
        rows[f"trend:{room.name}"] = {"v": f"{hash(trend) & 0xFFFFFFFF:08x}"}
    if looks.note is not None:
        rows["note"] = looks.note
    return rows


def scope_of(room: Room) -> str:
    """Return under which name a room's measures are counted."""
    return room_scope(room.name) if room.queues else WHOLE


def queues_of(room: Room, site: Site) -> tuple[str, ...]:
    """Return the queues a room shows."""
    return tuple(name for name in room.queues or site.floor.queues if name in site.floor.queues)


def agents_of(room: Room, site: Site) -> tuple[str, ...]:
    """Return the agents whose tiles a room shows: those of its groups, or of the groups that serve its queues."""
    groups = set(room.groups)
    if not groups and room.queues:
        groups = {group for name in queues_of(room, site) for group in site.floor.queues[name].groups}  # type: ignore[index]
    agents = site.floor.agents.values()
    return tuple(agent.number for agent in agents if not groups or groups & set(agent.groups))


def keys_of(room: Room, site: Site) -> frozenset[str]:
    """Return the keys of the rows a room shows, alarms apart."""
    keys = {f"queue:{name}" for name in queues_of(room, site)} if "queues" in room.show else set()
    if "agents" in room.show:
        keys |= {f"agent:{number}" for number in agents_of(room, site)}
    return frozenset(keys | {f"sum:{room.name}", f"trend:{room.name}", "note"})


# --- queues ------------------------------------------------------------------------------------------------------


def _queue(looks: Looks, name: str, place: int, waiting: list[CallNow]) -> Row:
    limits, measured = looks.site.wall.thresholds, looks.measured
    day, half = measured.day.get(name, {}), measured.half.get(name, {})
    now = measured.now.get(name, {})
    present = looks.present.queue(name)
    return {
        "name": name,
        "title": name,
        "place": place,
        "closed": bool(present.closed_by),
        "agents": _in_order(present.agents),
        "waiting": _waiting(len(waiting), limits),
        "longest": _longest(waiting, looks.now, limits),
        "average": _average(waiting),
        "expected": expected(name, waiting, present.agents, now, looks.forecasts),
        "sl_now": _level_cell(now, limits),
        "sl_half": _level_cell(half, limits),
        "sl_day": _level_cell(day, limits),
        "answered": _count_cell(day, "answered"),
        "offered": _count_cell(day, "offered"),
        "abandoned": _abandoned(day, limits),
        "asa": _ms_cell(day, "asa"),
        "late": _share_cell(day, "late_answers"),
        "rings": _share_cell(day, "within_three_rings"),
        "callbacks": {"v": present.callbacks_count},
        "messages": {"v": present.messages_count},
    }


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    return {state: counts[state] for state in STATES if counts.get(state)}


def _waiting(count: int, limits: Thresholds) -> Row:
    return {"v": count, **_over(count, limits.waiting, limits.waiting_bad)}


def _longest(waiting: list[CallNow], now: Ms, limits: Thresholds) -> Row:
    if not waiting:
        return {"v": None, "why": "nobody_waits"}
    since = waiting[0].asked_at_ms
    return {"v": None, "since": since, **_over(now - since, limits.wait_ms, limits.wait_bad_ms)}


def _average(waiting: list[CallNow]) -> Row:
    if not waiting:
        return {"v": None, "why": "nobody_waits"}
    return {"v": None, "since": sum(call.asked_at_ms for call in waiting) // len(waiting)}


def _over(value: float, warn: float, bad: float) -> dict[str, str]:
    return {"level": "bad"} if value > bad else {"level": "warn"} if value > warn else {}


def _value(values: Values, name: str) -> float | None:
    return values[name] if name in values else nothing(name)


def _lacking(name: str) -> Row:
    return {"v": None, "why": name}


def _count_cell(values: Values, name: str) -> Row:
    return {"v": round(_value(values, name) or 0)}


def _share_cell(values: Values, name: str) -> Row:
    value = _value(values, name)
    return _lacking(name) if value is None else {"v": round(value * 100, 2)}


def _ms_cell(values: Values, name: str) -> Row:
    value = _value(values, name)
    return _lacking(name) if value is None else {"v": round(value * 1_000)}


def _level_cell(values: Values, limits: Thresholds) -> Row:
    row = _share_cell(values, "service_level")
    if row["v"] is None:
        return row
    short = limits.service_level - row["v"]
    return {**row, **_over(short, 0, limits.service_level_bad)}


def _abandoned(values: Values, limits: Thresholds) -> Row:
    row = _share_cell(values, "abandonment")
    if row["v"] is not None:
        row |= _over(row["v"], limits.abandoned, limits.abandoned_bad)
    spread = [round(_value(values, name) or 0) for name in SPREAD]
    return {**row, **({"spread": spread} if any(spread) else {})}


# --- the sums ----------------------------------------------------------------------------------------------------


def _sum(looks: Looks, room: Room, by_queue: Mapping[str, list[CallNow]]) -> Row:
    limits, measured = looks.site.wall.thresholds, looks.measured
    scope = scope_of(room)
    day, now = measured.day.get(scope, {}), measured.now.get(scope, {})
    shown = queues_of(room, looks.site)
    waiting = sorted((call for name in shown for call in by_queue[name]), key=lambda call: call.asked_at_ms)
    counts: dict[str, int] = {}
    for number in agents_of(room, looks.site):
        state = _state(looks.present.agents.get(number))
        counts[state] = counts.get(state, 0) + 1
    signed_in = sum(counts.values()) - counts.pop(_SIGNED_OUT, 0)
    longest = _longest(waiting, looks.now, limits)
    if waiting and len(shown) > 1:
        longest["queue"] = waiting[0].queue
    ready: Row = {"v": counts.get("ready", 0)} if signed_in else {"v": None, "why": "no_agents"}
    return {
        "waiting": _waiting(len(waiting), limits),
        "longest": longest,
        "average": _average(waiting),
        "sl_now": _level_cell(now, limits),
        "abandoned": _abandoned(day, limits),
        "answered": _count_cell(day, "answered"),
        "offered": _count_cell(day, "offered"),
        "ready": ready,
        "signed_in": signed_in,
        "agents": _in_order({**counts, "ready": 0}),
        "target": limits.service_level,
        "within_s": limits.within_ms // 1_000,
    }


# --- agents and alarms -------------------------------------------------------------------------------------------


def _state(agent: AgentNow | None) -> str:
    return _SIGNED_OUT if agent is None else agent.state.value


def _agent(looks: Looks, number: str, level: str) -> Row:
    agent = looks.present.agents.get(number)
    row: dict[str, Any] = {"agent": number, "state": _state(agent), "since": 0, "note": "", "level": level}
    if agent is not None:
        row["since"] = agent.since_ms
        phone = looks.present.phones.get(agent.phone) if agent.phone else None
        if agent.phone and (phone is None or not phone.reachable):
            row["note"] = "phone_away"
        elif phone is not None and phone.other_calls and agent.state is AgentState.READY:
            row["note"] = "phone_used"
        elif agent.state is AgentState.NOT_ANSWERING and agent.reason in ("no_answer", "forwarded", "unreachable"):
            row["note"] = f"reason.{agent.reason}"
    return row


def _alarm(alarm: Alarm) -> Row:
    return {
        "kind": alarm.kind,
        "who": alarm.who,
        "level": alarm.level,
        "since": alarm.since_ms,
        "counts_from": alarm.counts_from_ms or alarm.since_ms,
        "count": alarm.count,
        "detail": alarm.detail,
    }
