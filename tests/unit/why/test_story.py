"""The story of a call: every step in words, from its records alone."""

import msgspec
import pytest

from router.adapters.record_codec import RECORD_TYPES, from_fields, to_fields
from router.core import events, records
from router.core.events import LegEnd
from router.core.ids import AgentId, CallId, ChannelId
from router.core.records import Record
from router.why.phrases import Phrases
from router.why.story import Story, tell
from support.history import History
from support.sites import NOON, small_site

CLOCK = small_site().clock


def story(past: History, call: str = "c1", language: str = "en") -> Story:
    """Told from what the stream would give back."""
    found = [from_fields(to_fields(record)) for record in past.records]
    return tell(CallId(f"t.1.{call}"), found, Phrases(language, CLOCK), language)


def texts(past: History, call: str = "c1", language: str = "en") -> list[str]:
    return [line.text for line in story(past, call, language).lines]


@pytest.fixture
def eventful() -> History:
    """Free longest does not answer, the next rejects, the third takes it; a VIP goes ahead meanwhile."""
    past = History().sign_in("1001", "1002", "1003").ask("1003", pause="meal").wait(57)
    past.arrive("A", "4001860").wait(3)
    past.feed(events.KeyPressed(channel=ChannelId("A"), key="1"))
    past.rings("A").wait(15)
    past.arrive("B", "4001860", keys="2")
    past.rings("A").wait(1).refuses("A", LegEnd.REJECTED)
    past.wait(2)
    past.rings("B").wait(3).answers("B").wait(5).ask("1003")
    past.rings("A").wait(4).answers("A").wait(30)
    return past.leave("A").leave("B")


def test_the_whole_story(eventful: History) -> None:
    told = story(eventful)
    assert told.head == "Call t.1.c1, 2026-09-21, +8613800138000 to 4001860"
    assert told.glance == "answered by 1003 after a wait of 30.0 s"
    assert [line.text for line in told.lines] == [
        "The call came in at 4001860 from +8613800138000, on trunk local.",
        "The line was answered after 0.0 s (0.0 rings).",
        "Pressed 1 in 'main/choose' (menu).",
        "Asked for a person by pressing 1 in 'main/choose': queue 'desk', class 'standard', place 1 of 1.",
        "An agent was free at once.",
        "1001's phone 1001 is rung (try 1): free longest of 2: 1 min 03 s; next would have been 1002 (1 min 02 s).",
        "The others: 1 paused (meal); 1 free, but behind in order.",
        "1001 did not answer within 15.0 s (3.0 rings).",
        "1001 was taken out of rotation (not answering); the supervisor was told.",
        "1002's phone 1002 is rung (try 2): the only one free who may take it.",
        "The others: 1 paused (meal), 1 out of rotation.",
        "1002 rejected the call after 1.0 s (0.2 rings).",
        "1003's phone 1003 is rung (try 3): 1003 became free, and this call was first in line.",
        "The others: 1 out of rotation, 1 talking.",
        "Connected with 1003 after a wait of 30.0 s (6.0 rings); 1003's phone rang for 4.0 s.",
        "That was late for this queue.",
        "While it waited, agents took other calls of queue 'desk' (1); of these had asked later:"
        " t.1.c2 (15.0 s later, head start 2 min 00 s).",
        "The talk with 1003 ended after 30.0 s, hold 0.0 s; the caller hung up.",
        "The call ended after 1 min 03 s: answered; the caller ended it.",
    ]
    assert told.summary == "In all: in menus 3.0 s, waiting for a person 30.0 s, talk 30.0 s."
    assert [told.lines[0].time, told.lines[-1].time] == ["14:14:20", "14:15:23"]


def test_the_same_in_chinese(eventful: History) -> None:
    told = texts(eventful, language="zh")
    assert len(told) == len(texts(eventful))
    assert told[2] == "在“main/choose”（menu）按 1。"
    assert "2 名空闲者中空闲最久：1 分 03 秒；其次是 1002（1 分 02 秒）" in told[5]
    assert told[7] == "1001 在 15.0 秒（3.0 声）内未接听。"


def test_a_vip_hears_of_their_head_start_and_who_would_have_been_next(eventful: History) -> None:
    told = texts(eventful, "c2")
    assert "Its head start is 2 min 00 s: it goes before calls that asked up to 2 min 00 s earlier without one." in told
    assert "Nobody who may take it was free: 1 paused (meal), 1 out of rotation, 1 chosen for another call." in told
    came = next(text for text in told if "became free" in text)
    assert came.endswith("this call was first in line; next would have been t.1.c1, 1 min 45 s behind it.")


def test_one_who_gives_up_waited_in_vain() -> None:
    past = History().arrive("A").wait(12).leave("A")
    told = story(past)
    assert told.glance == "the caller gave up after only 12.0 s"
    assert "Nobody who may take it was free: 3 signed out." in [line.text for line in told.lines]
    assert told.lines[-1].text.startswith("The call ended after 12.0 s: given up by the caller after a short wait")


def test_what_the_agent_codes_after_the_call_is_told() -> None:
    past = History().sign_in("1001").arrive("A", "4001860", keys="1")
    past.rings("A").answers("A").wait(20)
    past.leave("A").wait(1)
    past.feed(events.CallCodeAsked(agent=AgentId("1001"), code="bill", solved=False))
    past.feed(events.CallCodeAsked(agent=AgentId("1001"), code="", solved=True))
    assert texts(past)[-2:] == [
        "Agent 1001 coded the call (bill): not solved yet.",
        "Agent 1001 coded the call (no reason): solved at once.",
    ]
    assert texts(past, language="zh")[-2] == "话务员 1001 已为通话编码（bill）：尚未解决。"


def test_an_emergency_goes_first() -> None:
    past = History().arrive("A").wait(5).arrive("B", "4001861").sign_in("1001")
    told = texts(past, "c2")
    assert "It is an emergency: it goes before every other call." in told
    assert any("an emergency goes first; next would have been t.1.c1" in text for text in told)
    assert story(past, "c2").glance == "still under way"
    assert story(past, "c2").summary == ""


@pytest.mark.parametrize(
    ("strategy", "why"),
    [
        ("longest_idle", "free longest of 2: 2.0 s; next would have been 1002 (1.0 s)"),
        ("fewest_calls", "fewest calls since signing in of 2 free: 0; next would have been 1002 (0), the same"),
        ("best_skill", "best at what is needed of 2 free: level 0; next would have been 1002 (level 0), the same"),
        ("in_order", "first in the list of agents of 2 free; next would have been 1002"),
        ("round_robin", "rung longest ago of 2 free; next would have been 1002"),
        ("spare_generalists", "can do the least else of 2 free (2 skills and groups); next would have been 1002 (2)"),
    ],
)
def test_each_strategy_has_its_words(strategy: str, why: str) -> None:
    past = History(strategy=strategy).sign_in("1001", "1002").arrive("A")
    assert any(why in text for text in texts(past))


def test_a_withheld_number_and_the_last_ready_agent() -> None:
    past = History().sign_in("1001").arrive("A", caller="")
    past.rings("A").wait(15)
    told = texts(past)
    assert "number withheld" in told[0]
    assert any("stayed in rotation" in text for text in told)


def test_every_record_of_a_call_is_told_in_words_of_its_own() -> None:
    words = Phrases("en", CLOCK)
    told_in_others = {"Ignored"}
    for name, kind in RECORD_TYPES.items():
        if "call_id" not in kind.__struct_fields__ or name in told_in_others:
            continue
        lines = tell(CallId("t.1.c1"), [_sample(kind)], words, "en").lines
        assert not any(line.text.startswith(f"{name}:") for line in lines), f"router/why/teller.py does not tell {name}"


def test_a_record_nobody_tells_is_told_by_its_fields() -> None:
    class Levitated(Record, frozen=True, kw_only=True):
        call_id: CallId
        height_m: int
        note: str

    record = Levitated(seq=1, at_ms=NOON, v=1, config="v1", call_id=CallId("t.1.c1"), height_m=3, note="")
    assert [line.text for line in tell(CallId("t.1.c1"), [record], Phrases("en", CLOCK), "en").lines] == [
        "Levitated: height_m 3."
    ]


def test_a_call_without_records_is_refused() -> None:
    with pytest.raises(ValueError, match=r"t\.1\.c9"):
        story(History(), "c9")


def _sample(kind: type[Record]) -> Record:
    values: dict[str, object] = {}
    words = {"why": "no_answer", "kind": "extension", "by": "caller", "ended_by": "caller", "result": "done"}
    for field in msgspec.structs.fields(kind):
        match msgspec.inspect.type_info(field.type):
            case msgspec.inspect.BoolType():
                values[field.name] = True
            case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
                values[field.name] = NOON if field.name == "at_ms" else 1
            case msgspec.inspect.EnumType(cls=cls):
                values[field.name] = next(iter(cls))
            case msgspec.inspect.StrType():
                values[field.name] = words.get(field.name, "text")
            case _:
                values[field.name] = {}
    return kind(**{**values, "call_id": CallId("t.1.c1")})


def test_the_sample_is_a_record() -> None:
    assert isinstance(_sample(records.CallEnded), records.CallEnded)
