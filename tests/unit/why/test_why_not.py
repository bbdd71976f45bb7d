"""Why an agent did not get a call: each rule that may speak against one, when it did, and the cure."""

from collections.abc import Callable

import msgspec
import pytest

from router.acd.spec import CallClass
from router.core import events
from router.core.events import LegEnd
from router.core.ids import AgentId, CallId, PhoneName
from router.site import Site
from router.why.answer import Answer, explain
from router.why.phrases import Phrases
from router.why.stretches import from_stream
from support.history import History
from support.sites import small_site

CLOCK = small_site().clock


def answer(past: History, language: str = "en") -> Answer:
    watch = past.watch
    words = Phrases(language, CLOCK)
    return explain(watch.call, watch.agent, watch.queue, watch.stretches, watch.decisions, words, language)


def rules(past: History) -> list[str]:
    return [rule for part in answer(past).parts for rule in part.rules]


def grouped(*groups: str, **classes: CallClass) -> Site:
    """The small site with 1001 in these groups."""
    site = small_site()
    agents = dict(site.floor.agents)
    agents[AgentId("1001")] = msgspec.structs.replace(agents[AgentId("1001")], groups=groups)
    floor = msgspec.structs.replace(site.floor, agents=agents, classes={**site.floor.classes, **classes})
    return msgspec.structs.replace(site, floor=floor)


def signed_out(past: History) -> None:
    past.arrive("A")


def paused(past: History) -> None:
    past.sign_in("1001").ask("1001", pause="meal").arrive("A")


def unreachable(past: History) -> None:
    past.sign_in("1001")
    past.feed(events.PhoneReachabilityChanged(phone=PhoneName("1001"), reachable=False))
    past.arrive("A")


def in_use(past: History) -> None:
    past.sign_in("1001")
    past.feed(events.PhoneUseChanged(phone=PhoneName("1001"), channels=1))
    past.arrive("A")


def wrapping_up(past: History) -> None:
    past.sign_in("1001").arrive("B").rings("B").answers("B").wait(3).leave("B").arrive("A")


def talking(past: History) -> None:
    past.sign_in("1001").arrive("B").rings("B").answers("B").arrive("A")


def out_of_rotation(past: History) -> None:
    past.sign_in("1001", "1002").arrive("B").rings("B").wait(15).arrive("A")


def course_call(course: Callable[[History], None]) -> str:
    """The call asked about: the second one where the agent is busy with the first."""
    return "c2" if course in (wrapping_up, talking, out_of_rotation) else "c1"


@pytest.mark.parametrize(
    ("course", "rule", "text", "cure"),
    [
        (signed_out, "signed_out", "1001 was not signed in.", "1001 would have to be signed in"),
        (paused, "paused", "1001 was paused (meal).", "ready instead of paused"),
        (unreachable, "phone_unreachable", "1001's phone 1001 was unreachable.", "registered and reachable"),
        (in_use, "phone_in_use", "in use by a call of its own", "free of other calls"),
        (wrapping_up, "wrap_up", "1001 was in wrap-up.", "1001 would have to be free"),
        (talking, "talking", "1001 was talking on call t.1.c1.", "1001 would have to be free"),
        (out_of_rotation, "not_answering", "1001 was out of rotation (no_answer).", "say ready again"),
    ],
)
def test_each_state_has_its_sentence_and_cure(
    course: Callable[[History], None], rule: str, text: str, cure: str
) -> None:
    past = History(course_call(course))
    course(past)
    told = answer(past)
    assert told.parts[-1].rules == (rule,)
    assert text in told.parts[-1].text
    assert cure in told.instead
    assert not told.got


def test_group_and_skill_are_both_told() -> None:
    site = grouped("back_office")
    desk = msgspec.structs.replace(site.floor.queues["desk"], need=((("gas", 4),),))  # type: ignore[index]
    floor = msgspec.structs.replace(site.floor, queues={**site.floor.queues, desk.name: desk})
    past = History(site=msgspec.structs.replace(site, floor=floor)).sign_in("1001").arrive("A")
    told = answer(past)
    assert told.parts[0].rules == ("group", "skill")
    assert "1001 is in back_office; the queue is served by inbound." in told.parts[0].text
    assert "the call needs gas:4; 1001 has gas:3." in told.parts[0].text
    assert told.instead == ("For it to go to 1001: 1001 would have to be in inbound; 1001 would have to have gas:4.")


def test_another_had_been_free_for_longer() -> None:
    past = History(agent="1002").sign_in("1001").wait(60).sign_in("1002").arrive("A")
    told = answer(past)
    assert rules(past) == ["order"]
    assert "1001 came first: free for longer (1001: 1 min 02 s; 1002: 1.0 s)." in told.parts[0].text
    assert told.instead == "For it to go to 1002: 1002 would have to come before 1001 by 'free for longer'."
    assert "1002 空闲且可接听，但 1001 优先：空闲更久" in answer(past, "zh").parts[0].text


def test_they_were_rung_and_did_not_take_it() -> None:
    past = History().sign_in("1001", "1002").arrive("A")
    past.rings("A").refuses("A", LegEnd.REJECTED).rings("A").wait(3)
    assert rules(past) == ["rang_now", "resting", "tried"]
    assert answer(past).instead == "For it to go to 1001: 1001 would have had to pick up when rung."


def test_a_call_ahead_took_them() -> None:
    past = History().arrive("A").wait(10).arrive("B", "4001860", keys="2").sign_in("1001")
    assert rules(past) == ["signed_out", "better"]
    assert "1001 took call t.1.c2 instead, which was ahead by 1 min 50 s." in answer(past).parts[-1].text


def test_kept_for_others() -> None:
    past = History(reserve_count=1, reserve_for=("vip",)).sign_in("1001").arrive("A")
    assert rules(past) == ["reserve"]
    assert "the queue keeps 1 free agents for vip." in answer(past).parts[0].text
    assert "the caller be of class vip" in answer(past).instead


def test_kept_for_seniors_at_first() -> None:
    vip = CallClass(name="vip", senior_groups=("seniors",), senior_for_ms=20_000)
    site = grouped("inbound", "seniors", vip=vip)
    past = History(agent="1002", site=site).sign_in("1001", "1002").ask("1001", pause="meal")
    past.arrive("A", "4001860", keys="2").wait(19)
    assert rules(past) == ["seniors"]
    past.wait(2)
    assert rules(past) == ["seniors", "rang_now"]


def test_somebody_had_picked_up_already() -> None:
    past = History(agent="1002").sign_in("1001").arrive("A").rings("A")
    past.feed(events.AgentLegAnswered(leg=past.core.desk.legs_of(past.call("A"))[0].id))
    past.sign_in("1002")
    assert rules(past)[-1] == "connecting"


def test_who_got_it_is_told_so() -> None:
    past = History().sign_in("1001").arrive("A").rings("A").answers("A").wait(5).leave("A")
    told = answer(past)
    assert told.got
    assert told.head == "1001 did get this call."
    assert told.instead == ""


def test_nothing_is_told_after_the_wait() -> None:
    past = History(agent="1002").sign_in("1001").arrive("A").wait(1).leave("A").wait(60).sign_in("1002")
    assert past.watch.stretches[-1].found == ()
    assert [part.rules for part in answer(past).parts] == [("signed_out",)]


@pytest.mark.parametrize("course", [signed_out, paused, wrapping_up, talking, out_of_rotation])
def test_the_stream_alone_still_knows_the_state(course: Callable[[History], None]) -> None:
    past = History(course_call(course))
    course(past)
    past.wait(1).leave("A")
    site = past.site
    call = CallId(past.watch.call)
    queue = site.floor.queues[past.watch.queue]
    stretches, decisions = from_stream(call, AgentId("1001"), past.records, site.floor.agents[AgentId("1001")], queue)
    told = explain(call, AgentId("1001"), queue.name, stretches, decisions, Phrases("en", CLOCK), "en", source="stream")
    journal = answer(past)
    seen = [part.rules for part in told.parts if part.rules]
    assert seen == [part.rules for part in journal.parts] or course is signed_out
    assert told.source == "stream"
