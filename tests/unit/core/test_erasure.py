"""Which records are a caller's, and how they read when the caller is erased."""

from typing import Any

import msgspec
import pytest

from router.adapters.record_codec import RECORD_TYPES, to_fields
from router.adapters.stream_erasing import without
from router.core.erasure import OWNERS, STRANGERS, Traces, forms_of
from router.core.privacy import CALLERS
from router.core.records import Alert, CallReceived, MenuStep, MessageDeleted, MessageLeft
from support.tape import made

CALLER = "+8613800138000"


def traces() -> Traces:
    return Traces(forms_of(CALLER, "CN"))


def plain(record: Any) -> dict[str, Any]:
    return {"type": type(record).__name__, **msgspec.to_builtins(record)}


def test_every_field_with_a_callers_number_says_whose_the_record_is_or_that_it_does_not() -> None:
    numbers = CALLERS - {"answers", "note"}
    found = {
        (name, field) for name, kind in RECORD_TYPES.items() for field in kind.__struct_fields__ if field in numbers
    }
    said = {(kind, field) for kind, fields in OWNERS.items() for field in fields} | STRANGERS
    assert found == said, "say in router/core/erasure.py whose a record with this number is"
    for kind, fields in OWNERS.items():
        for refs in fields.values():
            assert set(refs) <= set(RECORD_TYPES[kind].__struct_fields__)


@pytest.mark.parametrize(
    ("number", "country", "written"),
    [
        (CALLER, "CN", "13800138000"),
        (CALLER, "CN", "008613800138000"),
        ("+442087654321", "GB", "02087654321"),
        ("+442087654321", "CN", "00442087654321"),
        ("+862164321234", "CN", "02164321234"),
    ],
)
def test_a_number_is_found_however_it_is_written(number: str, country: str, written: str) -> None:
    found = Traces(forms_of(number, country))
    assert found.mentioned(written) and found.mentioned(f"rang {written}.") and found.mentioned(f"x_{written}_y.wav")
    assert not found.mentioned(f"1{written}") and not found.mentioned(f"{written}1")


def test_all_of_a_callers_records_lose_what_they_said_and_others_only_the_number() -> None:
    known = traces()
    received = made(CallReceived, call_id="t.1.c1", did="4001860", caller=CALLER, diverted_from="+8613900139000")
    left = made(
        MessageLeft, call_id="t.1.c1", message="m1", recording="t.1.c1.r1", caller=CALLER, answers={"account": "55"}
    )
    typed, other = made(MenuStep, call_id="t.1.c1", result="5512"), made(MenuStep, call_id="t.1.c2", result="5512")
    alert = made(Alert, kind="complaint_overdue", subject=CALLER, call_id="", detail="t.q1 +8613900139000")
    deleted = made(MessageDeleted, call_id="", message="m1", recording="messages/9_4001860_+8613800138000_c.wav")
    for record in (received, left, typed, other, alert, deleted):
        known.learn(plain(record))
    assert known.refs == {"t.1.c1", "m1"}
    assert known.without(plain(received))["caller"] == known.without(plain(received))["diverted_from"] == ""
    cleaned = known.without(plain(left))
    assert (cleaned["caller"], cleaned["answers"]) == ("", {})
    assert (cleaned["message"], cleaned["recording"], cleaned["call_id"]) == ("m1", "t.1.c1.r1", "t.1.c1")
    assert known.without(plain(typed))["result"] == "erased" and known.without(plain(other))["result"] == "5512"
    alerted = known.without(plain(alert))
    assert (alerted["subject"], alerted["detail"]) == ("", "t.q1 +8613900139000")
    assert known.without(plain(deleted))["recording"] == "messages/9_erased_erased_c.wav"
    flat = to_fields(left)
    assert without(known, flat) == {**flat, "caller": "", "answers": "{}"}


def test_a_call_that_was_only_diverted_by_them_stays_its_callers() -> None:
    known = traces()
    record = plain(made(CallReceived, call_id="t.1.c1", caller="+8613900139000", diverted_from=CALLER))
    known.learn(record)
    assert not known.refs
    assert known.without(record) == {**record, "diverted_from": ""}


def test_a_short_number_is_looked_for_as_a_whole_value_only() -> None:
    known = Traces(("110",))
    assert known.without({"type": "Alert", "subject": "110", "detail": "110 of 1100"})["detail"] == "110 of 1100"
    assert known.without({"type": "Alert", "subject": "110"})["subject"] == ""
