"""ARI's JSON to the core's events, with events as a real Asterisk 22.10.1 sends them."""

import msgspec
import pytest

from router.adapters.ari_codec import (
    Channel,
    decode_event,
    leg_end,
    phone_endpoint,
    ring_variables,
    stasis_args,
    way_in,
)
from router.core.events import CallArrived, CodeDialled, LegEnd

ARRIVAL = """{"type":"StasisStart","timestamp":"2026-11-21T20:38:44.051+0000",
"args":["in","4001860","local","allowed_not_screened","+8675583668888"],
"channel":{"id":"n1-1795293524.5","name":"PJSIP/trunk-local-00000005","state":"Ring","protocol_id":"850465129199@h",
"caller":{"name":"","number":"13800138000"},"connected":{"name":"","number":""},"accountcode":"",
"dialplan":{"context":"from-trunk","exten":"4001860","priority":1,"app_name":"Stasis",
"app_data":"hotline,in,4001860,local,allowed_not_screened,+8675583668888"},
"creationtime":"2026-11-21T20:38:44.051+0000","language":"en","caller_rdnis":"+8675583668888"},
"asterisk_id":"02:fc:00:00:00:01","application":"hotline"}"""


def test_a_call_arrives() -> None:
    wire = decode_event(ARRIVAL)
    assert wire.channel is not None
    arrival = way_in(wire.channel, wire.args, "CN")
    assert isinstance(arrival, CallArrived)
    assert arrival.channel == "n1-1795293524.5"
    assert (arrival.did, arrival.trunk, arrival.diverted_from) == ("4001860", "local", "+8675583668888")
    assert arrival.caller.number == "+8613800138000"
    assert not arrival.caller.withheld


def test_the_same_arrival_is_recovered_from_the_dialplan() -> None:
    wire = decode_event(ARRIVAL)
    assert wire.channel is not None
    assert stasis_args(wire.channel, "hotline") == wire.args
    assert stasis_args(wire.channel, "other") is None
    assert stasis_args(Channel("x"), "hotline") is None


def test_ways_in() -> None:
    channel = Channel("n1-1.1")
    code = way_in(channel, ("code", "1001", "*11"), "CN")
    assert code == CodeDialled(channel="n1-1.1", phone="1001", code="*11")  # type: ignore[arg-type]
    arrival = way_in(channel, ("in", "4001860"), "CN")
    assert isinstance(arrival, CallArrived)
    assert (arrival.trunk, arrival.diverted_from) == ("", None)
    short = way_in(channel, ("in", "4001860", "t", "allowed", "1258"), "CN")
    assert isinstance(short, CallArrived)
    assert short.diverted_from == "1258"


@pytest.mark.parametrize("args", [(), ("in",), ("in", ""), ("code", "1001"), ("code", "", "*11"), ("dialed",)])
def test_anything_else_is_no_way_in(args: tuple[str, ...]) -> None:
    assert way_in(Channel("n1-1.1"), args, "CN") is None


def test_decoding_passes_over_what_is_unknown_and_refuses_what_is_odd() -> None:
    wire = decode_event('{"type":"NewInAsterisk30","channel":{"id":"a","flavour":{"x":[1]}},"more":null}')
    assert wire.type == "NewInAsterisk30"
    with pytest.raises(msgspec.DecodeError):
        decode_event('{"type":"StasisEnd","channel":{"id":5}}')
    with pytest.raises(msgspec.DecodeError):
        decode_event('{"type":"StasisEnd","chan')


@pytest.mark.parametrize(
    ("cause", "tech_cause", "rang", "why"),
    [
        (23, 302, True, LegEnd.FORWARDED),
        (17, 486, True, LegEnd.BUSY),
        (17, 0, False, LegEnd.BUSY),
        (21, 603, True, LegEnd.REJECTED),
        (1, 404, False, LegEnd.UNREACHABLE),
        (34, 503, True, LegEnd.UNREACHABLE),
        (38, 500, True, LegEnd.UNREACHABLE),
        (20, 0, False, LegEnd.UNREACHABLE),
        (19, 480, True, LegEnd.NO_ANSWER),
        (19, 480, False, LegEnd.UNREACHABLE),
        (16, 0, True, LegEnd.NO_ANSWER),
    ],
)
def test_why_a_leg_ended(cause: int, tech_cause: int, rang: bool, why: LegEnd) -> None:
    assert leg_end(cause=cause, tech_cause=tech_cause, rang=rang) is why


def test_only_names_of_phones_become_endpoints() -> None:
    assert phone_endpoint("1001") == "PJSIP/1001"
    for hostile in ("", "1001@trunk-carrier", "trunk/sip:1@x", "1001&PJSIP/1002", "../x", "a b", "1\r\n"):
        assert phone_endpoint(hostile) is None


def test_what_a_display_shows_cannot_break_out() -> None:
    variables = ring_variables(
        show_number='+86138";<x>\r\n',
        show_name='Li "X" <sip:a@b>\r\nVia: x',
        headers=(("X-Call", "c1\r\nX-Evil: 1"), ("Bad Name", "x"), ("", "y")),
        auto_answer=False,
    )
    assert variables == {
        "CONNECTEDLINE(name,i)": "Li X sip:a@b Via: x",
        "CONNECTEDLINE(num)": "+86138x",
        "PJSIP_HEADER(add,X-Call)": "c1 X-Evil: 1",
    }


def test_a_name_without_a_number_is_still_shown() -> None:
    variables = ring_variables(show_number="", show_name="VIP", headers=(), auto_answer=False)
    assert variables == {"CONNECTEDLINE(name)": "VIP"}


def test_auto_answer_speaks_to_both_kinds_of_phones() -> None:
    variables = ring_variables(show_number="", show_name="", headers=(), auto_answer=True)
    assert "answer-after=0" in variables["PJSIP_HEADER(add,Call-Info)"]
    assert "auto" in variables["PJSIP_HEADER(add,Alert-Info)"]
