"""Tells what comes out of the core in short lines, one a decision, with the names that the scenario gave.

What is not decided (sounds, menu steps, states that another line says) is left out, so that a story stays the same
when more is recorded.
"""

from router.core import commands, records
from router.core.commands import HangUpReason
from router.core.ids import CallId, ChannelId, Ms
from router.core.records import AgentState
from router.core.turn import Output

SAID_ELSEWHERE = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.HOLDING)
"""States that the line about the call says already."""


class Teller:
    """Turns outputs into lines. ``calls`` and ``legs`` name what the outputs name by id; ``began`` is second 0.

    With ``orders`` the orders to the switch are told too.
    """

    def __init__(self, began: Ms) -> None:
        self.began = began
        self.calls: dict[CallId, str] = {}
        self.legs: dict[ChannelId, str] = {}
        self.orders = False
        self.clock = False
        """Whether moments are told as times of day."""

    def tell(self, output: Output) -> list[str]:
        """Return the line about an output, if it has one."""
        if isinstance(output, records.Record):
            line = self._record(output)
            at = f"{(output.at_ms - self.began) / 1000:g}s"
            if self.clock:
                second = output.at_ms // 1000
                at = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            return [f"{at} {line}"] if line else []
        line = self._order(output)
        return [f"> {line}"] if line else []

    def _record(self, record: records.Record) -> str:
        match record:
            case records.CallQueued(queue=queue, call_class=name, position=position, waiting=waiting, queued=queued):
                kind = "" if name == "standard" else f", {name}"
                return (
                    f"{self._call(record)} asks {queue}{kind}: place {position} of {waiting}" + queued * ", nobody free"
                )
            case records.AgentRang(agent=agent, leg=leg, round=number, queue=queue, runner_up=runner_up):
                self.legs[leg] = agent
                again = f", round {number}" if number > 1 else ""
                following = f", else {self.calls.get(CallId(runner_up), runner_up)}" if runner_up else ""
                return f"{self._call(record)} rings {agent} for {queue}{following}{again}"
            case records.AgentMissed(agent=agent, why=why, rang_ms=rang_ms):
                return f"{self._call(record)} not taken by {agent}: {why}" + (
                    f" after {_s(rang_ms)}" if rang_ms else ""
                )
            case records.CallConnected(agent=agent, wait_ms=wait_ms, late=late):
                return f"{self._call(record)} talks with {agent} after {_s(wait_ms)}" + late * ", late"
            case records.CallHeld(held=held):
                return f"{self._call(record)} " + ("put on hold" if held else "taken back")
            case records.TalkEnded(agent=agent, talk_ms=talk_ms, hold_ms=hold_ms, ended_by=by):
                held = f" and held {_s(hold_ms)}" if hold_ms else ""
                return f"{self._call(record)} talked {_s(talk_ms)}{held} with {agent}, ended by {by}"
            case records.CallCoded(agent=agent, code=code, solved=solved):
                return f"{self._call(record)} coded by {agent}: {code or '-'}, {'solved' if solved else 'unsolved'}"
            case records.QueueLeft(queue=queue, why=why, wait_ms=wait_ms):
                return f"{self._call(record)} leaves {queue}: {why} after {_s(wait_ms)}"
            case records.CallTransferred(kind=kind, target=target):
                return f"{self._call(record)} transferred to {kind} {target}"
            case records.CallEnded(outcome=outcome, ended_by=by, wait_ms=wait_ms, agent=agent):
                whom = f" with {agent}" if agent else ""
                return f"{self._call(record)} ended: {outcome.value}{whom}, wait {_s(wait_ms)}, by {by}"
            case records.AgentStateChanged(agent=agent, state=state, reason=reason):
                why = f" ({reason})" if reason else ""
                return "" if state in SAID_ELSEWHERE else f"{agent} is {state.value}{why}"
            case records.CallOverflowed(queue=queue, to_kind=kind, to=to, why=why, wait_ms=wait_ms, kept_place=kept):
                place = ", place kept" if kept else ""
                return f"{self._call(record)} passed on by {queue} to {kind} {to}: {why} after {_s(wait_ms)}{place}"
            case records.SurgeProposed(plan=plan, step=step, release=release, group=group, agents=agents, waiting=w):
                what = "release" if release else "step"
                return f"{plan} proposes {what} {step}: {group} {' '.join(agents)}; {w} wait"
            case records.SurgeDecided(plan=plan, step=step, release=release, answer=answer, by=by):
                return f"{plan} {'release' if release else 'step'} {step} {answer} by {by}"
            case records.SurgeStepTaken(plan=plan, step=step, group=group, agents=agents, called=called, seats=seats):
                whom = f", called upon {' '.join(called)}" if called else ""
                return f"{plan} step {step}: {group} {' '.join(agents)}{whom}; {record.waiting} wait, {seats} seats"
            case records.SurgeStepReleased(plan=plan, step=step, group=group, agents=agents, after_call=busy):
                after = f", after their call {' '.join(busy)}" if busy else ""
                return f"{plan} releases step {step}: {group} {' '.join(agents)}{after}; {record.waiting} wait"
            case records.SurgeChanged(plan=plan, change=change, agents=agents):
                return f"{plan} {change} {' '.join(agents)}".rstrip()
            case records.SeatsMissing(plan=plan, missing=missing, seats=seats, room=room, waiting=w):
                return f"{plan} misses {missing} seats of {seats}, room for {room}; {w} wait"
            case records.AgentRegrouped(agent=agent, groups=groups, by=by) if by.startswith("surge"):
                return f"{agent} is in {' '.join(groups)}"
            case records.Alert(kind=kind, subject=subject, detail=detail):
                return f"alert {kind}: {subject} {detail}".rstrip()
            case records.AskRefused(agent=agent, ask=ask, reason=reason):
                return f"refused {agent} {ask}: {reason}"
            case records.Ignored(event=event, reason=reason):
                return f"ignored {event}: {reason}"
            case records.SiteChanged():
                return f"version {record.config} is live"
            case records.RouterUp(epoch=epoch, calls=calls):
                return f"router up, start {epoch}, calls {calls}"
            case _:
                return ""

    def _order(self, order: commands.Command) -> str:
        match order:
            case commands.HangUpLeg(channel=channel, reason=reason) if channel in self.legs:
                told = reason is HangUpReason.ELSEWHERE or self.orders
                return f"hang up {self.legs[channel]}: {reason.value}" if told else ""
            case _ if not self.orders:
                return ""
            case commands.HangUpLeg(channel=channel, reason=reason):
                return f"hang up {channel}: {reason.value}"
            case commands.ConnectLegs(channel=channel, leg=leg):
                return f"connect {channel} with {self.legs[leg]}"
            case commands.StartMusic(channel=channel):
                return f"music for {channel}"
            case commands.StopMusic(channel=channel):
                return f"no music for {channel}"
            case commands.PlayPrompts(channel=channel, media=media):
                return f"play {' '.join(media)} to {channel}"
            case commands.StopPlayback(call=call):
                return f"stop playing to {self.calls.get(call, call)}"
            case _:
                return ""

    def _call(self, record: records.Record) -> str:
        call: CallId = record.call_id  # type: ignore[attr-defined]
        return self.calls.get(call, call)


def _s(span_ms: Ms) -> str:
    return f"{span_ms / 1000:g}s"
