"""Complaints with their two clocks, and call-back rounds: whose they are, and how they came out."""

import msgspec
import pytest

from router.acd.callback_rules import CallbackRules
from router.core import events
from router.core.followups import KINDS, ComplaintKind, ComplaintRules, Round
from router.ivr.flow import Flow
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.tag import Tag
from router.site import Site
from support.ringback import Floor, callback_site

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NUMBER = "+8613800138001"
ALERTS = {
    "complaint_answer_due_soon",
    "complaint_answer_overdue",
    "complaint_resolve_due_soon",
    "complaint_resolve_overdue",
}


def site(**changes: object) -> Site:
    made = callback_site(CallbackRules())
    nodes = {"tag": Tag(tag="repair", next="person"), "person": Enqueue(queue="desk")}
    made.script.flows["direct"] = Flow(name="direct", start="tag", nodes=nodes)
    return msgspec.structs.replace(made, **changes)


def complain(made: Floor, kind: str, call_class: str = "") -> None:
    made.feed(events.ComplaintOpenAsked(number=NUMBER, kind=kind, call_class=call_class, agent="1001"))


def alerts(made: Floor) -> list[str]:
    return [one.kind for one in made.noted("Alert") if one.kind in ALERTS]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "answer_h", "resolve_ms"),
    [
        ("simple", 2, 2 * HOUR_MS),
        ("complex", 24, 48 * HOUR_MS),
        ("other_province", 24, 4 * DAY_MS),
        ("other_organisation", 24, 9 * DAY_MS),
    ],
)
def test_both_clocks_of_each_kind(kind: str, answer_h: int, resolve_ms: int) -> None:
    """The noon of the tests is a Monday: four working days on is Friday, seven the Wednesday of the next week."""
    made = Floor(site())
    assert made.core.desk.site.clock.at(made.now).weekday == 0
    complain(made, kind)
    opened = made.last("ComplaintOpened")
    assert opened.answer_due_ms - made.now == answer_h * HOUR_MS  # type: ignore[attr-defined]
    assert opened.resolve_due_ms - made.now == resolve_ms  # type: ignore[attr-defined]


def test_alerts_come_before_the_clocks_lapse_and_after() -> None:
    made = Floor(site())
    complain(made, "complex")
    made.advance(23 * HOUR_MS + 29 * 60_000)
    assert alerts(made) == []
    made.advance(60_000)
    assert alerts(made) == ["complaint_answer_due_soon"]
    made.advance(30 * 60_000)
    assert alerts(made)[-1] == "complaint_answer_overdue"
    made.advance(24 * HOUR_MS)
    assert alerts(made)[-2:] == ["complaint_resolve_due_soon", "complaint_resolve_overdue"]


def test_an_answer_stops_the_first_clock_only() -> None:
    made = Floor(site())
    complain(made, "complex")
    complaint = made.last("ComplaintOpened").complaint  # type: ignore[attr-defined]
    made.feed(events.ComplaintMoveAsked(complaint=complaint, step="answered"))
    assert made.last("ComplaintMoved").in_time  # type: ignore[attr-defined]
    made.advance(25 * HOUR_MS)
    assert alerts(made) == []
    made.advance(24 * HOUR_MS)
    made.feed(events.ComplaintMoveAsked(complaint=complaint, step="resolved"))
    assert not made.last("ComplaintMoved").in_time  # type: ignore[attr-defined]
    assert not made.core.desk.state.complaints


def test_a_callback_that_is_kept_is_the_answer() -> None:
    made = Floor(site(), **{"8613800138001": "answers"})
    complain(made, "simple")
    made.add(NUMBER)
    made.sign_in("1001")
    made.hang_up(made.leg_to("1001"))
    assert (made.last("ComplaintMoved").step, made.last("ComplaintMoved").by) == ("answered", "callback")  # type: ignore[attr-defined]


def test_a_class_has_its_own_clock() -> None:
    rules = ComplaintRules(
        kinds={**KINDS, "simple": ComplaintKind(answer_ms=HOUR_MS, resolve_ms=2 * HOUR_MS, answer_of={"vip": 600_000})}
    )
    made = Floor(site(complaints=rules))
    complain(made, "simple", "vip")
    assert made.last("ComplaintOpened").answer_due_ms - made.now == 600_000  # type: ignore[attr-defined]


def test_an_answered_call_of_a_type_opens_one() -> None:
    made = Floor(site(complaints=ComplaintRules(tags={"repair": "simple"})))
    made.sign_in("1001")
    made.arrive(NUMBER)
    made.hang_up(made.leg_to("1001"))
    opened = made.last("ComplaintOpened")
    assert (opened.number, opened.agent, opened.kind) == (NUMBER, "1001", "simple")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("number", "kind"), [("abc", "simple"), (NUMBER, "odd")])
def test_nonsense_is_refused_and_nothing_stored(number: str, kind: str) -> None:
    made = Floor(site())
    made.feed(events.ComplaintOpenAsked(number=number, kind=kind))
    assert made.last("AskRefused").ask == "complaint_open"  # type: ignore[attr-defined]
    assert not made.core.desk.state.complaints


def test_a_restart_keeps_the_clocks() -> None:
    made = Floor(site())
    complain(made, "simple")
    made.restart()
    made.advance(2 * HOUR_MS)
    assert "complaint_answer_overdue" in alerts(made)


# --- rounds ---


def round_floor(percent: int = 100, agents: tuple[str, ...] = ("1001", "1002")) -> Floor:
    """A floor with a round of repairs an hour from now and one later."""
    plain = Floor(site())
    minute = plain.core.desk.site.clock.at(plain.now).minute
    times = ((minute + 60) % 1440, (minute + 360) % 1440)
    spec = Round(name="repairs", queue="desk", at=tuple(sorted(times)), tags=("repair",), percent=percent)
    made = Floor(site(rounds={"repairs": spec}))
    made.sign_in(*agents)
    return made


def talk(made: Floor, number: str, agent: str) -> None:
    """A repair is taken down by an agent, the others being away."""
    others = [other for other in ("1001", "1002") if other != agent]
    for other in others:
        made.feed(events.AgentPauseAsked(agent=other, reason="break"))  # type: ignore[arg-type]
    made.arrive(number)
    made.hang_up(made.leg_to(agent))
    made.advance(5_000)
    for other in others:
        made.feed(events.AgentReadyAsked(agent=other))  # type: ignore[arg-type]


def test_a_round_goes_to_whoever_took_the_call() -> None:
    made = round_floor()
    talk(made, "+8613800138011", "1001")
    talk(made, "+8613800138012", "1002")
    made.agents = {"1001": "rings", "1002": "rings"}
    made.advance(HOUR_MS)
    began = made.last("RoundBegan")
    assert (began.listed, began.called, began.shares) == (2, 2, {"1001": 1, "1002": 1})  # type: ignore[attr-defined]
    rung = {
        one.show_number: one.phone
        for one in made.out
        if type(one).__name__ == "RingAgent" and "Callback" in one.show_name
    }  # type: ignore[union-attr]
    assert rung == {"+8613800138011": "1001", "+8613800138012": "1002"}


def test_who_is_not_there_is_shared_equally() -> None:
    made = round_floor()
    for last in range(4):
        talk(made, f"+861380013802{last}", "1001")
    made.sign_out("1001")
    made.sign_in("1002")
    made.advance(HOUR_MS)
    assert made.last("RoundBegan").shares == {"1002": 4}  # type: ignore[attr-defined]


def test_outcomes_of_a_round_are_told_when_it_is_over() -> None:
    made = round_floor()
    made.customers = {"8613800138011": "answers", "8613800138012": "busy"}
    talk(made, "+8613800138011", "1001")
    talk(made, "+8613800138012", "1002")
    made.advance(HOUR_MS)
    while made.bridged:
        made.hang_up(next(iter(made.bridged.values()))[0])
        made.advance(5_000)
    made.advance(HOUR_MS)
    assert made.last("RoundEnded").results == {"kept": 1, "expired": 1}  # type: ignore[attr-defined]


def test_a_sample_is_drawn_and_the_next_round_begins_with_an_empty_list() -> None:
    made = round_floor(percent=50)
    for last in range(4):
        talk(made, f"+861380013803{last}", "1001")
    made.advance(HOUR_MS)
    assert (made.last("RoundBegan").listed, made.last("RoundBegan").called) == (4, 2)  # type: ignore[attr-defined]
    made.advance(5 * HOUR_MS)
    assert (made.last("RoundBegan").listed, made.last("RoundBegan").called) == (0, 0)  # type: ignore[attr-defined]


def test_a_round_whose_time_came_while_the_router_was_away_begins_at_once() -> None:
    made = round_floor()
    talk(made, "+8613800138011", "1001")
    made.now += 2 * HOUR_MS
    made.restart()
    assert made.last("RoundBegan").called == 1  # type: ignore[attr-defined]
