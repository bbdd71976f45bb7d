"""The voicemail node: as ``message``, into a group's box."""

from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.voicemail import Voicemail
from support.asker import Asker


def test_it_records_into_the_box_of_its_group() -> None:
    node = Voicemail(group="inbound", prompt=("speak",), next="bye", review=False)
    caller = Asker({"take": node, "bye": Hangup(weekend_wish=())})
    caller.begin()
    assert caller.played()[0] == "records for inbound 120000"
    assert caller.replied("ok", recording="r", length_ms="3000")[1:] == ["KeepMessage", "says router/message_kept"]
    assert caller.played()[0] == "step take kept"
