"""Every measure once, counted by hand on a history small enough to do so."""

import pytest

from router.core import records
from router.kpi.evaluate import Cell
from router.kpi.figures import Duty, Figures, Shift, put_figures
from router.kpi.live import Live
from router.kpi.measures import MEASURES, Bounds
from support.tape import MIDNIGHT, SHANGHAI, Tape

HOUR = 3_600
DAY = (MIDNIGHT, MIDNIGHT + 86_400_000)
GROUPS = {"1001": ("inbound",), "1002": ("inbound", "vip")}


def told(
    tape: Tape, *names: str, figures: Figures | None = None, now_s: float | None = None, **more: object
) -> list[Cell]:
    """The centre's cells of a day."""
    live = lived(tape, figures)
    now_ms = None if now_s is None else MIDNIGHT + round(now_s * 1000)
    lines = live.evaluate(names, DAY, now_ms=now_ms, **more)  # type: ignore[arg-type]
    assert len(lines) == 1
    return [lines[0].cells[name] for name in names]


def lived(tape: Tape, figures: Figures | None = None) -> Live:
    live = Live(SHANGHAI, groups=GROUPS, key=b"k")
    live.take(tape.records())
    if figures is not None:
        put_figures(live.connection, figures, SHANGHAI, GROUPS)
    return live


def value(tape: Tape, name: str, **more: object) -> float | None:
    cell = told(tape, name, **more)[0]  # type: ignore[arg-type]
    return None if cell.value is None else round(cell.value, 6)


@pytest.fixture
def morning() -> Tape:
    """08:00-09:00: four answered by two agents, one of them held; three gave up; one self-served; one blocked.

    Waits of the answered: 4, 10, 30, 100 s. Talks: 60, 120, 180, 240 s; hold 30 s; wrap-up 10, 20, 30, 40 s.
    """
    tape = Tape()
    tape.agent(8 * HOUR, "1001", "ready")
    tape.agent(8 * HOUR, "1002", "ready")
    tape.served("a", 8 * HOUR + 60, "1001", wait_s=4, talk_s=60, wrap_s=10, queued=False, kind="enquiry")
    tape.served("b", 8 * HOUR + 60, "1002", wait_s=10, talk_s=120, wrap_s=20, cls="vip", kind="bill", queued=False)
    tape.served("c", 8 * HOUR + 600, "1001", wait_s=30, talk_s=180, hold_s=30, wrap_s=30, kind="enquiry")
    tape.served("d", 8 * HOUR + 2000, "1002", wait_s=100, talk_s=240, wrap_s=40, cls="vip", caller="+8613900139000")
    tape.gave_up("1", 8 * HOUR + 1500, 3)
    tape.gave_up("2", 8 * HOUR + 2400, 45)
    tape.gave_up("3", 8 * HOUR + 2500, 75)
    tape.arrive("s", 8 * HOUR + 100, caller="")
    tape.end("s", 8 * HOUR + 130, "self_served")
    tape.note(8 * HOUR + 200, records.CallReceived, call_id="x", did="4001860")
    tape.end("x", 8 * HOUR + 200, "blocked")
    tape.agent(9 * HOUR, "1001", "signed_out")
    tape.agent(9 * HOUR, "1002", "signed_out")
    return tape


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("calls", 9),
        ("received", 8),
        ("asked", 7),
        ("offered", 7),
        ("answered", 4),
        ("abandoned", 2),
        ("abandoned_short", 1),
        ("self_served", 1),
        ("blocked", 1),
        ("queued", 5),
        ("asa", (4 + 10 + 30 + 100) / 4),
        ("asa_total", (4 + 10 + 30 + 100 + 3 + 45 + 75) / 4),
        ("service_level", 2 / 6),
        ("service_level_offered", 2 / 7),
        ("service_level_answered", 2 / 4),
        ("person_reached", 3 / 7),
        ("late_answers", 2 / 4),
        ("abandonment", 2 / 6),
        ("abandonment_handbook", 2 / 8),
        ("time_to_abandon", (3 + 45 + 75) / 3),
        ("time_to_abandon_median", 45),
        ("misdialled", 1 / 3),
        ("abandoned_0_5", 1),
        ("abandoned_5_20", 0),
        ("abandoned_20_60", 1),
        ("abandoned_60_180", 1),
        ("abandoned_over_180", 0),
        ("queue_time", (30 + 100 + 3 + 45 + 75) / 5),
        ("queued_share", 5 / 8),
        ("answered_share", 5 / 8),
        ("blocked_share", 1 / 9),
        ("talk_time", (60 + 120 + 180 + 240) / 4),
        ("after_call_work", (10 + 20 + 30 + 40) / 4),
        ("handling", (600 + 100) / 4),
        ("aht", (600 + 100 + 30) / 4),
        ("hold_time", 30),
        ("line_rings", 0.2),
        ("agent_rings", 0.4),
        ("within_three_rings", 1),
        ("calls_per_hour", 4 / 2),
        ("signed_in_hours", 2),
        ("wrap_up_hours", 100 / HOUR),
        ("talk_hours", 630 / HOUR),
        ("occupancy", (600 + 30 + 100) / (2 * HOUR)),
        ("transfers", 0),
        ("distinct_callers", 5),
        ("redials", 2),
        ("longest_wait", 100),
        ("phones_rung", 4),
        ("lost", 0),
        ("repeat_complaints", None),
        ("satisfaction", None),
    ],
)
def test_a_morning_counted_by_hand(morning: Tape, name: str, expected: float | None) -> None:
    found = value(morning, name)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-6)), MEASURES[name].words


def test_no_data_is_a_dash_with_a_reason_and_never_nought() -> None:
    live = lived(Tape())
    cells = live.evaluate(list(MEASURES), DAY)[0].cells
    for name, measure in MEASURES.items():
        cell = cells[name]
        if measure.under is not None or measure.over is None:
            assert cell.value is None and cell.why and cell.why_chinese, name
        elif cell.value is None:
            assert cell.why, name
        else:
            assert cell.value == 0 and measure.unit == "count", name  # no calls are no calls


def test_what_has_no_source_yet_says_so(morning: Tape) -> None:
    for name in ("first_call_resolution", "monitoring_score", "line_reached", "blocked_carrier"):
        cell = told(morning, name)[0]
        assert cell.value is None and cell.why


def test_x_of_the_service_level_can_be_chosen(morning: Tape) -> None:
    assert value(morning, "service_level", bounds=Bounds(within_ms=30_000)) == pytest.approx(3 / 6)


def test_a_caller_still_waiting_beyond_x_counts_as_missed_and_not_before() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.served("a", HOUR, "1001", wait_s=4, talk_s=10)
    tape.arrive("w", HOUR + 60)
    tape.ask("w", HOUR + 65)
    assert value(tape, "service_level", now_s=HOUR + 80) == 1
    assert value(tape, "service_level", now_s=HOUR + 86) == 0.5
    assert value(tape, "longest_wait", now_s=HOUR + 86) == 21
    assert value(tape, "person_reached", now_s=HOUR + 126) == 0.5
    assert value(tape, "abandonment", now_s=HOUR + 86) == 0


def test_a_booked_callback_is_offered_but_in_no_speed_of_answer() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.served("a", HOUR, "1001", wait_s=10, talk_s=10)
    tape.arrive("b", HOUR)
    tape.ask("b", HOUR + 5)
    tape.end("b", HOUR + 105, "callback_booked", queue="desk", queued=True, wait_ms=100_000)
    assert [cell.value for cell in told(tape, "offered", "answered", "asa", "asa_total", "callback_booked")] == [
        2,
        1,
        10,
        10,
        1,
    ]
    assert value(tape, "service_level") == 0.5


def test_a_call_turned_away_was_not_offered_but_asked() -> None:
    tape = Tape()
    tape.arrive("t", HOUR)
    tape.note(HOUR + 5, records.MenuStep, call_id="t", node_type="enqueue", result="closed")
    tape.end("t", HOUR + 9, "turned_away", wait_ms=0)
    assert [cell.value for cell in told(tape, "asked", "offered", "turned_away", "received")] == [1, 0, 1, 1]


def test_a_call_belongs_to_the_half_hour_in_which_it_first_asked_and_received_to_that_it_arrived_in() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.served("a", 2 * HOUR - 3, "1001", wait_s=4, talk_s=10)  # arrives 01:59:57, asks 02:00:02
    lines = lived(tape).evaluate(("received", "answered", "asa"), DAY, by="half_hour")
    found = {line.period[-5:]: [line.cells[name].value for name in ("received", "answered", "asa")] for line in lines}
    assert found == {"01:30": [1, 0, None], "02:00": [0, 1, 4]}


def test_agents_times_are_split_at_the_clock() -> None:
    tape = Tape()
    tape.agent(HOUR + 1200, "1001", "ready")
    tape.agent(2 * HOUR + 600, "1001", "paused", reason="lunch")
    tape.agent(2 * HOUR + 1200, "1001", "signed_out")
    lines = lived(tape).evaluate(("idle_hours", "paused_hours"), DAY, by="half_hour")
    found = {line.period[-5:]: [round((cell.value or 0) * 60) for cell in line.cells.values()] for line in lines}
    assert found == {"01:00": [10, 0], "01:30": [30, 0], "02:00": [10, 10]}


def test_a_transfer_counts_once_and_its_time_by_the_agent() -> None:
    tape = Tape()
    for agent in ("1001", "1002"):
        tape.agent(HOUR, agent, "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5)
    tape.ring("a", HOUR + 6, "1001")
    tape.connect("a", HOUR + 8, "1001", 3)
    tape.talked("a", HOUR + 68, "1001", 60, wrap_s=30)
    tape.ask("a", HOUR + 68, "bills")
    tape.ring("a", HOUR + 70, "1002", "bills")
    tape.connect("a", HOUR + 72, "1002", 67, "bills")
    tape.talked("a", HOUR + 172, "1002", 100, queue="bills")
    tape.end("a", HOUR + 172, "answered", queue="bills", agent="1002", wait_ms=67_000, talk_ms=160_000)
    live = lived(tape)
    names = ("answered", "asa", "transfers", "talk_time", "handling", "received")
    assert [cell.value for cell in live.evaluate(names, DAY)[0].cells.values()] == [1, 3, 1, 80, 95, 1]
    by_queue = {
        line.split["queue"]: line.cells
        for line in live.evaluate(("answered", "asa", "transferred_in", "transferred_out"), DAY, split=("queue",))
    }
    assert {queue: [cell.value for cell in cells.values()] for queue, cells in by_queue.items()} == {
        "desk": [1, 3, 0, 1],
        "bills": [1, 4, 1, 0],
    }
    by_agent = live.evaluate(("answered", "talk_time", "transfers"), DAY, split=("agent",))
    assert {line.split["agent"]: [cell.value for cell in line.cells.values()] for line in by_agent} == {
        "1001": [1, 60, 1],
        "1002": [1, 100, 0],
    }


def consulted(tape: Tape) -> None:
    """1001 talks for 60 s, asks 1002 for 20 s while the caller holds."""
    for agent in ("1001", "1002"):
        tape.agent(HOUR, agent, "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5)
    tape.ring("a", HOUR + 6, "1001")
    tape.connect("a", HOUR + 8, "1001", 3)
    asks = {"call_id": "a", "queue": "desk", "agent": "1001", "kind": "agent", "target": "1002"}
    tape.note(HOUR + 68, records.CallHeld, call_id="a", queue="desk", agent="1001", held=True)
    tape.agent(HOUR + 68, "1001", "consulting", call="a")
    tape.note(HOUR + 68, records.ConsultBegan, **asks)
    tape.agent(HOUR + 70, "1002", "consulting", call="a")


def test_a_consultation_that_comes_back_is_no_transfer() -> None:
    tape = Tape()
    consulted(tape)
    tape.agent(HOUR + 88, "1002", "ready")
    tape.agent(HOUR + 88, "1001", "talking", call="a")
    tape.talked("a", HOUR + 100, "1001", 72, hold_s=20)
    tape.end("a", HOUR + 100, "answered", queue="desk", agent="1001", wait_ms=3_000)
    names = ("answered", "transfers", "talk_time", "hold_time")
    assert [cell.value for cell in told(tape, *names)] == [1, 0, 72, 20]


def test_an_announced_transfer_is_one_call_two_talks_and_one_ring() -> None:
    tape = Tape()
    consulted(tape)
    tape.talked("a", HOUR + 88, "1001", 60, hold_s=20, wrap_s=10)
    tape.agent(HOUR + 88, "1002", "talking", call="a")
    tape.note(HOUR + 88, records.CallTransferred, call_id="a", kind="agent", target="1002", by="1001", announced=True)
    tape.talked("a", HOUR + 128, "1002", 40)
    tape.end("a", HOUR + 128, "answered", queue="desk", agent="1002", wait_ms=3_000)
    names = ("answered", "transfers", "talk_time", "hold_time", "asa", "phones_rung", "within_three_rings", "handling")
    assert [cell.value for cell in told(tape, *names)] == [1, 1, 50, 20, 3, 1, 1, 55]
    by_agent = lived(tape).evaluate(("answered", "talk_time", "asa", "transfers"), DAY, split=("agent",))
    assert {line.split["agent"]: [cell.value for cell in line.cells.values()] for line in by_agent} == {
        "1001": [1, 60, 3, 1],
        "1002": [1, 40, None, 0],
    }


def test_a_caller_sent_to_a_queue_who_hangs_up_there_was_answered_but_not_by_that_queue() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5, queued=False)
    tape.ring("a", HOUR + 6, "1001")
    tape.connect("a", HOUR + 8, "1001", 3)
    tape.talked("a", HOUR + 68, "1001", 60)
    tape.note(HOUR + 68, records.CallTransferred, call_id="a", kind="queue", target="bills", by="1001")
    tape.ask("a", HOUR + 68, "bills")
    tape.note(HOUR + 108, records.QueueLeft, call_id="a", queue="bills", why="hung_up", wait_ms=40_000)
    tape.end("a", HOUR + 108, "answered", queue="bills", agent="1001", wait_ms=3_000, detail="sent_on")
    assert [cell.value for cell in told(tape, "answered", "abandoned", "transfers", "asa", "queued")] == [1, 0, 0, 3, 0]
    lines = lived(tape).evaluate(("answered", "abandoned", "transferred_in", "queued"), DAY, split=("queue",))
    assert {line.split["queue"]: [cell.value for cell in line.cells.values()] for line in lines} == {
        "desk": [1, 0, 0, 0],
        "bills": [0, 1, 1, 1],
    }


def test_a_call_sent_on_outside_by_an_agent_is_transferred_and_one_sent_before_is_not() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5)
    tape.ring("a", HOUR + 6, "1001")
    tape.connect("a", HOUR + 8, "1001", 3)
    tape.talked("a", HOUR + 68, "1001", 60)
    tape.note(HOUR + 70, records.CallTransferred, call_id="a", kind="outside")
    tape.end("a", HOUR + 80, "answered", queue="desk", agent="1001", wait_ms=3_000)
    tape.arrive("b", HOUR)
    tape.note(HOUR + 9, records.CallTransferred, call_id="b", kind="outside")
    tape.end("b", HOUR + 80, "sent_out", asked=False)
    assert [cell.value for cell in told(tape, "answered", "transfers", "sent_out")] == [1, 1, 1]


def test_a_queue_counts_from_its_own_entry_and_the_centre_by_the_callers_clock() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5, "desk")
    tape.note(HOUR + 65, records.QueueLeft, call_id="a", queue="desk", why="timeout", wait_ms=60_000)
    tape.ask("a", HOUR + 65, "spare")
    tape.ring("a", HOUR + 68, "1001", "spare")
    tape.connect("a", HOUR + 75, "1001", 70, "spare")
    tape.talked("a", HOUR + 100, "1001", 25, queue="spare")
    tape.end("a", HOUR + 100, "answered", queue="spare", agent="1001", queued=True, wait_ms=70_000)
    live = lived(tape)
    names = ("received", "answered", "asa", "overflowed_out", "overflowed_in", "service_level")
    lines = live.evaluate(names, DAY, split=("queue",))
    assert {line.split["queue"]: [cell.value for cell in line.cells.values()] for line in lines} == {
        "desk": [1, 0, None, 1, 0, None],
        "spare": [1, 1, 10, 0, 1, 1],
    }
    assert [cell.value for cell in live.evaluate(("received", "answered", "asa"), DAY)[0].cells.values()] == [1, 1, 70]


def test_a_phone_that_rang_out_counts_against_three_rings() -> None:
    tape = Tape()
    for agent in ("1001", "1002"):
        tape.agent(HOUR, agent, "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5)
    tape.ring("a", HOUR + 5, "1001")
    tape.miss("a", HOUR + 20, "1001", 15)
    tape.ring("a", HOUR + 20, "1002")
    tape.connect("a", HOUR + 25, "1002", 20, rang_s=5)
    tape.talked("a", HOUR + 40, "1002", 15)
    tape.end("a", HOUR + 40, "answered", queue="desk", agent="1002", wait_ms=20_000)
    assert [cell.value for cell in told(tape, "within_three_rings", "agent_rings", "not_answered", "phones_rung")] == [
        0.5,
        1,
        1,
        2,
    ]
    out = lived(tape).evaluate(("not_answering_hours", "occupancy"), DAY, split=("agent",), now_ms=MIDNIGHT + 5_000_000)
    assert out[0].split == {"agent": "1001"}
    assert round((out[0].cells["not_answering_hours"].value or 0) * HOUR) == 5_000 - HOUR - 20


def test_phones_that_rang_beside_the_winners_and_callers_who_gave_up_blame_nobody() -> None:
    tape = Tape()
    for agent in ("1001", "1002"):
        tape.agent(HOUR, agent, "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5)
    tape.ring("a", HOUR + 5, "1001")
    tape.ring("a", HOUR + 5, "1002")
    tape.connect("a", HOUR + 8, "1002", 3)
    tape.agent(HOUR + 8, "1001", "ready")
    tape.talked("a", HOUR + 40, "1002", 32)
    tape.end("a", HOUR + 40, "answered", queue="desk", agent="1002", wait_ms=3_000)
    tape.arrive("b", HOUR + 50)
    tape.ask("b", HOUR + 55)
    tape.ring("b", HOUR + 55, "1001")
    tape.end("b", HOUR + 60, "abandoned_short", queue="desk", wait_ms=5_000)
    tape.agent(HOUR + 60, "1001", "ready")
    assert [cell.value for cell in told(tape, "within_three_rings", "phones_rung")] == [1, 3]


def test_satisfaction_goes_by_class_and_call_type() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    for number, (score, cls) in enumerate(((5, "vip"), (4, "vip"), (2, "standard"))):
        call = f"c{number}"
        tape.served(call, HOUR + 100 * number, "1001", wait_s=4, talk_s=10, cls=cls, kind="enquiry")
        tape.note(HOUR + 100 * number + 15, records.ScoreGiven, call_id=call, question="satisfaction", score=score)
    assert value(tape, "satisfaction") == pytest.approx(2 / 3)
    lines = lived(tape).evaluate(("satisfaction",), DAY, split=("class",))
    assert {line.split["class"]: line.cells["satisfaction"].value for line in lines} == {"standard": 0, "vip": 1}
    lines = lived(tape).evaluate(("satisfaction",), DAY, split=("agent", "call_type"))
    assert [line.split for line in lines] == [{"agent": "1001", "call_type": "enquiry"}]


def coded(tape: Tape, call: str, at_s: float, agent: str, code: str, solved: bool) -> None:
    tape.note(at_s, records.CallCoded, call_id=call, queue="desk", agent=agent, code=code, solved=solved, by="cli")


def test_first_call_resolution_goes_by_the_last_code_of_a_call() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.agent(HOUR, "1002", "ready")
    tape.arrive("moved", HOUR)
    tape.ask("moved", HOUR + 5)
    tape.ring("moved", HOUR + 5, "1001")
    tape.connect("moved", HOUR + 8, "1001", wait_s=3)
    tape.talked("moved", HOUR + 68, "1001", 60)
    coded(tape, "moved", HOUR + 60, "1001", "bill", solved=False)
    tape.ask("moved", HOUR + 68)
    tape.ring("moved", HOUR + 68, "1002")
    tape.connect("moved", HOUR + 70, "1002", wait_s=5)
    coded(tape, "moved", HOUR + 90, "1002", "tariff", solved=True)
    tape.talked("moved", HOUR + 100, "1002", 30)
    tape.end("moved", HOUR + 100, "answered", agent="1002")
    for call, at_s in (("again", HOUR + 200), ("not_coded", HOUR + 400)):
        tape.served(call, at_s, "1001", wait_s=3, talk_s=20, wrap_s=30)
    coded(tape, "again", HOUR + 210, "1001", "bill", solved=True)
    coded(tape, "again", HOUR + 235, "1001", "bill", solved=False)  # in wrap-up, after the call's end
    assert told(tape, "coded", "first_call_resolution")[0].value == 2
    assert value(tape, "first_call_resolution") == 0.5
    lines = lived(tape).evaluate(("first_call_resolution",), DAY, split=("agent",))
    assert [line.cells["first_call_resolution"].value for line in lines] == [0, 1]
    lines = lived(tape).evaluate(("coded", "first_call_resolution", "talk_time"), DAY, split=("code",))
    assert {
        line.split["code"]: [cell.value for cell in line.cells.values()] for line in lines if line.split["code"]
    } == {"bill": [1, 0, 40], "tariff": [1, 1, 30]}


def test_who_codes_late_does_not_overrule_who_had_the_caller_after_them() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.agent(HOUR, "1002", "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5)
    for at_s, agent in ((HOUR + 8, "1001"), (HOUR + 20, "1002")):
        tape.ring("a", at_s, agent)
        tape.connect("a", at_s + 2, agent, wait_s=5)
        tape.talked("a", at_s + 10, agent, 8, wrap_s=60 if agent == "1001" else 0)
        if agent == "1002":
            coded(tape, "a", at_s + 9, agent, "", solved=True)
    tape.end("a", HOUR + 30, "answered", agent="1002")
    coded(tape, "a", HOUR + 60, "1001", "bill", solved=False)
    assert (value(tape, "first_call_resolution"), value(tape, "coded")) == (1, 1)


def test_repeat_complaints() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    for number in range(4):
        tape.served(f"c{number}", HOUR + 60 * number, "1001", wait_s=3, talk_s=9, kind="complaint")
    tape.served("r", HOUR + 600, "1001", wait_s=3, talk_s=9, cls="repeat", kind="complaint")
    tape.served("e", HOUR + 660, "1001", wait_s=3, talk_s=9, kind="enquiry")
    assert value(tape, "repeat_complaints") == 0.25


def test_vip_measures_go_by_the_class_held_when_first_asking() -> None:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR + 5, cls="vip")
    tape.note(HOUR + 30, records.QueueLeft, call_id="a", queue="desk", why="timeout", wait_ms=25_000)
    tape.ask("a", HOUR + 30, "spare", cls="standard")
    tape.end("a", HOUR + 70, "abandoned", queue="spare", queued=True, wait_ms=65_000)
    lines = lived(tape).evaluate(("abandoned",), DAY, split=("class",))
    assert {line.split["class"]: line.cells["abandoned"].value for line in lines} == {"vip": 1}


def test_adherence_leaves_breaks_out_and_attendance_counts_shifts() -> None:
    early = Shift(name="early", begins=8 * 60, ends=12 * 60, breaks=((10 * 60, 10 * 60 + 30),))
    day = MIDNIGHT // 86_400_000 + 1  # local midnight is 16:00 UTC of the day before
    figures = Figures(shifts=(early,), roster=tuple(Duty(agent=a, day=day, shift=early) for a in ("1001", "1002")))
    tape = Tape()
    tape.agent(7 * HOUR, "1001", "ready")  # early: nothing gained by it
    tape.agent(9 * HOUR, "1001", "paused")
    tape.agent(9.5 * HOUR, "1001", "ready")
    tape.agent(13 * HOUR, "1001", "signed_out")
    live = lived(tape, figures)
    line = live.evaluate(("adherence", "attendance"), DAY, now_ms=MIDNIGHT + 14 * HOUR * 1000)[0]
    assert line.cells["adherence"].value == pytest.approx(3 / 7)  # 3 h of 3.5 h, of two agents
    assert line.cells["attendance"].value == 0.5
    by_agent = live.evaluate(("adherence", "attendance"), DAY, split=("agent",))
    assert [[cell.value for cell in line.cells.values()] for line in by_agent] == [[pytest.approx(6 / 7), 1], [0, 0]]


def test_a_roster_of_the_future_blames_nobody_yet() -> None:
    late = Shift(name="late", begins=15 * 60, ends=22 * 60)
    figures = Figures(shifts=(late,), roster=(Duty(agent="1001", day=MIDNIGHT // 86_400_000 + 1, shift=late),))
    tape = Tape()
    tape.agent(14 * HOUR, "1001", "ready")
    live = lived(tape, figures)
    names = ("adherence", "attendance")
    before, later = (live.evaluate(names, DAY, now_ms=MIDNIGHT + at * HOUR * 1000)[0].cells for at in (14, 16))
    assert [cell.value for cell in before.values()] == [None, None]
    assert [cell.value for cell in later.values()] == [1, 1]


def test_a_measure_that_cannot_be_told_apart_says_so(morning: Tape) -> None:
    lines = lived(morning).evaluate(("abandonment", "answered"), DAY, split=("agent",))
    assert {line.cells["abandonment"].why for line in lines} == {"not measured by agent"}
    assert [line.cells["answered"].value for line in lines] == [2, 2]


def test_only_some_parts(morning: Tape) -> None:
    live = lived(morning)
    vip = live.evaluate(("answered", "asa"), DAY, only={"class": ("vip",)})[0]
    assert [cell.value for cell in vip.cells.values()] == [2, 55]
    group = live.evaluate(("answered",), DAY, only={"group": ("vip",)})[0]
    assert group.cells["answered"].value == 2
    assert live.evaluate(("answered",), DAY, only={"queue": ("none",)})[0].cells["answered"].value == 0


def test_unknown_words_are_refused(morning: Tape) -> None:
    live = lived(morning)
    with pytest.raises(KeyError):
        live.evaluate(("answerd",), DAY)
    with pytest.raises(ValueError, match="no measures by 'minute'"):
        live.evaluate(("asa",), DAY, by="minute")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no measures by 'colour'"):
        live.evaluate(("asa",), DAY, split=("colour",))


def test_targets_go_by_class_and_call_type() -> None:
    reached, satisfied = MEASURES["person_reached"].target, MEASURES["satisfaction"].target
    assert reached is not None and satisfied is not None
    assert reached.met(0.9) and not reached.met(0.9, "vip")
    assert satisfied.met(0.86, "standard", "cross_province") and not satisfied.met(0.94, "vip", "complaint")
    assert satisfied.met(0.91, "standard", "complaint") and not satisfied.met(0.91, "", "enquiry")


def test_who_is_served_before_one_who_stands_ahead_overtakes_them() -> None:
    """``b`` asked 60 s after ``a`` and is served first; ``v`` has a head start, ``o`` is elsewhere."""
    tape = Tape()
    tape.arrive("a", HOUR)
    tape.ask("a", HOUR, "desk")
    tape.served("b", HOUR + 55, "1001", wait_s=10, talk_s=30)
    tape.served("v", HOUR + 100, "1001", wait_s=60, talk_s=30, cls="vip", head_start_s=120)
    tape.served("o", HOUR + 57, "1002", wait_s=10, talk_s=30, queue="other")
    tape.connect("a", HOUR + 300, "1002", 300, "desk")
    tape.talked("a", HOUR + 360, "1002", 60)
    tape.end("a", HOUR + 360, "answered", queue="desk", agent="1002", queued=True, wait_ms=300_000)
    assert value(tape, "overtaken_most") == 60
    assert value(tape, "overtaken") == 0.25
