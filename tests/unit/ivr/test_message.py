"""The message node: record, hear, record anew, keep; every way out of it."""

import msgspec

from router.ivr.flow import Node
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.message import Message
from router.ivr.session import QueueView
from support.asker import Asker


def asker(**changes: object) -> Asker:
    spec = {
        "into": "desk",
        "prompt": ("speak",),
        "review_prompt": ("review",),
        "kept_prompt": ("kept",),
        "short_prompt": ("short",),
        "next": "bye",
        "failed": "sorry",
        **changes,
    }
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("bye", "sorry", "person")}
    return Asker({"take": Message(**spec), **ends}, person="person")  # type: ignore[arg-type]


def recorded(caller: Asker, length_ms: int = 9_000) -> list[str]:
    caller.begin()
    caller.played()
    return caller.replied("ok", recording="t.1.c1.r1", length_ms=str(length_ms))


def test_it_records_when_the_prompt_is_over() -> None:
    caller = asker(service="mail", fields={"who": "{caller}"})
    assert caller.begin() == ["says speak"]
    assert caller.played() == ["records for desk 120000 mail who=+8613800000000", "timer late 130000"]


def test_an_agent_who_is_ready_before_the_tone_takes_the_caller() -> None:
    busy, ready = QueueView(agents_ready=0), QueueView(agents_ready=1)
    at_once = asker(queue="desk", free="bye")
    set_queues(at_once, ready)
    assert at_once.begin() == ["step take free", "says bye"]
    later = asker(queue="desk", free="bye")
    set_queues(later, busy)
    assert later.begin() == ["says speak"]
    set_queues(later, ready)
    assert later.played() == ["step take free", "says bye"]


def test_one_who_is_ready_later_does_not_interrupt() -> None:
    caller = asker(queue="desk", free="bye")
    set_queues(caller, QueueView(agents_ready=0))
    recorded(caller)
    set_queues(caller, QueueView(agents_ready=1))
    assert caller.press("3")[-1] == "says speak"
    assert caller.played()[0] == "records for desk 120000"


def test_an_agent_for_whom_others_wait_is_not_free() -> None:
    caller = asker(queue="desk", free="bye")
    set_queues(caller, QueueView(agents_ready=1, waiting=2))
    assert caller.begin() == ["says speak"]


def test_the_box_may_be_one_the_caller_chose() -> None:
    caller = asker(into="{desk}")
    caller.session.variables["desk"] = "lamps"
    caller.begin()
    assert caller.played()[0] == "records for lamps 120000"


def set_queues(caller: Asker, desk: QueueView) -> None:
    caller.view = msgspec.structs.replace(caller.view, queues={"desk": desk})


def test_a_key_skips_the_prompt() -> None:
    caller = asker()
    caller.begin()
    assert caller.press("#")[:2] == ["quiet", "records for desk 120000"]


def test_while_the_caller_speaks_no_key_leads_away() -> None:
    caller = asker()
    caller.begin()
    caller.played()
    assert caller.press("0#1") == []


def test_one_keeps_it() -> None:
    caller = asker()
    assert recorded(caller) == ["no timer late", "says review"]
    assert caller.press("1") == ["quiet", "KeepMessage", "says kept"]
    assert caller.played() == ["step take kept", "says bye"]


def test_two_plays_it_back() -> None:
    caller = asker()
    recorded(caller)
    assert caller.press("2")[-1] == "says recording:t.1.c1.r1 review"


def test_three_drops_it_and_records_anew_until_the_tries_are_used_up() -> None:
    caller = asker(tries=2)
    recorded(caller)
    assert caller.press("3") == ["quiet", "step take again", "DropMessage", "says speak"]
    caller.played()
    caller.replied("ok", recording="t.1.c1.r2", length_ms="4000")
    assert "KeepMessage" in caller.press("3")


def test_the_key_that_ended_the_recording_comes_late_and_means_nothing() -> None:
    caller = asker()
    recorded(caller)
    assert caller.press("#") == []


def test_a_caller_who_presses_nothing_has_left_the_message() -> None:
    caller = asker()
    recorded(caller)
    caller.played()
    assert caller.timer("first_digit") == ["says review"]
    caller.played()
    assert caller.timer("first_digit") == ["KeepMessage", "says kept"]


def test_without_a_review_it_is_kept_at_once() -> None:
    assert recorded(asker(review=False)) == ["no timer late", "KeepMessage", "says kept"]


def test_nothing_said_is_asked_for_again_and_then_given_up() -> None:
    caller = asker(tries=2)
    assert recorded(caller, length_ms=500) == ["no timer late", "DropMessage", "step take short", "says short speak"]
    caller.played()
    assert caller.replied("ok", recording="x", length_ms="100")[-1] == "says short"
    assert caller.played() == ["step take failed", "says sorry"]


def test_a_recording_that_cannot_be_is_said_so() -> None:
    caller = asker()
    caller.begin()
    caller.played()
    assert caller.replied("failed", length_ms="")[-1] == "says router/technical"
    assert caller.played()[-1] == "says sorry"


def test_a_recording_of_which_nothing_is_heard_any_more_is_over() -> None:
    caller = asker()
    caller.begin()
    caller.played()
    assert caller.timer("late") == ["Withdraw", "says review"]
    assert caller.press("2")[-1] == "says review"


def test_the_person_key_leads_away_from_the_review() -> None:
    caller = asker()
    recorded(caller)
    assert caller.press("0")[-1] == "says person"
