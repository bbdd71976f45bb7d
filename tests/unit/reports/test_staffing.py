"""The roster tables, worked out by hand."""

import pytest

from router.acd.erlang import agents_for, erlang_a
from router.kpi.clockwork import HALF_HOUR_MS
from router.reports.period import cuts, period_of
from router.reports.staffing import Half, Model, Past, Planner, Roster, busiest_per_agent, month_before
from support.tape import MIDNIGHT, SHANGHAI

DAY_MS = 86_400_000
MODEL = Model(handling_s=180, patience_s=120, per_seat_hour=6, target_share=0.8, within_s=20)
PERIOD = period_of("day", "2026-06-21", SHANGHAI, MIDNIGHT)
NINE = 18
"""The half hour at 09:00."""


def half_at(day: int, half: int) -> int:
    return MIDNIGHT + day * DAY_MS + half * HALF_HOUR_MS


def planned(halves: dict[int, Half], *, weeks: int = 6, model: Model = MODEL, until: int = MIDNIGHT + DAY_MS) -> Roster:
    past = Past(halves=halves, known_from=MIDNIGHT - weeks * 7 * DAY_MS, known_to=until)
    columns = cuts(PERIOD, SHANGHAI)
    return Planner(past, model, PERIOD, SHANGHAI).tables(columns, month_before(PERIOD, columns, SHANGHAI))


def test_the_forecast_is_the_mean_of_the_same_weekdays_half_hours_and_its_spread_their_deviation() -> None:
    halves = {half_at(-7 * week, NINE): Half(offered=calls) for week, calls in enumerate((30, 36, 42), 1)}
    halves[half_at(-1, NINE)] = Half(offered=500)  # another weekday
    halves[half_at(0, NINE)] = Half(offered=45, signed_in_h=2)
    nine = planned(halves, weeks=3).columns[9]
    assert (nine.forecast, nine.spread, nine.weeks) == (36, 6, 3)
    assert (nine.actual, nine.off) == (45, pytest.approx(0.25))
    assert nine.actual_person == 22.5


def test_a_week_without_calls_counts_as_nought_and_one_not_known_does_not_count() -> None:
    halves = {half_at(-7, NINE): Half(offered=12)}
    assert planned(halves, weeks=2).columns[9].forecast == 6
    one = planned(halves, weeks=1).columns[9]
    assert (one.forecast, one.spread) == (12, None)
    assert planned({}, weeks=0).columns[9].forecast is None


def test_agents_needed_are_erlang_as_for_the_forecast() -> None:
    halves = {half_at(-7 * week, NINE): Half(offered=60) for week in range(1, 7)}
    nine = planned(halves).columns[9]
    need = agents_for(60 / 1800, 180, 120, 0.8, 20)
    assert nine.needed == need  # the half hour at 09:30 has no load, so it does not count
    assert erlang_a(60 / 1800, 180, need, 120).service_level(20) >= 0.8
    assert erlang_a(60 / 1800, 180, need - 1, 120).service_level(20) < 0.8


def test_seats_are_held_against_need_and_against_load() -> None:
    halves = {half_at(-7 * week, NINE): Half(offered=60) for week in range(1, 7)}
    need = agents_for(60 / 1800, 180, 120, 0.8, 20)
    halves[half_at(0, NINE)] = Half(rostered_h=(need - 1) / 2)
    found = planned(halves)
    nine = found.columns[9]
    assert (nine.seats, nine.short) == (need - 1, 1)
    assert nine.bearable == pytest.approx((need - 1) / 2 * 6)
    assert nine.use == pytest.approx(60 / ((need - 1) * 3))
    assert nine.forecast_person == pytest.approx(60 / ((need - 1) / 2))
    assert found.whole.seats == need - 1 and found.columns[10].seats is None


def test_the_month_before_is_a_days_mean_of_it() -> None:
    halves = {half_at(day, NINE): Half(offered=31, signed_in_h=0.5) for day in range(-51, -20)}  # all of May
    nine = planned(halves, weeks=8).columns[9]
    assert (nine.last, nine.last_person) == (31, 62)


def test_how_far_off_the_forecast_was() -> None:
    halves = {half_at(-7, NINE): Half(offered=10), half_at(-7, NINE + 1): Half(offered=10)}
    halves |= {half_at(0, NINE): Half(offered=8), half_at(0, NINE + 1): Half(offered=12)}
    assert planned(halves, weeks=1).error == pytest.approx(4 / 20)


def test_what_is_not_over_has_no_actual_load() -> None:
    found = planned({half_at(-7, NINE): Half(offered=10)}, until=half_at(0, NINE) + HALF_HOUR_MS)
    assert found.columns[8].actual == 0 and found.columns[9].actual is None and found.columns[9].off is None


def test_nobody_handled_a_call_means_no_need_is_known() -> None:
    model = Model(handling_s=None, patience_s=None, per_seat_hour=None, target_share=0.8, within_s=20)
    nine = planned({half_at(-7, NINE): Half(offered=10)}, model=model).columns[9]
    assert nine.needed is None and nine.bearable is None


def test_bearable_goes_by_the_busiest_hour_of_each_day() -> None:
    hours = [(1, 50.0, 9.0), (1, 80.0, 6.0), (2, 70.0, 7.0), (2, 10.0, 20.0), (3, 99.0, None)]
    assert busiest_per_agent(hours) == 7
    assert busiest_per_agent([]) is None
