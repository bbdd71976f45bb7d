"""Random flows of all node types, random callers and answers: every walk ends, and leaves nothing open behind.

Where a flow names people, no caller is lost.
"""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.core.calendar import Calendar, Hours
from router.core.localtime import LocalClock
from router.ivr.effects import (
    AnyEffect,
    Ask,
    CancelTimer,
    End,
    Enqueue,
    Play,
    PlayMusic,
    SetTimer,
    StopMusic,
    StopPlaying,
    Withdraw,
)
from router.ivr.flow import Flow, Script
from router.ivr.orders import Reply
from router.ivr.session import QueueView, Session, View, begin, key, left_queue, played, replied, timer
from router.ivr.walk import MAX_STEPS
from support.random_flows import FLOWS, flows, flows_with_people

CALENDAR = Calendar(name="h", week=(Hours(open=((480, 1020),)),) * 7, days={0: Hours(holiday="Feast")})
NAMES_SPOKEN = ("here", "there", "words/1", "words/2", "router/invalid_key")
PROMPTS = {language: {name: (f"{language}:{name}",) for name in NAMES_SPOKEN} for language in ("en", "zh")}
STATUSES = (
    "ok", "missing", "refused", "failed", "locked", "closed", "do_not_disturb", "busy", "no_answer", "rejected",
    "forwarded", "unreachable", "full", "nobody", "timeout", "strange",
)  # fmt: skip
HOSTILE = ("", "7", "x" * 3_000, "\x00\r\n", "<html>", "{caller}", "１２", "-1e999", "2026-02-29", "__import__('os')")

acts = st.lists(st.sampled_from([*"01249*#A", "played", "timer", "reply", "queue"]), max_size=60)
views = st.builds(
    View,
    caller=st.sampled_from(("", "+8613800000000", "+12025550100")),
    withheld=st.booleans(),
    did=st.sampled_from(("1", *HOSTILE)),
    diverted_from=st.sampled_from(("", *HOSTILE)),
    clock=st.just(LocalClock(zone="UTC")),
    now=st.integers(0, 40_000 * 86_400_000),
    queues=st.fixed_dictionaries(
        {
            "q": st.builds(
                QueueView,
                waiting=st.integers(0, 9),
                agents_ready=st.integers(0, 2),
                estimate_ms=st.one_of(st.none(), st.integers(0, 10**7)),
            )
        }
    ),
)
replies = st.lists(
    st.builds(
        Reply,
        status=st.sampled_from(STATUSES),
        fields=st.fixed_dictionaries(
            {},
            optional={
                "x": st.sampled_from(HOSTILE),
                "y": st.sampled_from(HOSTILE),
                "by": st.sampled_from(HOSTILE),
                "recording": st.just("s.1.c1.r1"),  # these three are ours
                "length_ms": st.sampled_from(("0", "1500", "60000")),
                "count": st.sampled_from(("0", "2")),
            },
        ),
    ),
    min_size=1,
    max_size=8,
)


class Outside:
    """What call control would see of one caller. Fails where a rule of the effects is broken."""

    def __init__(self) -> None:
        self.playing = self.music = self.asking = self.waiting = self.over = False
        self.timers: set[str] = set()

    @property
    def something_will_happen(self) -> bool:
        return self.playing or self.asking or self.waiting or bool(self.timers)

    def carry_out(self, effects: list[AnyEffect]) -> None:
        for effect in effects:
            assert not self.over, "an effect after the end"
            match effect:
                case Play(media=media):
                    assert not self.playing, "a second playback while one is open"
                    assert not self.music, "a playback into music"
                    assert media
                    self.playing = True
                case StopPlaying():
                    assert self.playing, "nothing to stop"
                    self.playing = False
                case PlayMusic():
                    assert not self.playing, "music into a playback"
                    assert not self.music, "music twice"
                    self.music = True
                case StopMusic():
                    assert self.music, "no music to stop"
                    self.music = False
                case SetTimer(name=name):
                    self.timers.add(name)
                case CancelTimer(name=name):
                    self.timers.discard(name)
                case Ask():
                    assert not self.asking, "a second question while one is open"
                    self.asking = True
                case Withdraw():
                    assert self.asking, "nothing to withdraw"
                    self.asking = False
                case Enqueue():
                    self._nothing_open()
                    assert not self.waiting, "in two queues"
                    self.waiting = True
                case End():
                    self._nothing_open()
                    self.over = True
                case _:
                    pass

    def _nothing_open(self) -> None:
        assert not self.playing, "the caller leaves the flow with a playback open"
        assert not self.music, "the caller leaves the flow with music on"
        assert not self.timers, "the caller leaves the flow with a timer set"
        assert not self.asking, "the caller leaves the flow with a question open"


class Course:
    """One caller's walk, by acts; ``seen`` is all that was ordered."""

    def __init__(self, flows: dict[str, Flow], view: View, answers: list[Reply]) -> None:
        self.script = Script(
            language="en", flows=flows, prompts=PROMPTS, hours={"h": CALENDAR}, fallbacks={"zh": ("en",)}
        )
        self.session = Session(flow=FLOWS[0], node="", language="en")
        self.view = view
        self.outside = Outside()
        self.seen: list[AnyEffect] = []
        self._answers = answers
        self._next_answer = 0
        self._carry_out(begin(self.script, self.session, view))

    def act(self, what: str) -> None:
        """Let something happen, where it can; a snapshot before it changes nothing."""
        self.session = msgspec.json.decode(msgspec.json.encode(self.session), type=Session)
        outside, script, session, view = self.outside, self.script, self.session, self.view
        if what == "played" and outside.playing:
            outside.playing = False
            self._carry_out(played(script, session, view))
        elif what == "timer" and outside.timers:
            name = min(outside.timers)
            outside.timers.discard(name)
            self._carry_out(timer(script, session, view, name))
        elif what == "reply" and outside.asking:
            outside.asking = False
            self._carry_out(replied(script, session, view, self._answer()))
        elif what == "queue" and outside.waiting:
            outside.waiting = False
            self._carry_out(left_queue(script, session, view, self._answer()))
        elif len(what) == 1:
            self._carry_out(key(script, session, view, what))

    def fall_silent(self) -> None:
        """The caller does nothing any more: it must come to an end by itself, or wait for people."""
        for _ in range(20 * MAX_STEPS):  # nodes, times their tries, times prompt and pause
            if self.outside.over or self.outside.waiting:
                return
            self.act("reply" if self.outside.asking else "played" if self.outside.playing else "timer")

    def _answer(self) -> Reply:
        self._next_answer += 1
        return self._answers[self._next_answer % len(self._answers)]

    def _carry_out(self, effects: list[AnyEffect]) -> None:
        self.seen += effects
        self.outside.carry_out(effects)
        if self.outside.over:
            return
        assert self.session.playing == self.outside.playing
        assert self.session.music == self.outside.music
        assert self.session.asking == self.outside.asking
        assert self.session.waiting == self.outside.waiting
        assert set(self.session.timers) == self.outside.timers
        assert self.outside.something_will_happen, "nothing will ever happen again"


def walk(flows: dict[str, Flow], view: View, answers: list[Reply], chosen: list[str]) -> Course:
    course = Course(flows, view, answers)
    for what in chosen:
        if course.outside.over:
            return course
        course.act(what)
    course.fall_silent()
    return course


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(flows(), views, replies, acts)
def test_every_walk_ends_and_leaves_nothing_open(
    flows: dict[str, Flow], view: View, answers: list[Reply], chosen: list[str]
) -> None:
    course = walk(flows, view, answers, chosen)
    assert course.outside.over or course.outside.waiting
    assert sum(isinstance(effect, End) for effect in course.seen) == course.outside.over


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(flows_with_people(), views, replies, acts)
def test_where_flows_have_people_nobody_is_lost(
    flows: dict[str, Flow], view: View, answers: list[Reply], chosen: list[str]
) -> None:
    course = walk(flows, view, answers, chosen)
    ends = [effect for effect in course.seen if isinstance(effect, End)]
    assert [end for end in ends if end.outcome == "lost" and "circles" not in end.detail] == []
    assert all(any(isinstance(one, Enqueue) for one in course.seen) for end in ends if end.outcome == "lost")


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(flows(), views, replies, acts)
def test_the_same_caller_makes_the_same_walk(
    flows: dict[str, Flow], view: View, answers: list[Reply], chosen: list[str]
) -> None:
    assert walk(flows, view, answers, chosen).seen == walk(flows, view, answers, chosen).seen
