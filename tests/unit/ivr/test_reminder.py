"""The reminder node: as ``wake_up``, under its own kind."""

from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.reminder import Reminder
from support.asker import Asker


def test_it_books_a_reminder() -> None:
    node = Reminder(flow="remind", phone="1001", fields={"what": "{note}"}, next="bye")
    caller = Asker({"ask": node, "bye": Hangup(weekend_wish=())}, note="pills")
    caller.begin()
    caller.press("1815")
    assert caller.press("1")[-1] == "books reminder phone:1001 remind 1095 what=pills"
