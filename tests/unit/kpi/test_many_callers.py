"""Of very many callers the fold remembers those who may ring again for the same matter, and no others."""

from router.core import records
from router.core.ids import CallId
from router.kpi.facts import REDIAL_MS, Facts
from support.tape import MIDNIGHT, SHANGHAI


def test_callers_of_the_last_half_hour_are_remembered_and_older_ones_forgotten() -> None:
    facts, apart_ms, count = Facts(SHANGHAI, key=b"k"), 150, 25_000
    for number in range(count):
        facts.apply(received(number + 1, MIDNIGHT + number * apart_ms, f"+86138{number:08}"))
    kept = facts.state.callers
    assert len(kept) == REDIAL_MS // apart_ms + 1 > 10_000
    assert min(kept.values()) == facts.state.at_ms - REDIAL_MS
    # the oldest of them rings again just in time, one before it too late; both are the newest now
    oldest = count - len(kept)
    for number, caller, again in ((0, oldest, True), (1, oldest - 1, False)):
        call = received(count + 1 + number, facts.state.at_ms, f"+86138{caller:08}")
        facts.apply(call)
        assert facts.state.calls[call.call_id].fact.redial is again
    assert list(kept)[-2:] == [facts.hashed(f"+86138{caller:08}") for caller in (oldest, oldest - 1)]


def received(seq: int, at_ms: int, caller: str) -> records.CallReceived:
    return records.CallReceived(
        seq=seq,
        at_ms=at_ms,
        v=1,
        config="c",
        call_id=CallId(f"c{seq}"),
        did="1",
        caller=caller,
        withheld=False,
        trunk="t",
        diverted_from="",
    )
