"""The live check finds nothing and changes nothing, whatever happened, as long as nobody broke the core by hand."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from properties.test_callcontrol_machine import Course

from router.core import events


@settings(max_examples=40, deadline=None)
@example(seed=56037285, steps=62)  # an agent without the skill a queue needs signs out, and its step begins by that
@example(seed=287786296, steps=70)  # a step goes as somebody without the skill signs in, and a plan sends agents back
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 150))
def test_a_sound_core_is_left_alone(seed: int, steps: int) -> None:
    course = Course(seed)
    for _ in range(steps):
        course.step()
        outside = course.outside
        before = outside.core.snapshot()
        assert outside.core.handle(events.HealthChecked(), outside.now) == []
        assert outside.core.snapshot() == before
