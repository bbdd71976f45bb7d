"""Pure: the present as plain data, for people and tools."""

from typing import Any

from router.acd.learnt import Learnt
from router.acd.spec import Queue
from router.control import waits
from router.control.call import TALKS, Call, Stage
from router.control.desk import Desk
from router.core.ids import Ms


def of(desk: Desk, now: Ms) -> dict[str, Any]:
    """Return calls, queues, agents and phones as they are at ``now``."""
    site = desk.site
    live = [call for call in desk.state.calls.values() if call.stage is not Stage.ENDED]
    queues = []
    for name, queue in site.floor.queues.items():
        spans = [now - w.asked_at for w in desk.state.waiting.values() if w.queue == name and not w.patient]
        queues.append(
            {
                "queue": name,
                "waiting": len(spans),
                "longest_wait_ms": max(spans, default=0),
                "talking": sum(call.queue == name and call.stage in TALKS for call in live),
                "strategy": queue.strategy,
                "groups": list(queue.groups),
                "closed_by": desk.state.floor.closed.get(name, ""),
                **_waits_row(desk, queue, now),
            }
        )
    return {
        "site": site.name,
        "config": desk.state.config,
        "epoch": desk.state.epoch,
        "now_ms": now,
        "seq": desk.state.ledger.seq,
        "switch_up": desk.state.switch_up,
        "calls": [_call_row(desk, call, now) for call in live],
        "closing": len(desk.state.calls) - len(live),
        "legs": len(desk.state.legs),
        "code_calls": len(desk.state.codes),
        "queues": queues,
        "agents": desk.agents.overview(now),
        "phones": [
            {"phone": name, "reachable": phone.reachable, "other_calls": phone.other_calls}
            for name, phone in ((name, desk.agents.phone(name)) for name in site.phones)
        ],
        "time_zone": site.clock.zone,
        "extensions": [_extension_row(desk, number) for number in site.extensions],
        "appointments": [
            {
                "appointment": booked.id,
                "kind": booked.kind,
                "party": booked.party.number,
                "party_kind": booked.party.kind,
                "flow": booked.flow,
                "at_ms": booked.at_ms,
                "tries": booked.tries,
                "by": booked.by,
            }
            for booked in sorted(desk.state.appointments.values(), key=lambda booked: (booked.at_ms, booked.id))
        ],
        "callbacks_open": [
            {
                "callback": callback.id,
                "queue": callback.queue,
                "state": callback.state.value,
                "call": callback.call or "",
                "call_class": callback.call_class,
                "asked_at_ms": callback.place.asked_at,
                "due_ms": callback.at_ms,
                "expires_ms": callback.expires_ms,
            }
            for callback in desk.state.callbacks.values()
        ],
        "notices_waiting": len(desk.state.notices),
        "accounts_locked": sum(lock.until > now for lock in desk.state.locks.values()),
        "trunks": list(site.trunks),
        "dids": list(site.dids),
    }


def _waits_row(desk: Desk, queue: Queue, now: Ms) -> dict[str, Any]:
    """Return what a queue foretells to a caller who would enter it now, and how good its forecasts have been."""
    plan, so_far = queue.estimate, waits.accuracy(desk, queue.name)
    learnt = desk.state.floor.learnt.get(queue.name) or Learnt()
    return {
        "estimate_ms": waits.estimate_ms(desk, now, queue),
        "estimates": {
            "made": plan is not None,
            "announced": waits.good_enough(desk, queue),
            "announce": plan is not None and plan.announce,
            "judged": so_far.count,
            "min_sample": plan.min_sample if plan is not None else 0,
            "within": so_far.within.value if so_far.count else None,
            "least_within": plan.least_within if plan is not None else 0,
            "squared_s2": so_far.squared_s2.value if so_far.squared_s2.weight else None,
            "absolute_s": so_far.absolute_s.value if so_far.absolute_s.weight else None,
            "bias_s": so_far.bias_s.value if so_far.bias_s.weight else None,
            "handling_ms": round(learnt.handling_ms(queue.expected_handling_ms)),
            "handling_seen": learnt.handling.weight,
            "patience_ms": round(1 / learnt.leaving_per_ms(queue.expected_patience_ms)),
        },
    }


def _extension_row(desk: Desk, number: str) -> dict[str, Any]:
    """Return one extension; asking about it does not change what is remembered of it."""
    spec, status = desk.site.extensions[number], desk.state.extensions.get(number)
    return {
        "extension": number,
        "phone": spec.phone,
        "reachable": desk.agents.phone(spec.phone).reachable,
        "open": spec.open if status is None else status.open,
        "do_not_disturb": status is not None and status.do_not_disturb,
    }


def _call_row(desk: Desk, call: Call, now: Ms) -> dict[str, Any]:
    waiting = desk.state.waiting.get(call.id)
    rung = [leg.agent for leg in desk.legs_of(call) if leg.agent]
    return {
        "call": call.id,
        "channel": call.channel,
        "did": call.did,
        "caller": call.caller.number or call.caller.raw,
        "purpose": call.purpose,
        "call_class": call.call_class,
        "asked_at_ms": call.asked_at,
        "keeps_place": call.place is not None,
        "stage": call.stage.value,
        "flow": call.session.flow if call.session else "",
        "node": call.session.node if call.session else "",
        "queue": call.queue,
        "position": desk.matcher.position(waiting) if waiting else 0,
        "wait_ms": now - call.waits_since if waiting else call.wait_ms,
        "agent": call.agent or ",".join(rung),
        "total_ms": now - call.arrived_at,
        "config": call.config,
    }
