"""Runs: determinism, conservation, ringing that costs time, rosters, trunks, menus, and callers who give up."""

import msgspec
import pytest

from router.core.ids import AgentId, PhoneName
from router.errors import SimulationError
from router.sim.arrivals import HOUR_MS, Profile, RecordedArrivals
from router.sim.run import Report, _Run, simulate
from router.sim.scenario import Days, Entry, Scenario, Shift
from router.sim.spans import Exponential, Fixed
from support.models import model
from support.sites import small_site


def value(report: Report, name: str) -> float:
    found = report.measures[name].value
    assert found is not None
    return found


def day(arrivals_s: list[float], *agents: str, **fields: object) -> Scenario:
    """Recorded arrivals in seconds since midnight on the small site's bare queue; calls last 100 s."""
    scenario = Scenario(
        site=small_site(wrap_up_ms=0),
        entries=(Entry(name="standard", did="4001862"),),
        arrivals=RecordedArrivals(tuple(round(at * 1_000) for at in arrivals_s)),
        handling=Fixed(100_000),
        shifts=tuple(Shift(agent=AgentId(agent), phone=PhoneName(agent)) for agent in agents),
        length=Days(count=1),
    )
    return msgspec.structs.replace(scenario, **fields)


def test_same_seed_same_figures() -> None:
    scenario = model(calls_per_hour=200, aht_s=180, agents=12, patience_s=60, vip_share=0.3, calls=2_000)
    assert simulate(scenario) == simulate(scenario)
    assert simulate(scenario) != simulate(msgspec.structs.replace(scenario, seed=2))


def test_nothing_is_left_in_the_core() -> None:
    run = _Run(model(calls_per_hour=200, aht_s=180, agents=9, patience_s=60, vip_share=0.3, calls=2_000))
    run.carry_out(None)
    while run._world.step():
        pass
    state = run._core.desk.state
    assert not (state.calls or state.waiting)
    assert run._core.deadline() is None
    assert not (run._world._callers or run._world._of_call)
    assert len(state.legs) == len(run._world._legs) == 9, "the phones stay connected, and nothing else"
    assert run._clock.waiting == run._clock.busy == 0


def test_every_call_is_counted_once() -> None:
    run = _Run(model(calls_per_hour=300, aht_s=180, agents=9, patience_s=60, lines=14, calls=4_100))
    report = run.carry_out(None)
    for batch in run._batches:
        assert batch.calls == 100 == batch.answered + batch.abandoned + batch.blocked
        assert batch.asked == batch.answered + batch.abandoned
    assert report.measured_count + report.warm_up_count == 4_100
    assert value(report, "p_block") > 0 and value(report, "p_abandon") > 0


@pytest.mark.slow
def test_littles_law_between_two_ways_of_measuring() -> None:
    """Callers waiting (over time) = arrivals x mean wait (over calls): counted apart, they must agree."""
    report = simulate(model(calls_per_hour=200, aht_s=180, agents=11, calls=20_000))
    assert value(report, "queue_len") == pytest.approx(200 / 3_600 * value(report, "mean_wait_s"), rel=0.03)


def test_waits_by_hand() -> None:
    """Calls at 0, 10 and 20 s, one agent, 100 s each: waits 0, 90 and 180 s."""
    report = simulate(day([0.001, 10, 20], "1001"))
    assert value(report, "mean_wait_s") == pytest.approx(90, abs=0.01)
    assert value(report, "p_wait") == pytest.approx(2 / 3)
    assert value(report, "service_level") == pytest.approx(1 / 3)


def test_wrap_up_belongs_to_work() -> None:
    site = small_site(wrap_up_ms=50_000)
    report = simulate(day([0.001, 10], "1001", site=site))
    assert value(report, "mean_wait_s") == pytest.approx((150 - 10) / 2, abs=0.01)


def test_ringing_is_part_of_the_wait() -> None:
    report = simulate(day([1], "1001", answering=Fixed(4_000)))
    assert value(report, "asa_s") == 4
    assert value(report, "p_wait") == 0


def test_a_phone_that_rings_too_long_is_passed_on() -> None:
    """Nobody picks up within 15 s, so the caller gives up after their minute."""
    report = simulate(day([1], "1001", "1002", answering=Fixed(40_000), patience=Fixed(60_000)))
    assert value(report, "p_abandon") == 1
    assert value(report, "mean_wait_s") == 60


def test_patience_ends_while_a_phone_rings() -> None:
    report = simulate(day([1], "1001", answering=Fixed(10_000), patience=Fixed(5_000)))
    assert value(report, "p_abandon") == 1


def test_a_shift_begins_and_ends() -> None:
    """The agent works 01:00-02:00; a call before waits for them, one after waits for ever (here: gives up)."""
    shift = Shift(agent=AgentId("1001"), phone=PhoneName("1001"), begins_ms=HOUR_MS, ends_ms=2 * HOUR_MS)
    report = simulate(day([3_000, 8_000], shifts=(shift,), patience=Fixed(1_200_000)))
    assert value(report, "asa_s") == 600
    assert value(report, "p_abandon") == 0.5


def test_a_shift_that_ends_in_a_call_ends_after_it() -> None:
    shift = Shift(agent=AgentId("1001"), phone=PhoneName("1001"), begins_ms=0, ends_ms=60_000)
    report = simulate(day([1, 2], shifts=(shift,), patience=Fixed(300_000)))
    assert value(report, "p_abandon") == 0.5
    run = _Run(day([1], shifts=(shift,)))
    run.carry_out(None)
    assert run._batches[0].answered == 1


def test_busy_lines_turn_calls_away() -> None:
    report = simulate(day([0.001, 10, 20], "1001", lines=2))
    assert value(report, "p_block") == pytest.approx(1 / 3)


def test_callers_go_through_the_menu() -> None:
    """Key 2 leads to the VIPs' head start; the prompt lasts 3 s but a key need not wait for it."""
    report = simulate(day([1], "1001", entries=(Entry(name="vip", did="4001860", keys="2"),), prompts=Fixed(3_000)))
    assert value(report, "vip_wait_s") == 0


def test_days_are_repetitions() -> None:
    calls = [0.0] * 48
    calls[20] = 50.0
    scenario = msgspec.structs.replace(
        day([], "1001", "1002"), arrivals=Profile(tuple(calls)), length=Days(count=10), patience=Exponential(60_000)
    )
    report = simulate(scenario)
    assert report.batches == 10
    assert report.measured_count == pytest.approx(500, rel=0.15)
    assert report.measures["p_abandon"].ci


def test_nobody_at_work_is_refused() -> None:
    with pytest.raises(SimulationError, match="nobody works"):
        simulate(day([1]))


def test_too_short_a_run_says_so() -> None:
    report = simulate(model(calls_per_hour=199, aht_s=180, agents=10, calls=1_000))
    assert any("correlated" in doubt for doubt in report.doubts)


@pytest.mark.slow
def test_watch_is_told() -> None:
    told: list[int] = []
    simulate(model(calls_per_hour=200, aht_s=18, agents=14, calls=21_000), told.append)
    assert told == [10_000, 20_000]


def test_steady_runs_keep_callers_coming_until_the_last_measured_has_gone() -> None:
    report = simulate(model(calls_per_hour=200, aht_s=180, agents=11, calls=2_000, patience_s=0))
    assert report.spare_count > 0
