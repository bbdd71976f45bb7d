"""Pure: what is an alarm now: the watch that a line is not dead unnoticed, and what the records told.

Conditions are looked at again and again (:meth:`Watcher.look`); each that holds long enough is an alarm until it no
longer holds. What a record told once (an ``Alert``) is shown for a while, or until what it spoke of is over.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from router.core import records
from router.core.ids import Ms
from router.core.present import Present
from router.core.records import AgentState, Record
from router.site import Site

WARN, BAD = "warn", "bad"
_BAD_ALERTS = frozenset({"emergency_waiting", "nobody_on_call", "page_not_accepted", "trunk_down", "seats_missing"})
_UNSEEN = ("account_locked",)
"""Alerts that are nothing for a wall: they speak of one caller."""
_OF_SURGES = ("surge_step_proposed", "surge_release_proposed", "surge_step_taken", "seats_missing")
_OF_STATE = {
    "agent_not_answering": AgentState.NOT_ANSWERING,
    "phone_forwarded": AgentState.NOT_ANSWERING,
    "wrap_up_long": AgentState.WRAP_UP,
    "pause_long": AgentState.PAUSED,
}
"""Alerts about an agent that are over when the agent leaves this state."""
_SAME = {"wrap_up_over": "wrap_up_long", "pause_over": "pause_long", "forwarded": "phone_forwarded"}
"""Alerts of the router that say what the board sees as well."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something people in the room must know. ``key`` is the same while it lasts; ``counts_from_ms`` where an age in
    its words counts from (0: from ``since_ms``)."""

    key: str
    kind: str
    who: str = ""
    level: str = WARN
    since_ms: Ms = 0
    counts_from_ms: Ms = 0
    count: int = 0
    detail: str = ""
    of_agent: bool = False


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What the router says of itself; None: it was not asked (another machine), ``up`` False: it does not answer."""

    up: bool = True
    switch_up: bool = True
    trunks_down: tuple[str, ...] = ()


class Watcher:
    """Finds alarms. Times are ms UTC."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.last_call_ms: Ms = 0
        """When the last call came, or when the watch began."""
        self._held_since: dict[str, Ms] = {}
        self._told: dict[str, Alarm] = {}

    def take(self, record: Record) -> None:
        """Note what a record tells once."""
        match record:
            case records.CallReceived():
                self.last_call_ms = max(self.last_call_ms, record.at_ms)
            case records.Alert() if record.kind not in _UNSEEN:
                kind = _SAME.get(record.kind, record.kind)
                key = f"{kind}:{record.subject}"
                self._told[key] = Alarm(
                    key=key,
                    kind=kind,
                    who=record.subject,
                    level=BAD if kind in _BAD_ALERTS else WARN,
                    since_ms=record.at_ms,
                    detail=record.detail,
                    of_agent=kind in _OF_STATE or record.subject in self.site.floor.agents,
                )
            case records.SurgeStepReleased() | records.SurgeDecided():
                # what the plan said last of its steps and seats is over
                for kind in _OF_SURGES:
                    self._told.pop(f"{kind}:{record.plan}", None)
            case _:
                pass

    def look(self, present: Present, now: Ms, health: Health | None) -> dict[str, Alarm]:
        """Return all alarms at a moment, by key."""
        alarms = {alarm.key: alarm for alarm in self._told_still(present, now)}
        held: dict[str, Ms] = {}
        for alarm, after_ms in self._conditions(present, now, health):
            since = held[alarm.key] = self._held_since.get(alarm.key, now)
            begins = alarm.counts_from_ms or since
            if now - begins >= after_ms:
                alarms[alarm.key] = msgspec.structs.replace(alarm, since_ms=begins + after_ms)
        self._held_since = held
        return alarms

    # --- what was told once ---

    def _told_still(self, present: Present, now: Ms) -> Iterator[Alarm]:
        keep_ms = self.site.wall.watch.show_ms
        for key, alarm in list(self._told.items()):
            state = _OF_STATE.get(alarm.kind)
            agent = present.agents.get(alarm.who)
            if state is not None:
                over = agent is None or agent.state is not state
            elif alarm.kind == "emergency_waiting":
                over = not any(call.call_class == "emergency" for call in present.waiting(alarm.who)) and (
                    now - alarm.since_ms >= 10_000
                )
            else:
                over = now - alarm.since_ms >= keep_ms
            if over:
                del self._told[key]
            else:
                yield alarm

    # --- what holds now ---

    def _conditions(self, present: Present, now: Ms, health: Health | None) -> Iterator[tuple[Alarm, Ms]]:
        """Give each condition that holds, and how long it must."""
        watch = self.site.wall.watch
        if self.is_open(watch.hours, now):
            if watch.quiet_after_ms and self.last_call_ms:
                yield _alarm("quiet", counts_from_ms=self.last_call_ms), watch.quiet_after_ms
            if watch.unstaffed_ms:
                yield from self._unstaffed(present, now, watch.unstaffed_ms)
        yield from self._of_agents(present)
        # those without a time of their own come as soon as it is their turn
        due = Counter(one.queue for one in present.callbacks.values() if 0 < one.due_ms <= now)
        for queue, count in due.items():
            yield _alarm("callback_due", queue, count=count), 0
        if health is not None and watch.router_away_ms:
            if not health.up:
                yield _alarm("router_away", level=BAD), watch.router_away_ms
            elif not health.switch_up:
                yield _alarm("switch_away", level=BAD), watch.router_away_ms
            for trunk in health.trunks_down:
                yield _alarm("trunk_down", trunk, level=BAD), watch.router_away_ms

    def _unstaffed(self, present: Present, now: Ms, after_ms: Ms) -> Iterator[tuple[Alarm, Ms]]:
        for name, queue in self.site.floor.queues.items():
            closed = name in present.closed or (queue.hours and not self.is_open(queue.hours, now))
            if not closed and not present.queue(name).agents:
                yield _alarm("nobody_signed_in", name, level=BAD), after_ms

    def _of_agents(self, present: Present) -> Iterator[tuple[Alarm, Ms]]:
        watch, limits, floor = self.site.wall.watch, self.site.wall.thresholds, self.site.floor
        for agent in present.agents.values():
            who = agent.agent
            of_agent: dict[str, Any] = {"of_agent": True}
            if agent.state is AgentState.WRAP_UP:
                yield _alarm("wrap_up_long", who, counts_from_ms=agent.since_ms, **of_agent), limits.wrap_up_over_ms
            elif agent.state is AgentState.PAUSED:
                limit_ms = floor.pause_limits.get(agent.reason, limits.pause_over_ms)
                yield _alarm("pause_long", who, counts_from_ms=agent.since_ms, **of_agent), limit_ms
            elif agent.state is AgentState.NOT_ANSWERING:
                kind = "phone_forwarded" if agent.reason == "forwarded" else "agent_not_answering"
                yield _alarm(kind, who, counts_from_ms=agent.since_ms, **of_agent), 0
            phone = present.phones.get(agent.phone)
            if agent.phone and watch.phone_away_ms and (phone is None or not phone.reachable):
                yield _alarm("phone_unreachable", who, level=BAD, **of_agent), watch.phone_away_ms
            elif phone is not None and phone.other_calls and agent.state is AgentState.READY and watch.phone_used_ms:
                yield _alarm("phone_off_hook", who, **of_agent), watch.phone_used_ms

    def is_open(self, calendar: str, now: Ms) -> bool:
        """Say whether a calendar is open; the one that is not named always is."""
        hours = self.site.hours.get(calendar)
        return hours is None or hours.is_open(hours.local(now, self.site.clock.at(now)))


def _alarm(kind: str, who: str = "", *, level: str = WARN, counts_from_ms: Ms = 0, **fields: Any) -> Alarm:
    return Alarm(key=f"{kind}:{who}", kind=kind, who=who, level=level, counts_from_ms=counts_from_ms, **fields)
