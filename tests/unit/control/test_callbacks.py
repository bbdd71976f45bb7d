"""Callbacks in the pure core: booking and its refusals, tries both ways, retries, expiry, callers who ring again."""

import re

import pytest

from router.acd.callback_rules import CallbackRules
from router.control.callback_asks import CURES
from router.core import events, records
from router.core.calendar import Calendar, Hours
from router.core.events import LegEnd
from support.ringback import Floor, callback_site, told

CUSTOMER = "+8613800138001"
DIALLED = "8613800138001"
SPACING_MS = 600_000
CUSTOMER_FIRST = CallbackRules(agent_first=False)


def floor(rules: CallbackRules | None = None, **customers: str) -> Floor:
    return Floor(callback_site(rules), **customers)


def story(made: Floor) -> list[str]:
    return told(made.noted("CallbackBooked", "CallbackMoved", "CallbackTried", "CallbackTryEnded", "CallbackEnded"))


def test_agent_first_to_the_end() -> None:
    made = floor(**{DIALLED: "answers"})
    made.add(CUSTOMER, why="gas smell")
    assert made.only.state == "waiting"
    made.sign_in("1001")
    assert story(made) == [
        "CallbackBooked",
        "waiting booked",
        "dialling_agent",
        "dialling_customer",
        "CallbackTried",
        "talking",
    ]
    assert any("router/callback_agent" in said for said in made.said), "the agent hears that it is a callback"
    rung = next(one for one in made.out if type(one).__name__ == "RingAgent")
    assert (rung.show_number, rung.show_name) == (CUSTOMER, "Callback gas smell")  # type: ignore[union-attr]
    made.hang_up(made.leg_to("1001"))
    assert story(made)[-2:] == ["try kept", "end kept"]
    assert made.last("OutboundEnded").result == "talked"  # type: ignore[attr-defined]
    assert made.core.desk.state.floor.agents["1001"].state == "wrap_up"  # type: ignore[index]
    assert not made.noted("CallConnected", "TalkEnded", "CallEnded"), "no answered call: it has records of its own"
    made.advance(10_000)
    assert not made.core.desk.state.calls and not made.core.desk.state.waiting and not made.legs


def test_the_customer_is_rung_only_when_the_agent_has_been_told() -> None:
    made = floor(**{DIALLED: "answers"})
    made.prompts_last = True
    made.add(CUSTOMER)
    made.sign_in("1001")
    assert not made.rings(CUSTOMER)
    made.played()
    assert made.rings(CUSTOMER)


def test_the_agents_key_skips_the_words() -> None:
    made = floor(**{DIALLED: "answers"})
    made.prompts_last = True
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.press(made.leg_to("1001"), "1")
    assert made.rings(CUSTOMER)


@pytest.mark.parametrize("result", ["busy", "no_answer", "rejected", "unreachable", "forwarded"])
def test_who_is_not_reached_is_tried_again_later(result: str) -> None:
    made = floor(**{DIALLED: result})
    made.add(CUSTOMER)
    key = made.only.place.key
    made.sign_in("1001")
    assert made.only.state == "parked"
    assert (made.only.tries, made.only.last, made.only.place.key) == (1, result, key)
    assert made.core.desk.state.floor.agents["1001"].state == "ready"  # type: ignore[index]
    made.advance(SPACING_MS - 1_000)
    assert made.only.attempts == 1
    made.advance(2_000)
    assert made.only.attempts == 2
    made.advance(SPACING_MS)
    assert story(made)[-1] == "end expired tries"
    assert not made.core.desk.state.callbacks
    assert made.last("Alert").kind == "callback_expired"  # type: ignore[attr-defined]


def test_a_phone_nobody_picks_up_is_given_up_by_our_clock() -> None:
    made = floor()
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.advance(30_000)
    assert made.only.last == "no_answer"
    assert not made.legs


def test_an_agent_who_does_not_answer_costs_no_try() -> None:
    made = floor(**{DIALLED: "answers"})
    made.agents = {"1001": "rings"}
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.advance(15_000)
    assert (made.only.tries, made.only.attempts, made.only.state) == (0, 0, "waiting")
    made.sign_in("1002")
    assert made.only.state == "talking"


def test_an_agent_who_hangs_up_too_soon_costs_no_try() -> None:
    made = floor()
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.hang_up(made.leg_to("1001"))
    assert (made.only.state, made.only.tries, made.only.last) == ("parked", 0, "agent_left")
    assert not made.legs, "the customer's phone stops"


def test_a_machine_is_marked_by_the_agents_key() -> None:
    made = floor(**{DIALLED: "answers"})
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.press(made.leg_to("1001"), "*")
    assert (made.only.state, made.only.tries, made.only.last) == ("parked", 1, "voicemail")
    assert not made.legs


def test_customer_first_presses_one_and_gets_the_agent_held() -> None:
    made = floor(CUSTOMER_FIRST, **{DIALLED: "answers"})
    made.add(CUSTOMER)
    made.sign_in("1001")
    assert made.only.state == "confirming"
    assert not made.rings("1001"), "no agent is bothered before somebody has answered"
    other = made.arrive()
    assert not made.rings("1001"), "the agent is held"
    made.press(made.leg_to(CUSTOMER), "1")
    assert made.only.state == "talking"
    made.leave(other)
    made.hang_up(made.leg_to(CUSTOMER))
    assert story(made)[-1] == "end kept"
    assert any(said.startswith("whisper router/callback_agent") for said in made.said)


def test_customer_first_dials_no_more_than_agents_are_free() -> None:
    made = floor(CUSTOMER_FIRST)
    for last in range(5):
        made.add(f"+861380013810{last}")
    made.sign_in("1001", "1002")
    assert len(made.legs) == 2
    made.advance(30_000)
    made.advance(30_000)
    assert len(made.legs) <= 2


def test_nobody_presses_one() -> None:
    made = floor(CUSTOMER_FIRST, **{DIALLED: "answers"})
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.advance(12_000)
    assert (made.only.last, made.only.tries, made.only.state) == ("not_confirmed", 1, "parked")
    assert sum("router/callback_press" in said for said in made.said) == 2


def test_not_wanted_any_more() -> None:
    made = floor(CUSTOMER_FIRST, **{DIALLED: "answers"})
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.press(made.leg_to(CUSTOMER), "2")
    assert story(made)[-1] == "end cancelled not_wanted"


def test_an_emergency_takes_the_agent_who_is_held() -> None:
    made = floor(CUSTOMER_FIRST)
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.arrive("+8613800138009", did="4001861")
    assert made.rings("1001")


def test_never_two_at_once_to_one_number() -> None:
    site = callback_site()
    made = Floor(site)
    made.add(CUSTOMER)
    from router.core.events import CallbackAddAsked

    made.feed(CallbackAddAsked(queue="alarm", number=CUSTOMER))
    made.sign_in("1001", "1002")
    assert sum(name == CUSTOMER for name in made.legs.values()) == 1
    assert sorted(cb.state for cb in made.core.desk.state.callbacks.values()) == ["dialling_customer", "parked"]


def test_one_open_per_number_and_queue() -> None:
    made = floor()
    made.add(CUSTOMER)
    made.add("138 0013 8001")
    assert len(made.core.desk.state.callbacks) == 1
    assert made.last("AskRefused").reason.startswith("open t.k")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "no_number"),
        ("138abc38001", "not_a_number"),
        ("1" * 40, "not_a_number"),
        ("110", "emergency_number"),
        ("119", "emergency_number"),
        ("4001862", "own_number"),
        ("4001860", "own_number"),
        ("+12125550100", "foreign_number"),
        ("0012125550100", "foreign_number"),
        ("95001", "not_a_number"),
    ],
)
def test_numbers_that_are_refused(number: str, reason: str) -> None:
    made = floor()
    made.add(number)
    assert made.last("CallbackRefused").reason == reason  # type: ignore[attr-defined]
    assert not made.core.desk.state.callbacks and not made.core.desk.state.callback_times


def test_every_reason_has_its_cure() -> None:
    told = set(re.findall(r"``([a-z_]+)``", records.CallbackRefused.__doc__ or "")) - {"reason"}
    assert set(CURES) == told | {"open"}
    made = floor()
    made.add("+12125550100")
    assert "its country code" in made.last("AskRefused").cure  # type: ignore[attr-defined]


def test_a_time_that_cannot_be_is_refused() -> None:
    hours = Calendar(name="day", week=(Hours(open=((0, 24 * 60),)),) * 7)
    site = callback_site(CallbackRules(slot_count=1))
    site.hours["day"] = hours
    made = Floor(site)
    made.add(CUSTOMER, at_ms=made.now - 1)
    assert made.last("CallbackRefused").reason == "past"  # type: ignore[attr-defined]
    made.add(CUSTOMER, at_ms=made.now + 3_600_000)
    assert made.only.state == "parked"
    assert made.only.place.key_ms == made.now + 3_600_000, "its key is that time"
    made.add("+8613800138002", at_ms=made.now + 3_600_000)
    assert made.last("CallbackRefused").reason == "slot_full"  # type: ignore[attr-defined]
    made.sign_in("1001")
    assert not made.legs
    made.advance(3_600_000)
    assert made.rings("1001")


def test_closed_hours_hold_it_back_until_the_queue_opens() -> None:
    site = callback_site(CallbackRules(slot_count=3), hours="day")
    minute = site.clock.at(Floor(site).now).minute
    site.hours["day"] = Calendar(name="day", week=(Hours(open=((minute + 60, minute + 120),)),) * 7)
    made = Floor(site)
    made.sign_in("1001")
    made.add(CUSTOMER)
    assert made.only.state == "parked" and not made.legs
    made.add("+8613800138002", at_ms=made.now + 10_000_000)
    assert made.last("CallbackRefused").reason == "closed"  # type: ignore[attr-defined]
    made.advance(3_600_000)
    assert made.rings("1001")


def test_limits_of_a_number_and_of_an_hour() -> None:
    made = floor(CallbackRules(per_number=1, per_hour=2))
    made.add(CUSTOMER)
    made.feed(cancel_of(made))
    made.add(CUSTOMER)
    assert made.last("CallbackRefused").reason == "number_limit"  # type: ignore[attr-defined]
    made.add("+8613800138002")
    made.add("+8613800138003")
    assert made.last("CallbackRefused").reason == "hour_limit"  # type: ignore[attr-defined]
    made.advance(24 * 3_600_000)
    made.add(CUSTOMER)
    assert made.noted("CallbackBooked")[-1].number == CUSTOMER  # type: ignore[attr-defined]


def cancel_of(made: Floor):  # type: ignore[no-untyped-def]
    from router.core.events import CallbackCancelAsked

    return CallbackCancelAsked(callback=made.only.id)


def test_cancelling_stops_the_phones() -> None:
    made = floor()
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.feed(cancel_of(made))
    assert not made.legs and not made.core.desk.state.callbacks
    assert story(made)[-2:] == ["try cancelled", "end cancelled asked"]


def test_a_caller_who_rings_again_stands_at_the_callbacks_place() -> None:
    made = floor()
    made.add(CUSTOMER)
    key = made.only.place.key
    made.advance(60_000)
    made.arrive("+8613800138005")
    caller = made.arrive(CUSTOMER)
    assert made.only.live is not None and made.only.state == "parked"
    waiting = made.core.desk.state.waiting
    assert next(iter(sorted(waiting.values(), key=lambda one: one.key))).key == key
    assert made.core.desk.state.calls[made.only.live].channel == caller
    made.sign_in("1001")
    made.hang_up(made.leg_to("1001"))
    assert story(made)[-1] == "end taken_up answered"


def test_who_rings_again_and_gives_up_keeps_the_callback() -> None:
    made = floor(**{DIALLED: "answers"})
    made.add(CUSTOMER)
    key = made.only.place.key
    caller = made.arrive(CUSTOMER)
    made.leave(caller)
    assert made.only.live is None and made.only.place.key == key
    made.sign_in("1001")
    made.advance(60_000)
    assert made.only.state == "talking"


def test_who_rings_while_being_called_is_taken_up() -> None:
    made = floor()
    made.add(CUSTOMER)
    made.sign_in("1001")
    assert made.rings(CUSTOMER)
    made.arrive(CUSTOMER)
    assert not made.rings(CUSTOMER)
    made.advance(3_000)
    assert made.only.live is not None
    made.advance(3_000)
    assert made.core.desk.state.calls[made.only.live].stage == "talking"


def test_not_dialled_while_the_caller_is_on_the_line_with_us() -> None:
    made = floor()
    caller = made.arrive(CUSTOMER, did="4001860")
    made.add(CUSTOMER)
    made.sign_in("1001")
    assert made.only.state == "parked" and not made.legs
    made.leave(caller)
    made.advance(20_000)
    assert made.rings(CUSTOMER)


@pytest.mark.parametrize("rules", [CallbackRules(), CUSTOMER_FIRST])
def test_a_restart_anywhere_changes_nothing(rules: CallbackRules) -> None:
    made = floor(rules)
    made.prompts_last = True
    made.add(CUSTOMER)
    made.restart()
    made.sign_in("1001")
    made.restart()
    made.played()
    made.restart()
    assert made.rings(CUSTOMER)
    made.answer(made.leg_to(CUSTOMER))
    made.press(made.leg_to(CUSTOMER), "1")
    made.advance(10)
    assert made.only.attempts == 1


def test_asterisk_restarts_in_the_middle() -> None:
    made = floor()
    made.add(CUSTOMER)
    made.sign_in("1001")
    assert made.rings(CUSTOMER)
    made.asterisk_restarts()
    assert made.only.state == "parked"
    made.advance(31_000)
    assert made.rings(CUSTOMER)


def test_time_runs_out() -> None:
    made = floor(CallbackRules(expire_ms=3_600_000))
    made.add(CUSTOMER)
    made.advance(3_600_000)
    assert story(made)[-1] == "end expired time"


def test_retry_by_hand() -> None:
    from router.core.events import CallbackRetryAsked

    made = floor(**{DIALLED: "busy"})
    made.add(CUSTOMER)
    made.sign_in("1001")
    assert made.only.state == "parked"
    made.customers[DIALLED] = "answers"
    made.feed(CallbackRetryAsked(callback=made.only.id))
    assert made.only.state == "talking"
    made.feed(CallbackRetryAsked(callback=made.only.id))
    assert made.only.last == "voicemail"


def test_a_lost_bridge_keeps_the_customer_on_the_line() -> None:
    made = floor(**{DIALLED: "answers"})
    made.add(CUSTOMER)
    made.sign_in("1001")
    made.hang_up(made.leg_to(CUSTOMER), LegEnd.HUNG_UP)
    assert story(made)[-1] == "end kept"


def test_callbacks_are_no_callers_who_wait() -> None:
    """They count in positions, and neither in a queue's capacity nor in what the overview calls waiting."""
    made = Floor(callback_site(None, capacity=1))
    made.add(CUSTOMER)
    made.agents["1001"] = "rings"
    made.arrive("+8613800138005")
    queued = made.last("CallQueued")
    assert (queued.position, queued.waiting) == (2, 2)  # type: ignore[attr-defined]
    made.sign_in("1001")
    (row,) = (row for row in made.core.overview(made.now)["queues"] if row["queue"] == "desk")
    assert row["waiting"] == 1
    assert made.core.overview(made.now)["callbacks"][0]["state"] == "dialling_agent"


def test_a_customer_handed_over_to_another_agent_is_one_callback_kept() -> None:
    made = Floor(callback_site(None, transfers="both"), **{DIALLED: "answers"})
    made.add(CUSTOMER)
    made.sign_in("1001")
    assert made.only.state == "talking"
    made.feed(events.TransferAsked(agent="1001", kind="queue", target="desk", reason="meter"))  # type: ignore[arg-type]
    made.sign_in("1002")
    made.advance(5_000)
    assert made.core.desk.state.floor.agents["1002"].state == "talking"  # type: ignore[index]
    assert (made.only.state, made.only.agent) == ("talking", "1002")
    made.hang_up(made.leg_to(CUSTOMER))
    assert [one.result for one in made.noted("CallbackEnded")] == ["kept"]  # type: ignore[attr-defined]
    made.advance(10_000)
    assert not made.core.desk.state.calls and not made.legs


def test_a_customer_who_is_being_consulted_about_hangs_up() -> None:
    made = floor(**{DIALLED: "answers"})
    made.agents["1002"] = "rings"
    made.add(CUSTOMER)
    made.sign_in("1001", "1002")
    made.feed(events.ConsultAsked(agent="1001", kind="agent", target="1002"))  # type: ignore[arg-type]
    made.hang_up(made.leg_to(CUSTOMER))
    assert story(made)[-1] == "end kept"
    made.advance(10_000)
    assert not made.core.desk.state.calls and not made.legs


def test_a_queue_that_closes_or_overflows_leaves_our_calls_alone() -> None:
    """While an agent's phone rings for a callback, what gives callers back must not touch it."""
    made = Floor(callback_site(None, stay_empty=False))
    made.agents["1001"] = "rings"
    made.add(CUSTOMER)
    made.sign_in("1001")
    assert made.rings("1001")
    made.feed(events.QueueCloseAsked(queue="desk", closed=True))
    made.sign_out("1001")
    made.advance(20_000)
    assert made.only.state == "waiting"
    made.feed(events.QueueCloseAsked(queue="desk", closed=False))
    made.agents["1001"] = "answers"
    made.sign_in("1001")
    assert made.rings(CUSTOMER)
