"""What is an alarm, from when until when."""

import msgspec
import pytest

from router.board.watch import BAD, Health, Watcher
from router.core import records
from router.core.calendar import Calendar, Hours
from router.core.present import AgentNow, CallbackNow, CallNow, CallStage, PhoneNow, Present
from router.core.records import AgentState, Record
from router.core.wall import Thresholds, Wall, Watch
from router.site import Site
from support.sites import NOON, small_site

QUIET = Watch(quiet_after_ms=0, unstaffed_ms=0, phone_used_ms=0, phone_away_ms=0, router_away_ms=0)


def site_with(watch: Watch = QUIET, **fields: object) -> Site:
    return msgspec.structs.replace(small_site(), wall=Wall(watch=watch), **fields)


def alarms(watcher: Watcher, present: Present, now: int, health: Health | None = None) -> dict[str, str]:
    found = watcher.look(present, now, health)
    return {f"{alarm.kind} {alarm.who}".strip(): alarm.level for alarm in found.values()}


def booked(callback: str, due_ms: int) -> CallbackNow:
    return CallbackNow(callback=callback, queue="q1", state="parked", due_ms=due_ms)


def alert(kind: str, subject: str = "", at_ms: int = NOON) -> Record:
    return records.Alert(seq=1, at_ms=at_ms, v=1, config="c", kind=kind, subject=subject, call_id="", detail="")


def agent(state: AgentState, since_ms: int = NOON, reason: str = "") -> Present:
    return Present(agents=[AgentNow(agent="1001", state=state, since_ms=since_ms, reason=reason, phone="1001")])


def test_no_call_for_long_is_an_alarm_in_opening_hours_only() -> None:
    watch = msgspec.structs.replace(QUIET, quiet_after_ms=600_000, hours="office")
    whole_day = Calendar(name="office", week=(Hours(open=((0, 1440),)),) * 7)
    never = Calendar(name="office", week=(Hours(),) * 7)
    for calendar, expected in ((whole_day, {"quiet": "warn"}), (never, {})):
        watcher = Watcher(site_with(watch, hours={"office": calendar}))
        watcher.last_call_ms = NOON
        assert alarms(watcher, Present(), NOON + 599_999) == {}
        assert alarms(watcher, Present(), NOON + 600_000) == expected
        watcher.take(
            records.CallReceived(
                seq=1,
                at_ms=NOON + 600_001,
                v=1,
                config="c",
                call_id="x",
                did="1",
                caller="",
                withheld=True,
                trunk="",
                diverted_from="",
            )
        )
        assert alarms(watcher, Present(), NOON + 600_002) == {}


def test_an_open_queue_with_nobody_signed_in_is_a_bad_alarm() -> None:
    watcher = Watcher(site_with(msgspec.structs.replace(QUIET, unstaffed_ms=60_000)))
    queue = next(iter(watcher.site.floor.queues))
    assert alarms(watcher, Present(), NOON) == {}
    assert alarms(watcher, Present(), NOON + 60_000)[f"nobody_signed_in {queue}"] == BAD
    closed = Present(closed=dict.fromkeys(map(str, watcher.site.floor.queues), "1001"))
    assert alarms(watcher, closed, NOON + 61_000) == {}
    # open again: the minute begins anew
    assert alarms(watcher, Present(), NOON + 62_000) == {}


def test_wrap_up_and_pauses_count_from_the_agents_own_clock() -> None:
    watcher = Watcher(site_with())
    limits = Thresholds()
    long = NOON + limits.wrap_up_over_ms
    assert alarms(watcher, agent(AgentState.WRAP_UP), long - 1) == {}
    assert alarms(watcher, agent(AgentState.WRAP_UP), long) == {"wrap_up_long 1001": "warn"}
    assert alarms(watcher, agent(AgentState.READY), long) == {}
    pause = NOON + limits.pause_over_ms
    assert alarms(watcher, agent(AgentState.PAUSED, reason="break"), pause) == {"pause_long 1001": "warn"}


def test_a_phone_that_is_away_or_off_the_hook() -> None:
    watch = msgspec.structs.replace(QUIET, phone_away_ms=15_000, phone_used_ms=60_000)
    watcher = Watcher(site_with(watch))
    away = agent(AgentState.READY)
    assert alarms(watcher, away, NOON) == {}
    assert alarms(watcher, away, NOON + 15_000) == {"phone_unreachable 1001": BAD}
    used = agent(AgentState.READY)
    used.phones["1001"] = PhoneNow(phone="1001", reachable=True, other_calls=1)
    assert alarms(watcher, used, NOON + 16_000) == {}
    assert alarms(watcher, used, NOON + 76_000) == {"phone_off_hook 1001": "warn"}
    used.phones["1001"].other_calls = 0
    assert alarms(watcher, used, NOON + 77_000) == {}


def test_a_forwarded_phone_is_told_until_it_is_ready_again() -> None:
    watcher = Watcher(site_with())
    watcher.take(alert("phone_forwarded", "1001"))
    forwarded = agent(AgentState.NOT_ANSWERING, reason="forwarded")
    assert alarms(watcher, forwarded, NOON) == {"phone_forwarded 1001": "warn"}
    assert alarms(watcher, agent(AgentState.READY), NOON + 1) == {}


def test_what_happened_once_is_shown_for_a_while() -> None:
    watcher = Watcher(site_with())
    watcher.take(alert("surge_step", "flying experts"))
    watcher.take(alert("account_locked"))
    show_ms = watcher.site.wall.watch.show_ms
    assert alarms(watcher, Present(), NOON + show_ms - 1) == {"surge_step flying experts": "warn"}
    assert alarms(watcher, Present(), NOON + show_ms) == {}


def test_a_surge_plans_steps_are_shown_until_they_are_released() -> None:
    watcher = Watcher(site_with())
    watcher.take(alert("surge_step_taken", "inbound"))
    watcher.take(alert("seats_missing", "inbound"))
    assert alarms(watcher, Present(), NOON) == {"surge_step_taken inbound": "warn", "seats_missing inbound": BAD}
    common = {"v": 1, "config": "c", "plan": "inbound", "step": 1, "group": "experts", "waiting": 8}
    watcher.take(records.SurgeStepReleased(seq=3, at_ms=NOON, agents=(), after_call=(), by="plan", **common))
    assert alarms(watcher, Present(), NOON) == {}


def test_an_emergency_is_bad_as_long_as_it_waits() -> None:
    watcher = Watcher(site_with())
    watcher.take(alert("emergency_waiting", "gas"))
    call = CallNow(
        call_id="e", stage=CallStage.WAITING, arrived_at_ms=NOON, queue="gas", call_class="emergency", asked_at_ms=NOON
    )
    assert alarms(watcher, Present(calls=[call]), NOON + 3_600_000) == {"emergency_waiting gas": BAD}
    assert alarms(watcher, Present(), NOON + 3_600_001) == {}


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (None, {}),
        (Health(), {}),
        (Health(up=False), {"router_away": BAD}),
        (Health(switch_up=False), {"switch_away": BAD}),
        (Health(trunks_down=("carrier",)), {"trunk_down carrier": BAD}),
    ],
)
def test_router_switch_and_trunks(health: Health | None, expected: dict[str, str]) -> None:
    watcher = Watcher(site_with(msgspec.structs.replace(QUIET, router_away_ms=10_000)))
    assert alarms(watcher, Present(), NOON, health) == {}
    assert alarms(watcher, Present(), NOON + 10_000, health) == expected


def test_callbacks_whose_time_has_come_are_an_alarm_of_their_queue() -> None:
    watcher = Watcher(site_with())
    present = Present(callbacks=[booked("1", NOON), booked("2", NOON + 1), booked("3", 0)])
    assert watcher.look(present, NOON - 1, None) == {}
    (alarm,) = watcher.look(present, NOON, None).values()
    assert (alarm.kind, alarm.who, alarm.count) == ("callback_due", "q1", 1)
    (alarm,) = watcher.look(present, NOON + 1, None).values()
    assert alarm.count == 2
    present.apply(
        records.CallbackEnded(
            seq=1,
            at_ms=NOON + 2,
            v=1,
            config="c",
            callback="1",
            queue="q1",
            number="",
            result="kept",
            why="",
            tries=1,
            agent="1001",
            span_ms=0,
            to_talk_ms=0,
            round_name="",
            by="",
        )
    )
    (alarm,) = watcher.look(present, NOON + 2, None).values()
    assert alarm.count == 1
