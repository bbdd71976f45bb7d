"""Whatever is simulated: every call is counted once, nothing is left behind, and measures stay in their bounds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from router.sim.run import _Run
from router.sim.spans import Exponential, Fixed, Lognormal, Recorded
from support.models import model


@settings(max_examples=30, deadline=None)
@given(
    calls_per_hour=st.floats(1, 2_000),
    aht_s=st.floats(0.01, 400),
    agents=st.integers(1, 12),
    patience_s=st.floats(0.01, 300),
    vip_share=st.sampled_from([0, 0.2, 1]),
    lines=st.sampled_from([None, 1, 6]),
    answering=st.sampled_from(
        [Fixed(0), Fixed(3_000), Exponential(9_000), Lognormal(5_000, 1.0), Recorded((0, 99_000))]
    ),
    seed=st.integers(0, 99),
)
def test_nothing_is_lost_or_counted_twice(
    calls_per_hour: float,
    aht_s: float,
    agents: int,
    patience_s: float,
    vip_share: float,
    lines: int | None,
    answering: Fixed,
    seed: int,
) -> None:
    run = _Run(
        model(
            calls_per_hour=calls_per_hour,
            aht_s=aht_s,
            agents=agents,
            patience_s=patience_s,
            vip_share=vip_share,
            lines=lines,
            answering=answering,
            seed=seed,
            calls=410,
        )
    )
    report = run.carry_out(None)
    for batch in run._batches:
        assert batch.calls == 10 == batch.answered + batch.abandoned + batch.blocked + batch.lost
        assert batch.asked == sum(batch.calls_of) == batch.calls - batch.blocked - batch.lost
        assert batch.wait_ms == sum(batch.wait_ms_of) >= batch.answered_wait_ms
        assert batch.in_target <= batch.answered
        assert batch.busy_ms <= batch.staffed_ms <= agents * batch.span_ms
    assert report.lost_count == 0
    for name in ("p_wait", "p_abandon", "p_block", "service_level", "occupancy"):
        value = report.measures[name].value
        assert value is not None and 0 <= value <= 1
    while run._world.step():
        pass
    state = run._core.desk.state
    assert not (state.calls or state.legs or state.waiting or run._world._callers or run._world._legs)
    assert run._clock.waiting == run._clock.busy == 0
