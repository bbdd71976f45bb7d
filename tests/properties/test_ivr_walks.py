"""Random flows, random callers: every walk ends, and no walk leaves two playbacks open or a timer behind."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.localtime import LocalTime
from router.ivr.effects import AnyEffect, CancelTimer, End, Enqueue, Play, SetTimer, Step, StopPlaying
from router.ivr.flow import Flow, Node, Script
from router.ivr.nodes import enqueue, greeting, hangup, menu, play
from router.ivr.session import Session, View, begin, key, played, timer
from router.ivr.walk import MAX_STEPS

NAMES = ["n0", "n1", "n2", "n3", "n4", "n5"]
VIEW = View(caller="", withheld=True, did="1", diverted_from="", local=LocalTime(day=0, weekday=0, minute=0))
names = st.sampled_from(NAMES)
prompts = st.sampled_from([("here",), ("nowhere",), ("here", "there"), ()])
barge = st.booleans()
nodes: st.SearchStrategy[Node] = st.one_of(
    st.builds(play.Play, prompt=prompts, barge_in=barge, next=names),
    st.builds(greeting.Greeting, prompt=prompts, barge_in=barge, next=names),
    st.builds(
        menu.Menu,
        prompt=prompts,
        keys=st.dictionaries(st.sampled_from(["1", "2", "12", "121", "0", "*", "#0"]), names, min_size=1),
        no_key=st.one_of(st.just(""), names),
        tries=st.integers(1, 4),
        barge_in=barge,
    ),
    st.builds(hangup.Hangup, prompt=prompts),
    st.just(enqueue.Enqueue(queue="q")),
)
flows = st.builds(
    lambda chosen, person: Flow(name="f", start="n0", nodes=dict(zip(NAMES, chosen, strict=True)), person=person),
    st.lists(nodes, min_size=len(NAMES), max_size=len(NAMES)),
    st.one_of(st.just(""), names),
)
acts = st.lists(st.sampled_from([*"0129*#", "played", "timer"]), max_size=60)


class Outside:
    """What call control would see: one playback, timers, whether the session is over. Fails where a rule is broken."""

    def __init__(self) -> None:
        self.playing = False
        self.timers: set[str] = set()
        self.over = False

    def carry_out(self, effects: list[AnyEffect]) -> None:
        for effect in effects:
            assert not self.over, "an effect after the end"
            match effect:
                case Play(media=media):
                    assert not self.playing, "a second playback while one is open"
                    assert media
                    self.playing = True
                case StopPlaying():
                    assert self.playing, "nothing to stop"
                    self.playing = False
                case SetTimer(name=name):
                    self.timers.add(name)
                case CancelTimer(name=name):
                    self.timers.discard(name)
                case Enqueue() | End():
                    assert not self.playing, "the session ends with a playback open"
                    assert not self.timers, "the session ends with a timer set"
                    self.over = True
                case Step():
                    pass


def _walk(flow: Flow, chosen: list[str]) -> tuple[list[AnyEffect], bool]:
    script = Script(
        language="en", flows={"f": flow}, prompts={"en": {"here": ("sound:here",), "there": ("sound:there",)}}
    )
    session = Session(flow="f", node="", language="en")
    outside = Outside()
    seen: list[AnyEffect] = []

    def carry_out(effects: list[AnyEffect]) -> None:
        seen.extend(effects)
        outside.carry_out(effects)
        assert session.playing == outside.playing or outside.over
        assert set(session.timers) == outside.timers
        assert outside.over or outside.playing or outside.timers, "nothing will ever happen again"

    def act(what: str) -> None:
        nonlocal session
        session = msgspec.json.decode(msgspec.json.encode(session), type=Session)  # a snapshot anywhere changes nothing
        if what == "played" and outside.playing:
            outside.playing = False
            carry_out(played(script, session, VIEW))
        elif what == "timer" and outside.timers:
            name = min(outside.timers)
            outside.timers.discard(name)
            carry_out(timer(script, session, VIEW, name))
        elif len(what) == 1:
            carry_out(key(script, session, VIEW, what))

    carry_out(begin(script, session, VIEW))
    for what in chosen:
        if outside.over:
            return seen, True
        act(what)
    for _ in range(4 * MAX_STEPS):  # the caller falls silent: the flow must come to its end by itself
        if outside.over:
            return seen, True
        act("played" if outside.playing else "timer")
    return seen, False


@settings(max_examples=300, deadline=None)
@given(flows, acts)
def test_every_walk_ends_and_leaves_nothing_open(flow: Flow, chosen: list[str]) -> None:
    seen, over = _walk(flow, chosen)
    assert over
    assert sum(isinstance(effect, End | Enqueue) for effect in seen) == 1


@settings(max_examples=50, deadline=None)
@given(flows, acts)
def test_the_same_caller_makes_the_same_walk(flow: Flow, chosen: list[str]) -> None:
    assert _walk(flow, chosen) == _walk(flow, chosen)
