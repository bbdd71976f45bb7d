"""Who is led into the survey after the talk, by lot and by rule; what becomes of call and agent."""

import msgspec
import pytest

from router.control.call import Stage
from router.core import commands, events, records
from router.core.events import LegEnd
from router.core.ids import AgentId, ChannelId, PhoneName, QueueName
from router.core.records import AgentState
from support.outside import Outside

DIRECT, ALARM = "4001862", "4001861"


class Line(Outside):
    """One agent, and calls that come to a talk; keeps all that was put out."""

    def __init__(self, **queue: object) -> None:
        self.out: list[object] = []
        super().__init__(**{"survey_flow": "how_was_it", **queue})
        self.feed(events.PhoneReachabilityChanged(phone=PhoneName("1001"), reachable=True))
        self.feed(events.AgentSignInAsked(agent=AgentId("1001"), phone=PhoneName("1001")))

    def _take(self, outputs: list) -> None:  # type: ignore[type-arg]
        self.out += outputs
        super()._take(outputs)

    def talk(self, did: str = DIRECT) -> tuple[ChannelId, ChannelId]:
        """Returns the caller's channel and the agent's leg of a talk."""
        channel = self.arrive(did)
        self.feed(events.CallAnswered(channel=channel))
        (leg,) = self.legs
        self.feed(events.AgentLegRinging(leg=leg))
        self.feed(events.AgentLegAnswered(leg=leg))
        self.legs[leg] = "up"
        (bridge,) = self.bridges
        self.feed(events.LegsConnected(bridge=bridge))
        self.advance(5_000)
        self.out.clear()
        return channel, leg

    def played_all(self) -> None:
        """What is being played is over."""
        for playback in list(self.playing):
            del self.playing[playback]
            self.feed(events.PlaybackFinished(playback=playback))

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        return [output for output in self.out if isinstance(output, kind)]

    @property
    def agent_state(self) -> AgentState:
        return self.core.desk.state.floor.agents[AgentId("1001")].state


def test_the_agent_leaves_and_the_caller_is_asked() -> None:
    line = Line()
    channel, leg = line.talk()
    line.leg_leaves(leg, LegEnd.HUNG_UP)
    assert line.of(records.TalkEnded)[0].ended_by == "agent"
    assert line.agent_state is AgentState.WRAP_UP, "wrap-up begins when the agent hangs up"
    assert not line.of(records.CallEnded)
    order = [type(output).__name__ for output in line.out]
    assert order.index("DestroyBridge") < order.index("PlayPrompts"), "the prompt comes after the bridge is gone"
    (call,) = line.core.desk.state.calls.values()
    assert call.stage is Stage.SURVEY
    line.played_all()
    line.feed(events.KeyPressed(channel=channel, key="5"))
    (score,) = line.of(records.ScoreGiven)
    assert (score.score, score.queue, score.agent) == (5, "desk", "1001")
    line.played_all()
    line.played_all()
    (ended,) = line.of(records.CallEnded)
    assert (ended.outcome.value, ended.ended_by, ended.talk_ms) == ("answered", "router", 5_000)
    assert line.of(commands.HangUpLeg)[-1].channel == channel


def test_who_hangs_up_in_it_ended_an_answered_call() -> None:
    line = Line()
    channel, leg = line.talk()
    line.leg_leaves(leg, LegEnd.HUNG_UP)
    line.caller_leaves(channel)
    (ended,) = line.of(records.CallEnded)
    assert (ended.outcome.value, ended.ended_by, ended.detail) == ("answered", "caller", "survey")
    assert not line.core.desk.state.calls


def test_the_caller_who_leaves_first_is_not_asked() -> None:
    line = Line()
    channel, _ = line.talk()
    line.caller_leaves(channel)
    assert not line.of(commands.PlayPrompts)
    assert line.of(records.CallEnded)[0].ended_by == "caller"


@pytest.mark.parametrize(("asked", "survey_emergencies"), [(False, False), (True, True)])
def test_emergencies_only_where_set(asked: bool, survey_emergencies: bool) -> None:
    line = Line()
    queues = line.sites["v1"].floor.queues
    alarm = {"survey_flow": "how_was_it", "survey_emergencies": survey_emergencies}
    queues[QueueName("alarm")] = msgspec.structs.replace(queues[QueueName("alarm")], **alarm)
    _, leg = line.talk(ALARM)
    line.leg_leaves(leg, LegEnd.HUNG_UP)
    assert bool(line.of(commands.PlayPrompts)) == asked


def test_the_share_is_drawn_by_lot_and_a_replay_draws_the_same() -> None:
    def course() -> list[bool]:
        line, asked = Line(survey_share=30, wrap_up_ms=0), []
        for _ in range(200):
            channel, leg = line.talk()
            line.leg_leaves(leg, LegEnd.HUNG_UP)
            asked.append(bool(line.of(commands.PlayPrompts)))
            line.caller_leaves(channel)
            line.advance(10_000)
        return asked

    first = course()
    assert 40 <= sum(first) <= 80
    assert course() == first


def test_a_share_of_nothing_asks_nobody() -> None:
    line = Line(survey_share=0)
    _, leg = line.talk()
    line.leg_leaves(leg, LegEnd.HUNG_UP)
    assert line.of(records.CallEnded)[0].ended_by == "agent"


def test_it_goes_on_over_a_restart_and_is_not_skipped() -> None:
    """The agent hung up while we were away: the question that is asked now is not taken for one that was lost."""
    line = Line()
    _, leg = line.talk()
    del line.legs[leg]
    line.restart()
    assert len(line.of(commands.PlayPrompts)) == 1
    (call,) = line.core.desk.state.calls.values()
    assert (call.stage, call.session is not None and call.session.playing) == (Stage.SURVEY, True)
