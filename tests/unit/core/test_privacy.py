"""What the public reads of a record: everything but who called."""

import msgspec

from router.adapters.pseudonyms import pseudonyms
from router.adapters.record_codec import RECORD_TYPES
from router.core.privacy import CALLERS, OPEN, WORDS, shown, text_fields
from router.core.records import Alert, CallReceived, MenuStep, MessageLeft, MessageReceived

HIDE = pseudonyms("key")


def test_every_field_of_text_is_said_to_be_open_or_not() -> None:
    unnamed = text_fields() - OPEN - CALLERS - set(WORDS)
    assert not unnamed, f"name {sorted(unnamed)} in router/core/privacy.py: can it hold a caller's data?"
    assert not OPEN & CALLERS
    assert not (OPEN | CALLERS) & set(WORDS)


def test_no_name_is_kept_that_no_record_has() -> None:
    assert (OPEN | CALLERS | set(WORDS)) - text_fields() <= {"type", "answered"}


def test_callers_are_hidden_whole_and_numbers_among_words() -> None:
    fields = {"caller": "+8613800138000", "did": "4001860", "diverted_from": ""}
    assert shown(CallReceived, fields, HIDE) == {"caller": HIDE("+8613800138000")}
    detail = {"detail": "call +8613800138000 or 12, then 95002", "subject": "1001"}
    assert shown(Alert, detail, HIDE) == {"detail": f"call {HIDE('+8613800138000')} or 12, then 95002"}
    assert shown(MenuStep, {"result": "1", "node": "123456"}, HIDE) == {}
    assert shown(MenuStep, {"result": "8844"}, HIDE) == {"result": HIDE("8844")}
    assert shown(Alert, {"detail": "++1+"}, HIDE) == {}
    away = {"recording": "away/4001860-13800138000-1795310"}  # the switch names it when we are away
    assert "13800138000" not in shown(MessageReceived, away, HIDE)["recording"]
    assert shown(MessageLeft, {"recording": "demo.12.c345.r1", "message": "demo.12.c345.r1"}, HIDE) == {}


def test_a_field_of_a_new_record_is_hidden_until_somebody_says_otherwise() -> None:
    new = msgspec.defstruct("New", [("nickname", str)], bases=(Alert,), kw_only=True, frozen=True)
    assert shown(new, {"nickname": "Zhang San"}, HIDE) == {"nickname": HIDE("Zhang San")}


def test_a_pseudonym_is_the_same_for_the_same_number_under_the_same_key_only() -> None:
    number = "+8613800138000"
    assert HIDE(number) == pseudonyms("key")(number) != pseudonyms("other")(number)
    assert HIDE(number) != HIDE("+8613800138001")
    assert number[3:] not in HIDE(number)
    assert len(RECORD_TYPES) > 20
