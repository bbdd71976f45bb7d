"""What waiting callers are offered: each key, an agent who comes free wins, and what cannot be is said politely."""

from datetime import UTC, datetime

import msgspec
import pytest

from router.acd.callback_rules import CallbackRules, OfferRules
from router.acd.spec import AnnouncementPlan
from router.control.offer_table import OFFER_TABLE, OfferStage
from router.core.calendar import Calendar, Hours
from router.core.ids import ChannelId
from router.core.localtime import LocalClock
from support.ringback import Floor, callback_site

CALLER = "+8613800138000"
MINUTE_MS = 60_000
SHANGHAI = LocalClock(zone="Asia/Shanghai", offsets_ms=(8 * 60 * MINUTE_MS,))
THURSDAY_NOON = int(datetime(2026, 10, 1, 4, tzinfo=UTC).timestamp() * 1000)
OFFER = OfferRules(when_busy=True, every_ms=60_000)


def waiting_caller(
    rules: CallbackRules | None = None, number: str = CALLER, offer: OfferRules = OFFER
) -> tuple[Floor, ChannelId]:
    """A caller who waits and is just being told what they may choose."""
    site = callback_site(rules, offer)
    site.hours["always"] = Calendar(name="always", week=(Hours(open=((0, 1440),)),) * 7)
    made = Floor(site)
    made.prompts_last = True
    caller = made.arrive(number)
    made.advance(1_000)
    assert made.said[-1] == "router/offer_wait router/offer_callback router/offer_recording"
    return made, caller


def place(made: Floor) -> tuple[int, int, int]:
    (waiting,) = made.core.desk.state.waiting.values()
    return waiting.key


def test_wait_on_and_be_offered_it_again() -> None:
    made, caller = waiting_caller()
    before = place(made)
    made.press(caller, "1")
    assert place(made) == before and not made.playing
    made.advance(59_000)
    assert len(made.noted("OfferMade")) == 1
    made.advance(2_000)
    assert len(made.noted("OfferMade")) == 2


def test_no_key_waits_on() -> None:
    made, _ = waiting_caller()
    made.played()
    made.advance(6_000)
    assert made.last("OfferTaken").choice == "no_key"  # type: ignore[attr-defined]
    assert made.core.desk.state.waiting


def test_a_callback_keeps_the_place() -> None:
    made, caller = waiting_caller()
    key = place(made)
    made.press(caller, "2")
    assert made.said[-1].startswith("router/callback_number")
    made.press(caller, "1")
    assert made.said[-1] == "router/callback_noted"
    assert made.only.place.key == key
    assert made.only.state == "waiting"
    made.played()
    ended = made.last("CallEnded")
    assert (ended.outcome, ended.wait_ms) == ("callback_booked", 1_000)  # type: ignore[attr-defined]
    assert not made.core.desk.state.calls


def test_who_hangs_up_while_it_is_said_has_it_booked() -> None:
    made, caller = waiting_caller()
    made.press(caller, "21")
    made.leave(caller)
    assert made.last("CallEnded").outcome == "callback_booked"  # type: ignore[attr-defined]
    assert made.only.number == CALLER


def test_a_recording_is_left_in_the_flow() -> None:
    made, caller = waiting_caller()
    made.press(caller, "3")
    assert made.last("QueueLeft").why == "recording"  # type: ignore[attr-defined]
    assert not made.core.desk.state.waiting
    made.sign_in("1001")
    assert not made.legs, "who speaks a recording is not interrupted"


def test_another_number_is_typed_and_confirmed() -> None:
    made, caller = waiting_caller()
    made.press(caller, "22075555550001#")
    assert made.said[-1].startswith("router/callback_number")
    made.press(caller, "1")
    assert made.only.number == "+8675555550001"
    assert made.only.place.asked_at == made.noted("CallQueued")[0].at_ms


def test_a_withheld_number_has_to_be_typed() -> None:
    site = callback_site(None, OFFER)
    made = Floor(site)
    made.prompts_last = True
    caller = made.arrive("")
    made.advance(1_000)
    made.press(caller, "2")
    assert made.said[-1] == "router/callback_type"


@pytest.mark.parametrize("keys", ["", "2", "22", "2213800"])
def test_an_agent_who_comes_free_wins_at_once(keys: str) -> None:
    """Wherever the caller is in it, until they have chosen."""
    made, caller = waiting_caller()
    made.press(caller, keys)
    made.sign_in("1001")
    assert made.last("CallConnected").wait_ms == 1_000  # type: ignore[attr-defined]
    assert not made.playing, "what was said has stopped"
    made.press(caller, "1")
    assert not made.core.desk.state.callbacks


def test_choosing_while_a_phone_rings_takes_the_ring_back() -> None:
    made, caller = waiting_caller()
    made.agents["1001"] = "rings"
    made.sign_in("1001")
    assert made.rings("1001")
    made.press(caller, "21")
    assert not made.rings("1001")
    assert made.only.number == CALLER
    assert made.core.desk.state.floor.agents["1001"].state in ("ready", "reserved", "ringing")  # type: ignore[index]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("110", "emergency_number"),
        ("4001862", "own_number"),
        ("0012125550100", "foreign_number"),
        ("1" * 40, "not_a_number"),
        ("12", "not_a_number"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(typed: str, reason: str) -> None:
    made, caller = waiting_caller()
    before = place(made)
    made.press(caller, f"22{typed}#")
    assert made.last("CallbackRefused").reason == reason  # type: ignore[attr-defined]
    assert made.said[-1] == "router/callback_bad_number router/callback_type"
    assert not made.core.desk.state.callbacks and place(made) == before


def test_after_three_wrong_numbers_they_wait_on() -> None:
    made, caller = waiting_caller()
    for _ in range(2):
        made.press(caller, ("22" if _ == 0 else "") + "110#")
    made.press(caller, "110#")
    assert made.said[-1] == "router/callback_bad_number router/callback_wait_on"
    made.played()
    assert made.core.desk.state.waiting and not made.playing


def choosing_a_time(slot_count: int = 2, hours: str = "always") -> tuple[Floor, ChannelId]:
    """A caller who has pressed 3 for a time; it is Thursday 12:00 in Shanghai."""
    site = callback_site(CallbackRules(slot_count=slot_count, hours=hours), OFFER)
    site.hours["always"] = Calendar(name="always", week=(Hours(open=((0, 1440),)),) * 7)
    working, half = Hours(open=((540, 1080),)), Hours(open=((540, 720),))
    site.hours["days"] = Calendar(name="days", week=(*(working,) * 4, half, Hours(), Hours()), clock=SHANGHAI)
    for word in ("monday", "saturday", "october"):
        site.script.prompts["en"][f"words/{word}"] = (f"sound:words/{word}",)
    site = msgspec.structs.replace(site, clock=SHANGHAI)
    made = Floor(site)
    made.now = THURSDAY_NOON
    made.prompts_last = True
    caller = made.arrive(CALLER)
    made.advance(1_000)
    made.press(caller, "23")
    assert made.said[-1] == "router/callback_ask_time"
    return made, caller


def test_a_time_to_come_today_is_booked_at_once() -> None:
    made, caller = choosing_a_time()
    made.press(caller, "1230")
    assert made.said[-1] == "router/callback_noted"
    assert made.only.at_ms == THURSDAY_NOON + 30 * MINUTE_MS
    assert made.only.place.key_ms == made.only.at_ms and made.only.state == "parked"


@pytest.mark.parametrize(
    ("hours", "typed", "minutes", "said"),
    [
        ("always", "1155", 24 * 60 - 5, "router/tomorrow"),
        ("days", "0930", 21 * 60 + 30, "router/tomorrow"),
        ("days", "1130", 24 * 60 - 30, "router/tomorrow"),
        # over today, closed on Friday afternoon and at the weekend
        ("early", "1100", 95 * 60, "words/monday"),
    ],
)
def test_a_time_that_is_over_today_is_one_of_the_next_open_day(hours: str, typed: str, minutes: int, said: str) -> None:
    made, caller = choosing_a_time(hours=hours)
    made.core.desk.site.hours["early"] = Calendar(
        name="early", week=(*(Hours(open=((540, 720),)),) * 4, *(Hours(),) * 3), clock=SHANGHAI
    )
    made.press(caller, typed)
    assert made.said[-1] == f"router/callback_when {said} router/confirm"
    assert not made.core.desk.state.callbacks, "not before they have heard which day it is"
    made.press(caller, "1")
    assert made.said[-1] == "router/callback_noted"
    assert made.only.at_ms == THURSDAY_NOON + minutes * MINUTE_MS
    assert made.only.state == "parked"


def test_the_date_is_said_where_the_day_of_the_week_is_not_enough() -> None:
    made, caller = choosing_a_time(hours="holidays")
    day = SHANGHAI.at(THURSDAY_NOON).day + 9
    made.core.desk.site.hours["holidays"] = Calendar(
        name="holidays", week=(Hours(),) * 7, days={day: Hours(open=((540, 720),))}, clock=SHANGHAI
    )
    made.press(caller, "0900")
    assert made.said[-1] == "router/callback_when words/saturday words/october router/confirm"


def test_another_time_after_all() -> None:
    made, caller = choosing_a_time()
    made.press(caller, "1155" + "9")
    assert made.said[-1] == "router/invalid_key router/callback_when router/tomorrow router/confirm"
    made.press(caller, "2")
    assert made.said[-1] == "router/callback_ask_time"
    made.press(caller, "1300")
    assert made.only.at_ms == THURSDAY_NOON + 60 * MINUTE_MS


@pytest.mark.parametrize(
    ("hours", "typed", "reason", "said"),
    [
        ("days", "2561", "not_a_time", "router/no_time"),
        ("days", "99", "not_a_time", "router/no_time"),
        ("days", "2200", "closed", "router/callback_shut"),
    ],
)
def test_no_time_or_one_at_which_nobody_is_ever_there(hours: str, typed: str, reason: str, said: str) -> None:
    made, caller = choosing_a_time(hours=hours)
    made.press(caller, typed + ("#" if len(typed) < 4 else ""))
    assert made.last("CallbackRefused").reason == reason  # type: ignore[attr-defined]
    assert made.said[-1] == f"{said} router/callback_ask_time"


def test_a_slot_of_tomorrow_that_is_full_is_refused_before_it_is_said() -> None:
    made, caller = choosing_a_time(slot_count=1)
    made.add("+8613900139000", at_ms=THURSDAY_NOON + (24 * 60 - 10) * MINUTE_MS)
    made.press(caller, "1155")
    assert made.said[-1] == "router/callback_full router/callback_ask_time"


def test_who_says_nothing_of_the_day_is_asked_again_and_then_waits_on() -> None:
    made, caller = choosing_a_time()
    made.press(caller, "1155")
    for said in ("router/callback_when router/tomorrow router/confirm", ""):
        made.played()
        made.advance(5_000)
        assert not said or made.said[-1] == said
    assert made.core.desk.state.waiting and not made.core.desk.state.callbacks


def test_an_agent_wins_while_the_day_is_confirmed_and_a_restart_keeps_it() -> None:
    made, caller = choosing_a_time()
    made.press(caller, "1155")
    before = made.core.desk.state.calls[made.noted("CallQueued")[0].call_id].offer  # type: ignore[attr-defined]
    made.restart()
    after = made.core.desk.state.calls[made.noted("CallQueued")[0].call_id].offer  # type: ignore[attr-defined]
    assert after == before and after is not None and after.at_ms
    made.sign_in("1001")
    assert made.last("CallConnected") is not None
    made.press(caller, "1")
    assert not made.core.desk.state.callbacks


def test_who_has_one_already_may_keep_or_cancel_it() -> None:
    site = callback_site(None, OFFER)
    made = Floor(site)
    made.prompts_last = True
    made.add(CALLER)
    key = made.only.place.key
    made.advance(30_000)
    caller = made.arrive(CALLER)
    made.advance(1_000)
    assert place(made) == key, "they wait at its place"
    made.press(caller, "2")
    assert made.said[-1] == "router/callback_open"
    made.press(caller, "2")
    assert made.last("CallbackEnded").result == "cancelled"  # type: ignore[attr-defined]
    made.played()
    assert place(made) == key and not made.core.desk.state.callbacks
    made.advance(61_000)
    made.press(caller, "21")
    made.played()
    again = made.arrive(CALLER)
    made.advance(1_000)
    made.press(again, "21")
    made.played()
    assert made.last("CallEnded").outcome == "callback_booked"  # type: ignore[attr-defined]
    assert len(made.core.desk.state.callbacks) == 1


def test_an_emergency_is_never_offered_anything() -> None:
    site = callback_site(None, OFFER)
    made = Floor(site)
    made.arrive(CALLER, did="4001861")
    made.advance(80_000)
    assert not made.noted("OfferMade")


def test_offered_only_after_a_wait() -> None:
    site = callback_site(None, OfferRules(after_ms=30_000, every_ms=0))
    made = Floor(site)
    made.prompts_last = True
    made.arrive(CALLER)
    made.advance(29_000)
    assert not made.noted("OfferMade")
    made.advance(1_000)
    assert made.last("OfferMade").why == "wait"  # type: ignore[attr-defined]
    made.played()
    made.advance(300_000)
    assert len(made.noted("OfferMade")) == 1


@pytest.mark.parametrize("keys", ["", "2", "22", "22138", "21"])
def test_a_restart_in_the_middle_changes_nothing(keys: str) -> None:
    made, caller = waiting_caller()
    made.press(caller, keys)
    before = made.core.desk.state.calls[made.noted("CallQueued")[0].call_id].offer  # type: ignore[attr-defined]
    made.restart()
    after = made.core.desk.state.calls[made.noted("CallQueued")[0].call_id].offer  # type: ignore[attr-defined]
    assert after == before


def test_every_cell_of_the_table_leads_somewhere() -> None:
    for stage, row in OFFER_TABLE.items():
        assert row or stage in (OfferStage.BOOKED, OfferStage.OVER)
        assert set(row.values()) <= set(OfferStage)


def test_offered_when_the_wait_will_be_long() -> None:
    made = Floor(callback_site(None, OfferRules(estimate_over_ms=60_000, every_ms=0)))
    made.prompts_last = True
    made.sign_in("1001")
    made.arrive("+8613800138004")
    made.arrive(CALLER)
    made.advance(1_000)
    assert made.last("OfferMade").why == "estimate"  # type: ignore[attr-defined]


def test_not_offered_when_the_wait_will_be_short() -> None:
    made = Floor(callback_site(None, OfferRules(estimate_over_ms=3_600_000)))
    made.sign_in("1001")
    made.arrive("+8613800138004")
    made.arrive(CALLER)
    made.advance(60_000)
    assert not made.noted("OfferMade")


def test_it_follows_an_announcement_that_names_it() -> None:
    plan = AnnouncementPlan(say=("position", "offer"), first_after_ms=10_000)
    site = callback_site(None, OfferRules(when_busy=True, every_ms=0), announcements=plan)
    for name in ("router/queue_position", "words/first", "words/1"):
        site.script.prompts["en"][name] = (f"sound:{name}",)
    made = Floor(site)
    made.prompts_last = True
    caller = made.arrive(CALLER)
    made.advance(1_000)
    made.press(caller, "1")
    assert len(made.noted("OfferMade")) == 1
    made.advance(11_000)
    assert made.said[-1].startswith("router/queue_position")
    made.advance(5_000)
    assert len(made.noted("OfferMade")) == 1, "never while something else is said"
    made.played()
    made.advance(1_000)
    assert len(made.noted("OfferMade")) == 2
    assert made.said[-1].startswith("router/offer_wait")
