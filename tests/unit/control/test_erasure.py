"""What the core remembers of one caller: what is open is named and kept, what is over goes without a trace."""

import msgspec

from router.acd.callback import Callback
from router.acd.waiting import Waiting
from router.callcontrol import CallControl
from router.control.followups import Complaint, Listed, RoundState
from router.control.message import Message
from router.control.state import Appointment, PendingNotice
from router.core import commands, events, records
from router.core.boxes import MessageRules
from router.core.events import Caller
from router.core.ids import CallId, ChannelId, QueueName
from router.core.lines import Party
from router.core.turn import Output
from support.sites import NOON, small_site

CALLER, OTHER = "+8613800138000", "+8613900139000"


def core() -> CallControl:
    control = CallControl({"v1": msgspec.structs.replace(small_site(), messages=MessageRules())}, "v1")
    control.handle(events.RouterStarted(epoch=1, config="v1"), NOON)
    return control


def found(control: CallControl, name: str, caller: str) -> None:
    control.handle(
        events.MessageFound(recording=name, did="4001860", caller=Caller(number=caller), left_at=NOON, length_ms=4_000),
        NOON,
    )


def erase(control: CallControl, caller: str = "138 0013 8000") -> list[Output]:
    return control.handle(events.CallerErasureAsked(caller=caller, by="officer"), NOON + 1)


def remembered(control: CallControl) -> str:
    return msgspec.json.encode(control.snapshot()).decode()


def test_messages_lists_and_counts_go_and_nobody_elses() -> None:
    control = core()
    found(control, "messages/1_4001860_+8613800138000_a.wav", CALLER)
    found(control, "messages/2_4001860_+8613900139000_b.wav", OTHER)
    state = control.desk.state
    other: Message = state.messages["m2"]
    other.answers, other.note = {"ring": "13800138000"}, "she says +8613800138000"
    listed = [Listed(number=number, agent="1001", call="t.1.c1", tag="x", at_ms=NOON) for number in (CALLER, OTHER)]
    state.rounds["evening"] = RoundState(listed=listed)
    state.callback_times = [(CALLER, "desk", NOON), (OTHER, "desk", NOON)]
    held = control.held("13800138000")
    assert (held.messages, held.mentions, held.listed, held.booked, held.open) == (1, 1, 1, 1, ())
    assert held.refs == ("m1",)
    out = erase(control)
    assert [type(one).__name__ for one in out] == ["MessageDeleted", "EraseRecording"]
    recording = next(one.recording for one in out if isinstance(one, commands.EraseRecording))
    assert control.held(CALLER).erasing == 1
    control.handle(events.RecordingErased(recording=recording), NOON + 2)
    assert control.held(CALLER) == type(held)()
    assert "13800138000" not in remembered(control)
    assert other.answers == {"ring": ""} and other.note == "she says erased"
    assert len(state.callback_times) == 2, "the hour's limit still counts them"
    assert [one.number for one in state.rounds["evening"].listed] == [OTHER]


def test_what_is_open_is_named_with_its_cure_and_nothing_changes() -> None:
    control = core()
    found(control, "messages/1.wav", CALLER)
    state = control.desk.state
    common = {"kind": "simple", "opened_ms": NOON, "answer_due_ms": NOON, "resolve_due_ms": NOON}
    state.complaints["t.q1"] = Complaint(id="t.q1", number=CALLER, **common)  # type: ignore[arg-type]
    state.complaints["t.q2"] = Complaint(id="t.q2", number=OTHER, **common)  # type: ignore[arg-type]
    party = Party(kind="outside", number="013800138000")
    state.appointments["t.a1"] = Appointment(id="t.a1", kind="reminder", party=party, flow="f", at_ms=NOON, by="x")
    fields = {"caller": CALLER}
    state.notices["r"] = PendingNotice(
        request="r", call="t.1.c9", config="v1", service="sms", fields=fields, timeout_ms=1, began_at=NOON
    )
    before = remembered(control)
    held = control.held(CALLER)
    assert [(what, name) for what, name, _ in held.open] == [
        ("complaint", "t.q1"), ("appointment", "t.a1"), ("notice", "r"),
    ]  # fmt: skip
    assert held.open[0][2] == "hotline complaints resolved t.q1"
    (refused,) = erase(control)
    assert isinstance(refused, records.AskRefused) and refused.reason == "complaint t.q1 is still open"
    control.desk.state.ledger.seq -= 1
    assert remembered(control) == before


def test_a_call_under_way_is_waited_for() -> None:
    control = core()
    arrived = events.CallArrived(channel=ChannelId("x1"), did="4001860", caller=Caller(number=CALLER, raw="138"))
    control.handle(arrived, NOON)
    (call,) = control.desk.state.calls
    assert control.held(CALLER).open[0][:2] == ("call", call)
    (refused,) = erase(control)
    assert isinstance(refused, records.AskRefused) and CALLER[1:] not in refused.reason
    assert erase(control, "hello")[0].reason == "that is no telephone number"  # type: ignore[union-attr]


def test_a_callback_promised_is_kept_or_cancelled_first() -> None:
    control = core()
    place = Waiting(call=CallId("t.cb1"), queue=QueueName("desk"), tier=1, key_ms=0, seq=1, asked_at=NOON, patient=True)
    promised = Callback(
        id="t.cb1",
        queue=QueueName("desk"),
        number=CALLER,
        dial="013800138000",
        place=place,
        booked_ms=NOON,
        expires_ms=NOON + 3_600_000,
    )
    control.desk.state.callbacks["t.cb1"] = promised
    assert control.held(CALLER).open == (("callback", "t.cb1", "hotline callbacks cancel t.cb1"),)
    (refused,) = erase(control)
    assert isinstance(refused, records.AskRefused) and refused.cure == "hotline callbacks cancel t.cb1"
    assert control.desk.state.callbacks["t.cb1"].number == CALLER


def test_the_record_says_how_much_and_not_whose() -> None:
    control = core()
    (noted,) = control.handle(events.CallerErasureDone(counts={"messages": 2}, left=1, by="officer"), NOON)
    assert isinstance(noted, records.CallerErased)
    assert (noted.counts, noted.left, noted.by) == ({"messages": 2}, 1, "officer")
