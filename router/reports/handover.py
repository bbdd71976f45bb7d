"""Pure: what the next shift lead must know, told from the records of a shift and of the weeks before it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from router.core.ids import Ms
from router.reports import complaints
from router.reports.complaints import OpenComplaint
from router.reports.content import Entry, Table, number_entry, text_entry
from router.reports.handover_parts import When, due_entry, masked, table_of
from router.reports.words import Say

LOOK_BACK_DAYS = 30
"""How far back open work is looked for."""
STATES = "AgentStateChanged"
_AWAY = ("not_answering", "paused")

Fields = Mapping[str, Any]


class Open(msgspec.Struct, kw_only=True):
    """A callback or message nobody has finished."""

    since_ms: Ms
    where: str = ""
    number: str = ""
    state: str = "open"
    agent: str = ""
    due_ms: Ms = 0


class Floor(msgspec.Struct, kw_only=True):
    """What is open or in force at a moment, folded from records in their order."""

    callbacks: dict[str, Open] = {}
    messages: dict[str, Open] = {}
    complaints: dict[str, OpenComplaint] = {}
    agents: dict[str, dict[str, Any]] = {}
    regrouped: dict[str, dict[str, Any]] = {}
    queues: dict[str, dict[str, Any]] = {}
    steps: dict[str, dict[int, dict[str, Any]]] = {}
    plans: dict[str, dict[str, Any]] = {}
    missing: dict[str, dict[str, Any]] = {}
    alerts: list[dict[str, Any]] = []


def fold(rows: Iterable[Fields], start_ms: Ms) -> Floor:
    """Fold records (as plain fields, in order) into what is open; alerts count from ``start_ms`` on."""
    rows = list(rows)
    floor = Floor(complaints=complaints.fold(rows))
    for row in rows:
        kind = row["type"]
        if kind == "Alert":
            if row["at_ms"] >= start_ms:
                floor.alerts.append(dict(row))
        elif kind == STATES:
            _agent(floor, row)
        elif kind in _FOLDS:
            _FOLDS[kind](floor, row)
    return floor


def _agent(floor: Floor, row: Fields) -> None:
    if row["state"] == "signed_out":
        floor.agents.pop(row["agent"], None)
        kept = floor.regrouped.get(row["agent"])
        if kept is not None and kept.get("until_ms") is None:
            del floor.regrouped[row["agent"]]
    else:
        floor.agents[row["agent"]] = dict(row)


def _callback(floor: Floor, row: Fields) -> None:
    key = str(row.get("callback", ""))
    floor.callbacks[key] = Open(
        since_ms=row["at_ms"],
        where=str(row.get("queue", "")),
        number=str(row.get("number", "")),
        state="booked",
        due_ms=int(row.get("due_ms") or 0),
    )


def _callback_over(floor: Floor, row: Fields) -> None:
    floor.callbacks.pop(str(row.get("callback", "")), None)


def _message(floor: Floor, row: Fields) -> None:
    floor.messages[_message_key(row)] = Open(
        since_ms=int(row.get("left_at_ms") or row["at_ms"]),
        where=str(row.get("box") or row.get("did") or ""),
        number=str(row.get("caller", "")),
        due_ms=int(row.get("at_due_ms") or 0),
    )


def _message_key(row: Fields) -> str:
    return str(row.get("message") or row.get("recording") or row.get("call_id"))


def _message_claimed(floor: Floor, row: Fields) -> None:
    if (message := floor.messages.get(_message_key(row))) is not None:
        message.state, message.agent = "claimed", str(row.get("agent", ""))


def _message_reopened(floor: Floor, row: Fields) -> None:
    message = floor.messages.setdefault(_message_key(row), Open(since_ms=row["at_ms"], where=str(row.get("box", ""))))
    message.state, message.agent = "open", ""


def _message_over(floor: Floor, row: Fields) -> None:
    floor.messages.pop(_message_key(row), None)


def _regrouped(floor: Floor, row: Fields) -> None:
    if row["over_yaml"]:
        floor.regrouped[row["agent"]] = dict(row)
    else:
        floor.regrouped.pop(row["agent"], None)


def _queue(floor: Floor, row: Fields) -> None:
    if row["closed"]:
        floor.queues[row["queue"]] = dict(row)
    else:
        floor.queues.pop(row["queue"], None)


def _step_taken(floor: Floor, row: Fields) -> None:
    floor.steps.setdefault(row["plan"], {})[int(row["step"])] = dict(row)


def _step_released(floor: Floor, row: Fields) -> None:
    floor.steps.get(row["plan"], {}).pop(int(row["step"]), None)
    floor.missing.pop(row["plan"], None)


def _plan(floor: Floor, row: Fields) -> None:
    if row["change"] in ("stopped", "night"):
        floor.plans[row["plan"]] = dict(row)
    else:
        floor.plans.pop(row["plan"], None)


def _missing(floor: Floor, row: Fields) -> None:
    floor.missing[row["plan"]] = dict(row)


_FOLDS: dict[str, Callable[[Floor, Fields], None]] = {
    "CallbackBooked": _callback,
    "CallbackEnded": _callback_over,
    "MessageLeft": _message,
    "MessageReceived": _message,
    "MessageClaimed": _message_claimed,
    "MessageReopened": _message_reopened,
    "MessageDone": _message_over,
    "MessageDeleted": _message_over,
    "AgentRegrouped": _regrouped,
    "QueueChanged": _queue,
    "SurgeStepTaken": _step_taken,
    "SurgeStepReleased": _step_released,
    "SurgeChanged": _plan,
    "SeatsMissing": _missing,
}
WORK = frozenset(_FOLDS)
"""Records that open work and changes are told from, beside the agents' states and the alerts of the shift."""


def tables(floor: Floor, now: Ms, say: Say, when: When) -> tuple[Table, ...]:
    """Lay it out: what must be looked at first comes first."""
    return (
        _alerts(floor, say, when),
        _work("callbacks", floor.callbacks, now, say, when),
        _work("messages", floor.messages, now, say, when),
        complaints.table(floor.complaints, now, say, when),
        _agents(floor, say, when),
        _overrides(floor, now, say, when),
        _surge(floor, say, when),
    )


def _texts(*cells: str) -> tuple[Entry, ...]:
    return tuple(text_entry(cell) for cell in cells)


def _alerts(floor: Floor, say: Say, when: When) -> Table:
    """Alerts alike are one line: how often, and when the last one was."""
    times = Counter((row["kind"], row["subject"]) for row in floor.alerts)
    newest = {(row["kind"], row["subject"]): row for row in floor.alerts}
    rows = [
        (
            *_texts(when(row["at_ms"]), row["kind"].replace("_", " "), row["subject"], row["detail"]),
            number_entry(times[key]),
        )
        for key, row in sorted(newest.items(), key=lambda pair: -pair[1]["at_ms"])
    ]
    return table_of("alerts", say, ("time", "what", "who", "detail", "count"), rows)


def _work(name: str, work: Mapping[str, Open], now: Ms, say: Say, when: When) -> Table:
    rows = []
    for one in sorted(work.values(), key=lambda one: one.due_ms or one.since_ms):
        rows.append(
            (
                *_texts(when(one.since_ms), one.where, masked(one.number)),
                text_entry(say(f"state.{one.state}")),
                text_entry(one.agent),
                due_entry(one.due_ms, now, say, when),
            )
        )
    return table_of(name, say, ("time", "queue", "number", "state", "agent", "due"), rows)


def _agents(floor: Floor, say: Say, when: When) -> Table:
    rows = [
        _texts(when(row["at_ms"]), agent, say(f"state.{row['state']}"), str(row.get("reason", "")))
        for agent, row in sorted(floor.agents.items())
        if row["state"] in _AWAY
    ]
    return table_of("agents", say, ("time", "agent", "state", "detail"), rows)


def _overrides(floor: Floor, now: Ms, say: Say, when: When) -> Table:
    def until(row: Fields, otherwise: str) -> str:
        return when(int(row["until_ms"])) if row.get("until_ms") else otherwise

    def holds(row: Fields) -> bool:
        return not row.get("until_ms") or int(row["until_ms"]) > now

    rows = [
        _texts(when(row["at_ms"]), say("handover.queue_closed"), queue, "", until(row, ""), str(row.get("by", "")))
        for queue, row in sorted(floor.queues.items())
        if holds(row)
    ]
    for agent, row in sorted(floor.regrouped.items()):
        if holds(row):
            changed = ", ".join(
                [*row.get("groups", ()), *(f"{skill} {level}" for skill, level in dict(row.get("skills", {})).items())]
            )
            words = say("handover.regrouped"), agent, changed, until(row, say("handover.until_out"))
            rows.append(_texts(when(row["at_ms"]), *words, str(row.get("by", ""))))
    return table_of("overrides", say, ("time", "what", "who", "detail", "until", "by"), rows)


def _surge(floor: Floor, say: Say, when: When) -> Table:
    rows = []
    for plan, steps in sorted(floor.steps.items()):
        for step, row in sorted(steps.items()):
            agents = ", ".join([*row.get("agents", ()), *row.get("called", ())])
            rows.append(_texts(when(row["at_ms"]), plan, say("surge.taken", step, row["group"]), agents))
    for plan, row in sorted(floor.plans.items()):
        rows.append(_texts(when(row["at_ms"]), plan, say(f"surge.{row['change']}"), ""))
    for plan, row in sorted(floor.missing.items()):
        count = row.get("missing")
        words = say("surge.missing_unknown") if count is None else say("surge.missing", count)
        rows.append(_texts(when(row["at_ms"]), plan, words, ""))
    return table_of("surge", say, ("time", "who", "what", "detail"), rows)
