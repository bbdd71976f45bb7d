"""From records to the rows of the page: equal to a plain count, "-" with a reason, thresholds, nothing of callers."""

import msgspec
import pytest

from router.board.board import rooms_of
from router.board.counting import Counting
from router.board.expected import Forecasts, expected
from router.board.measured import NOTHING, Measured
from router.board.rows import Row
from router.board.view import Looks, rows_of
from router.board.watch import Alarm
from router.board.words import WORDS, words_of
from router.core import records
from router.core.present import CallbackNow, CallNow, CallStage, Present
from router.core.records import AgentState, Record
from router.core.wall import Room, Wall
from router.drill.floor_day import FloorDay
from router.site import Site
from support.day_count import agents_now, counted
from support.sites import NOON, small_site

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def site() -> Site:
    plain = small_site()
    queue = next(iter(plain.floor.queues))
    return msgspec.structs.replace(plain, wall=Wall(rooms={"one": Room(name="one", queues=(str(queue),))}))


@pytest.fixture(scope="module")
def hour(site: Site) -> list[Record]:
    day = FloorDay(site, NOON, calls_per_s=0.2, talk_ms=40_000, patience_ms=45_000)
    return day.start() + day.until(NOON + HOUR_MS)


def looked(site: Site, stream: list[Record], now: int, measured: Measured | None = None) -> dict[str, Row]:
    present = Present()
    counting = Counting(site.clock, within_ms=20_000, rooms=tuple(rooms_of(site).values()))
    for record in stream:
        present.apply(record)
    counting.take(stream)
    found = counting.count(now) if measured is None else measured
    return rows_of(Looks(site, present, found, (), Forecasts(), None, now), rooms_of(site).values())


def test_the_day_equals_a_plain_count(site: Site, hour: list[Record]) -> None:
    now = NOON + HOUR_MS
    rows = looked(site, hour, now)
    for queue in map(str, site.floor.queues):
        plain, row = counted(hour, NOON - HOUR_MS, queue), rows[f"queue:{queue}"]
        assert plain.number("answered") > 50 and plain.number("abandoned") > 2
        assert row["answered"]["v"] == plain.number("answered")
        assert row["offered"]["v"] == plain.offered
        assert row["waiting"]["v"] == len(plain.asked_at)
        assert row["sl_day"]["v"] == pytest.approx(plain.level(now), abs=0.006)
        assert row["abandoned"]["v"] == pytest.approx(plain.abandonment(), abs=0.006)
        assert row["asa"]["v"] == pytest.approx(plain.asa_ms(), abs=1)
        assert row["late"]["v"] == pytest.approx(100 * plain.late / plain.number("answered"), abs=0.006)
        recent = counted(hour, now - 900_000, queue)
        assert row["sl_now"]["v"] == pytest.approx(recent.level(now), abs=0.006)
    states = agents_now(hour)
    assert {row["agent"]: row["state"] for key, row in rows.items() if key.startswith("agent:")} == {
        **{str(agent): "signed_out" for agent in site.floor.agents},
        **states,
    }


def test_the_spread_of_those_who_hung_up_adds_up(site: Site, hour: list[Record]) -> None:
    plain = counted(hour, NOON - HOUR_MS)
    spread = [0] * 5
    for outcome, wait_ms in plain.outcomes:
        if outcome.startswith("abandoned"):
            spread[sum(wait_ms > bound for bound in (5_000, 20_000, 60_000, 180_000))] += 1
    assert looked(site, hour, NOON + HOUR_MS)["sum:all"]["abandoned"]["spread"] == spread


def test_nothing_yet_is_a_dash_with_a_reason_and_never_a_zero(site: Site) -> None:
    rows = looked(site, [], NOON, NOTHING)
    for queue in map(str, site.floor.queues):
        row = rows[f"queue:{queue}"]
        for name in (
            "longest",
            "average",
            "expected",
            "sl_now",
            "sl_half",
            "sl_day",
            "abandoned",
            "asa",
            "late",
            "rings",
        ):
            assert row[name]["v"] is None and row[name]["why"], name
            assert f"why.{row[name]['why']}" in words_of("zh"), row[name]["why"]
    assert rows["sum:all"]["ready"]["v"] is None


def test_callers_still_waiting_beyond_x_count_as_missed(site: Site) -> None:
    day = FloorDay(site, NOON, calls_per_s=0.5, agents=0, patience_ms=10_000_000)
    stream = day.start() + day.until(NOON + 30_000)
    now = NOON + 300_000
    level = looked(site, stream, now)["sum:all"]["sl_now"]
    assert counted(stream, NOON).asked_at and level == {"v": 0.0, "level": "bad"}


def test_no_callers_number_is_in_any_row(site: Site, hour: list[Record]) -> None:
    text = msgspec.json.encode(looked(site, hour, NOON + HOUR_MS)).decode()
    numbers = {record.caller for record in hour if type(record).__name__ == "CallReceived"}  # type: ignore[attr-defined]
    assert numbers and not any(number in text or number.removeprefix("+86") in text for number in numbers)


def test_a_rooms_sum_is_of_its_queues(site: Site, hour: list[Record]) -> None:
    rows = looked(site, hour, NOON + HOUR_MS)
    queue = str(next(iter(site.floor.queues)))
    assert rows["sum:one"]["answered"]["v"] == rows[f"queue:{queue}"]["answered"]["v"]


def test_an_alarm_colours_its_agents_tile(site: Site) -> None:
    number = str(next(iter(site.floor.agents)))
    alarm = Alarm(key=f"wrap_up_long:{number}", kind="wrap_up_long", who=number, level="warn", of_agent=True)
    rows = rows_of(Looks(site, Present(), NOTHING, (alarm,), Forecasts(), None, NOON), rooms_of(site).values())
    assert rows[f"agent:{number}"]["level"] == "warn" and rows[f"alarm:{alarm.key}"]["who"] == number


def test_open_callbacks_are_those_of_the_present_whenever_they_were_booked(site: Site) -> None:
    queue = str(next(iter(site.floor.queues)))
    present = Present(callbacks=[CallbackNow(callback="1", queue=queue, state="parked", asked_at_ms=NOON - 86_400_000)])
    rows = rows_of(Looks(site, present, NOTHING, (), Forecasts(), None, NOON), rooms_of(site).values())
    assert rows[f"queue:{queue}"]["callbacks"] == {"v": 1}


def test_every_state_has_words() -> None:
    assert all(f"state.{state.value}" in WORDS for state in AgentState)


def test_expected_is_the_routers_forecast_of_who_stands_last() -> None:
    def waits(call: str) -> CallNow:
        return CallNow(call_id=call, stage=CallStage.WAITING, arrived_at_ms=NOON, queue="gas", asked_at_ms=NOON)

    forecasts, line = Forecasts(), [waits("a"), waits("b")]
    busy = {"talking": 2}
    assert expected("gas", line, busy, {}, forecasts) == {"v": None, "why": "no_rate"}
    assert expected("gas", line, busy, {"answered": 30.0}, forecasts) == {"v": 90_000}
    common = {"seq": 1, "at_ms": NOON, "v": 1, "config": "c", "queue": "gas", "low_ms": 1, "high_ms": 2}
    forecasts.take(records.WaitEstimated(call_id="b", position=2, ahead=1, agents=2, mean_ms=61_400, **common))
    assert expected("gas", line, busy, {"answered": 30.0}, forecasts) == {"v": 61_000}
    assert expected("gas", line[:1], busy, {"answered": 30.0}, forecasts) == {"v": 60_000}
    assert expected("gas", [], {"ready": 1}, {}, forecasts) == {"v": 0}
    assert expected("gas", [], {"paused": 1}, {}, forecasts) == {"v": None, "why": "no_agents"}
