"""Open messages in the present: by queue, right whatever is done with them, and back where one is reopened."""

from typing import Any

import msgspec
import pytest

from router.adapters.present_codec import all_fields, changed_fields, from_hash
from router.callcontrol import CallControl
from router.control.message import Message
from router.core import events
from router.core.boxes import MessageRules
from router.core.ids import AgentId
from router.core.present import Present, present_of
from router.core.records import MessageLeft, Record
from router.core.routing import queues_of
from support.sites import NOON, small_site
from support.tape import made


class Line:
    """A core in which two callers of a queue, and one of none, have left messages; and a present that is folded on."""

    def __init__(self) -> None:
        self.core = CallControl({"v1": msgspec.structs.replace(small_site(), messages=MessageRules())}, "v1")
        self.now = NOON
        self.core.handle(events.RouterStarted(epoch=1, config="v1"), NOON)
        for number, queue in enumerate(("desk", "desk", ""), 1):
            message = Message(
                id=f"m{number}", box="desk", recording=f"r{number}", left_at=NOON - 5, length_ms=1, queue=queue
            )
            message.due_at = NOON + 60_000
            self.core.desk.state.messages[message.id] = message
        self.present = present_of(self.core.overview(NOON), NOON)
        self.told: list[Record] = []

    def ask(self, message: str, what: Any, agent: str = "1001") -> None:
        self.now += 1_000
        for output in self.core.handle(events.MessageAsked(message=message, ask=what, agent=AgentId(agent)), self.now):
            if isinstance(output, Record):
                self.told.append(output)
                self.present.apply(output)
        known = present_of(self.core.overview(self.now), self.now)
        assert self.present.messages == known.messages
        assert all_fields(self.present) == {**all_fields(known), **_cursor(self.present)}

    def count(self, queue: str = "desk") -> int:
        return self.present.queue(queue).messages_count


def _cursor(present: Present) -> dict[str, str]:
    return changed_fields(present, ())[0]


def test_each_step_of_a_message_is_in_the_present_of_its_queue() -> None:
    line = Line()
    assert line.count() == 2 and line.present.messages["m3"].queue == ""
    line.ask("m1", "claim")
    assert line.present.messages["m1"].state == "claimed" and line.present.messages["m1"].agent == "1001"
    assert line.count() == 2
    line.ask("m1", "release")
    line.ask("m1", "done")
    assert line.count() == 1 and "m1" not in line.present.messages
    line.ask("m1", "reopen")
    assert line.count() == 2 and line.present.messages["m1"].due_ms == NOON + 60_000
    line.ask("m1", "delete")
    line.ask("m3", "done")
    assert line.count() == 1 and list(line.present.messages) == ["m2"]
    assert ("message", "m1") in line.present.changed()
    fields, gone = changed_fields(line.present, [("message", "m1"), ("message", "m2")])
    assert gone == ["message:m1"] and "message:m2" in fields
    assert from_hash(all_fields(line.present)).queue("desk").messages_count == 1


def test_a_reader_of_the_queue_alone_knows_it_too() -> None:
    line = Line()
    alone = Present(messages=line.present.messages.values())
    for message, what in (("m1", "done"), ("m2", "claim"), ("m1", "reopen"), ("m2", "delete")):
        line.ask(message, what)
    for record in line.told:
        if "desk" in queues_of(record):
            alone.apply(record)
    assert alone.queue("desk").messages_count == line.count() == 1


@pytest.mark.parametrize("queue", ["desk", ""])
def test_one_that_is_left_counts_at_once(queue: str) -> None:
    present = Present()
    present.apply(made(MessageLeft, seq=1, at_ms=NOON, message="m1", box="night", queue=queue, at_due_ms=NOON + 1))
    assert present.messages["m1"].left_at_ms == NOON
    assert present.queue("desk").messages_count == (queue == "desk")
