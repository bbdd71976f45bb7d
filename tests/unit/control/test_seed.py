"""What is left to chance follows from the seed of the router's start, and from nothing else."""

from router.callcontrol import CallControl
from router.core import events
from router.core.ids import AgentId, PhoneName
from support.sites import NOON, small_site


def _luck(seed: int) -> list[float]:
    core = CallControl({"v1": small_site(strategy="random")}, "v1")
    core.handle(events.RouterStarted(epoch=1, config="v1", seed=seed), NOON)
    for number in ("1001", "1002"):
        core.handle(events.PhoneReachabilityChanged(phone=PhoneName(number), reachable=True), NOON)
        core.handle(events.AgentSignInAsked(agent=AgentId(number), phone=PhoneName(number)), NOON)
    return [status.luck for status in core.desk.state.floor.agents.values()]


def test_the_same_seed_draws_the_same_and_another_draws_another() -> None:
    assert _luck(7) == _luck(7)
    assert _luck(7) != _luck(8)
    assert len(set(_luck(7))) == 2
