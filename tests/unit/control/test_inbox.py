"""Messages as work: every cell of their table, who may do what, deadlines, age, and recordings that must go."""

import msgspec
import pytest

from router.acd.agent import IllegalTransition
from router.callcontrol import CallControl
from router.control.message import MESSAGE_TABLE, Message, MessageEvent, MessageStage
from router.core import commands, events, records
from router.core.boxes import Box, MessageRules
from router.core.events import Caller
from router.core.ids import AgentId
from router.core.turn import Output
from support.sites import NOON, small_site

HOUR_MS = 3_600_000
RULES = MessageRules(
    boxes={
        "desk": Box(
            name="desk",
            groups=("inbound",),
            answer_within_ms=HOUR_MS,
            alert_before_ms=600_000,
            claim_for_ms=900_000,
            keep_ms=48 * HOUR_MS,
        ),
        "other": Box(name="other", groups=("nobody",)),
    },
    keep_ms=24 * HOUR_MS,
    away="desk",
)


class Line:
    """A core with boxes, and what it says."""

    def __init__(self, rules: MessageRules = RULES) -> None:
        self.sites = {"v1": msgspec.structs.replace(small_site(), messages=rules)}
        self.core = CallControl(self.sites, "v1")
        self.now = NOON
        self.tell(events.RouterStarted(epoch=1, config="v1"))

    def tell(self, event: events.Event) -> list[Output]:
        return [*self.core.expire(self.now), *self.core.handle(event, self.now)]

    def wait(self, ms: int) -> list[Output]:
        out: list[Output] = []
        end = self.now + ms
        while (deadline := self.core.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            out += self.core.expire(self.now)
        self.now = end
        return out

    def found(self, recording: str = "messages/a.wav", caller: str = "+8613800138000") -> list[Output]:
        return self.tell(
            events.MessageFound(
                recording=recording, did="4001860", caller=Caller(number=caller), left_at=self.now, length_ms=4_000
            )
        )

    def ask(self, what: str, agent: str = "", message: str = "m1") -> list[Output]:
        return self.tell(events.MessageAsked(message=message, ask=what, agent=AgentId(agent)))  # type: ignore[arg-type]

    @property
    def message(self) -> Message:
        return self.core.desk.state.messages["m1"]

    def restart(self) -> list[Output]:
        """Through the encoded snapshot, as after a kill."""
        plain = msgspec.json.decode(msgspec.json.encode(self.core.snapshot()))
        self.core = CallControl.restore(plain, self.sites)
        return self.tell(events.RouterStarted(epoch=2, config="v1"))


def names(out: list[Output]) -> list[str]:
    return [type(output).__name__ for output in out]


def refusal(out: list[Output]) -> str:
    return next(output.reason for output in out if isinstance(output, records.AskRefused))


@pytest.mark.parametrize("stage", MessageStage)
@pytest.mark.parametrize("event", MessageEvent)
def test_every_cell_of_the_table(stage: MessageStage, event: MessageEvent) -> None:
    message = Message(id="m1", box="desk", recording="r", left_at=0, length_ms=1, stage=stage)
    if event in MESSAGE_TABLE[stage]:
        assert message.can(event)
        message.apply(event)
        assert message.stage is MESSAGE_TABLE[stage][event]
    else:
        assert not message.can(event)
        with pytest.raises(IllegalTransition, match="message"):
            message.apply(event)


def test_claimed_by_one_and_the_other_is_told_who_has_it() -> None:
    line = Line()
    line.found()
    assert names(line.ask("claim", "1001")) == ["MessageClaimed"]
    line.wait(5_000)
    assert refusal(line.ask("claim", "1002")) == "agent 1001 has message m1, since 5 s ago"
    assert line.ask("claim", "1001") == [], "said twice is no harm"
    assert refusal(line.ask("done", "1002")).startswith("agent 1001 has message m1")
    (done,) = line.ask("done", "1001")
    assert isinstance(done, records.MessageDone) and done.in_time and done.answer_ms == 5_000
    assert refusal(line.ask("done", "1001")) == "message m1 is done already"
    assert refusal(line.ask("claim", "1002")) == "agent 1001 has done message m1"


@pytest.mark.parametrize(
    ("what", "agent", "message", "reason"),
    [
        ("claim", "1001", "m9", "there is no message 'm9'"),
        ("claim", "9999", "m1", "there is no agent '9999'"),
        ("claim", "", "m1", "nobody is named who claims it"),
        ("release", "1001", "m1", "nobody has message m1"),
        ("reopen", "1001", "m1", "message m1 is not done"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(what: str, agent: str, message: str, reason: str) -> None:
    line = Line()
    line.found()
    before = line.core.snapshot()["messages"]
    assert refusal(line.ask(what, agent, message)) == reason
    assert line.core.snapshot()["messages"] == before


def test_only_the_boxs_groups_and_a_regrouped_agent_is_of_the_new_one() -> None:
    line = Line(msgspec.structs.replace(RULES, away="other"))
    line.found()
    assert "in no group that answers box 'other'" in refusal(line.ask("claim", "1001"))
    rules = msgspec.structs.replace(RULES, boxes={"desk": Box(name="desk", groups=())})
    everybody = Line(rules)
    everybody.found()
    assert names(everybody.ask("claim", "1001")) == ["MessageClaimed"]


def test_a_supervisor_releases_and_finishes_for_others() -> None:
    line = Line()
    line.found()
    line.ask("claim", "1001")
    (released,) = line.ask("release")
    assert isinstance(released, records.MessageReopened) and (released.agent, released.why) == ("1001", "asked")
    line.ask("claim", "1002")
    assert names(line.ask("done")) == ["MessageDone"]
    assert line.message.agent == "1002"
    assert names(line.ask("reopen")) == ["MessageReopened"]
    assert (line.message.stage, line.message.agent) == (MessageStage.OPEN, "")


def test_alerts_before_and_at_the_deadline_and_a_claim_that_ends() -> None:
    line = Line()
    line.found()
    assert line.wait(49 * 60_000) == []
    out = line.wait(60_000)
    assert [(o.kind, o.subject) for o in out if isinstance(o, records.Alert)] == [("message_due", "desk")]
    line.ask("claim", "1001")
    out = line.wait(10 * 60_000)
    assert [o.kind for o in out if isinstance(o, records.Alert)] == ["message_late"]
    out = line.wait(5 * 60_000)
    assert [(o.why, o.agent) for o in out if isinstance(o, records.MessageReopened)] == [("timeout", "1001")]
    (done,) = line.ask("done", "1002")
    assert isinstance(done, records.MessageDone) and not done.in_time
    assert line.wait(HOUR_MS) == [], "what is done is no longer told of"


def test_reopened_it_has_its_deadline_again() -> None:
    line = Line()
    line.found()
    line.ask("done", "1001")
    line.ask("reopen")
    assert [o.kind for o in line.wait(HOUR_MS) if isinstance(o, records.Alert)] == ["message_due", "message_late"]
    line.ask("done", "1001")
    line.ask("reopen")
    assert line.core.messages(line.now)[0]["late"]
    assert line.wait(HOUR_MS) == [], "that it is late has been told"


def test_thousands_have_one_timer_for_their_ages() -> None:
    line = Line(msgspec.structs.replace(RULES, boxes={"desk": Box(name="desk", keep_ms=HOUR_MS)}))
    for number in range(1_000):
        line.found(f"messages/{number}.wav")
        line.wait(1_000)
    assert len(line.core.snapshot()["timers"]) == 1
    out = line.wait(HOUR_MS - 500_500)
    assert names(out).count("MessageDeleted") == 500
    assert names(line.wait(600_000)).count("MessageDeleted") == 500
    assert line.core.deadline() is None


def test_done_in_time_nobody_is_alerted() -> None:
    line = Line()
    line.found()
    line.ask("done", "1001")
    assert line.wait(2 * HOUR_MS) == []


def test_too_old_it_goes_with_its_file_even_over_a_restart() -> None:
    line = Line()
    line.found()
    line.ask("done", "1001")
    out = line.wait(48 * HOUR_MS)
    assert names(out) == ["MessageDeleted", "EraseRecording"]
    assert isinstance(out[0], records.MessageDeleted) and (out[0].why, out[0].was) == ("age", "done")
    assert names(line.restart()) == ["EraseRecording", "RouterUp"], "nobody said yet that the file is gone"
    (gone,) = line.tell(events.RecordingErased(recording="messages/a.wav"))
    assert isinstance(gone, records.RecordingDeleted) and gone.message == "m1"
    assert names(line.restart()) == ["RouterUp"]
    assert line.core.deadline() is None


def test_a_file_that_will_not_go_is_told_of_and_tried_again() -> None:
    line = Line()
    line.found()
    line.ask("delete")
    out = line.tell(events.RecordingErased(recording="messages/a.wav", trouble="Permission denied"))
    assert [o.kind for o in out if isinstance(o, records.Alert)] == ["recording_not_erased"]
    assert names(line.wait(HOUR_MS)) == ["EraseRecording"]


def test_an_unanswered_one_that_grows_too_old_is_told_of() -> None:
    line = Line()
    line.found()
    kinds = [o.kind for o in line.wait(49 * HOUR_MS) if isinstance(o, records.Alert)]
    assert kinds == ["message_due", "message_late", "message_expired"]


def test_a_complaint_is_kept_until_complaints_are_not() -> None:
    line = Line()
    line.found()
    line.message.call_type = "complaint"
    assert "MessageDeleted" not in names(line.wait(100 * HOUR_MS))
    rules = msgspec.structs.replace(RULES, keep_types=())
    line.sites["v2"] = msgspec.structs.replace(line.sites["v1"], version="v2", messages=rules)
    line.tell(events.SiteLoaded(config="v2"))
    assert "MessageDeleted" in names(line.wait(0))


def test_a_new_version_may_keep_them_longer() -> None:
    line = Line()
    line.found()
    longer = msgspec.structs.replace(RULES, boxes={"desk": Box(name="desk", keep_ms=96 * HOUR_MS)})
    line.sites["v2"] = msgspec.structs.replace(line.sites["v1"], version="v2", messages=longer)
    line.tell(events.SiteLoaded(config="v2"))
    assert "MessageDeleted" not in names(line.wait(72 * HOUR_MS))
    assert "MessageDeleted" in names(line.wait(48 * HOUR_MS))


def test_all_of_one_caller_however_the_number_is_written() -> None:
    line = Line()
    for number, caller in enumerate(("+8613800138000", "+8613800138001", "+8613800138000")):
        line.found(f"messages/{number}.wav", caller)
    out = line.tell(events.CallerMessagesAsked(caller="138 0013 8000", by="lead"))
    assert names(out) == ["MessageDeleted", "EraseRecording"] * 2
    assert [row["caller"] for row in line.core.messages(line.now)] == ["+8613800138001"]
    assert "has left no message" in refusal(line.tell(events.CallerMessagesAsked(caller="13800138000")))
    assert "has left no message" in refusal(line.tell(events.CallerMessagesAsked(caller="")))


def test_the_same_recording_is_work_once() -> None:
    line = Line()
    assert names(line.found()) == ["MessageReceived"]
    assert names(line.found()) == ["Ignored"]
    line.ask("delete")
    assert names(line.found()) == ["Ignored"], "it is about to be erased"
    assert line.core.recordings() == {"messages/a.wav"}


def test_what_was_spoken_first_is_erased_when_it_is_spoken_anew_or_too_short() -> None:
    line = Line()
    line.tell(events.SwitchSeen(channels=()))
    line.tell(events.CallArrived(channel="A", did="4001860", caller=Caller(number="+8613800138000")))  # type: ignore[arg-type]
    line.tell(events.CallAnswered(channel="A"))  # type: ignore[arg-type]
    for key in "41":
        line.tell(events.KeyPressed(channel="A", key=key))  # type: ignore[arg-type]
    (playback,) = line.core.open_playbacks()
    out = line.tell(events.PlaybackFinished(playback=playback))
    assert [o.recording for o in out if isinstance(o, commands.RecordCaller)] == ["t.1.c1.r1"]
    assert line.core.open_recordings() == ("t.1.c1.r1",)
    out = line.tell(events.RecordingFinished(recording="t.1.c1.r1", length_ms=300))
    assert [o.recording for o in out if isinstance(o, commands.EraseRecording)] == ["t.1.c1.r1"]


def test_a_break_in_the_middle_counts_the_file_and_not_the_absence() -> None:
    """The caller spoke for 4 s and hung up while we were away for ten minutes."""
    line = Line()
    line.tell(events.SwitchSeen(channels=()))
    line.tell(events.CallArrived(channel="A", did="4001860", caller=Caller(number="+8613800138000")))  # type: ignore[arg-type]
    for key in "41":
        line.tell(events.KeyPressed(channel="A", key=key))  # type: ignore[arg-type]
    (playback,) = line.core.open_playbacks()
    line.tell(events.PlaybackFinished(playback=playback))
    line.restart()
    line.now += 100_000
    over = events.RecordingFinished(recording="t.1.c1.r1", length_ms=4_000)
    out = line.tell(events.SwitchSeen(channels=(), recorded=(over,)))
    (left,) = [o for o in out if isinstance(o, records.MessageLeft)]
    assert left.length_ms == 4_000
    assert [o.outcome.value for o in out if isinstance(o, records.CallEnded)] == ["message_left"]
