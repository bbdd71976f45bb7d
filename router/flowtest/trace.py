"""What happened in a rehearsal, step by step, in words for people."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from router.core import commands, records
from router.core.ids import Ms


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, ``at_ms`` after the call arrived. ``what`` is its kind, ``text`` says it.

    ``full`` is all that is said, where ``text`` shows its beginning. ``variables`` are those that have changed with it,
    by name; secret ones are masked.
    """

    at_ms: Ms
    what: str
    text: str
    full: str = ""
    variables: dict[str, str] = {}

    def __str__(self) -> str:
        """Return ``  12.3 s  text``, and what has changed below it."""
        lines = [f"{self.at_ms / 1000:7.1f} s  {self.text}"]
        lines += [f"{'':11}  {name} = {value}" for name, value in self.variables.items()]
        return "\n".join(lines)


Seen = records.Record | commands.Command
Says = Callable[[Any], tuple[str, str]]

_SAYS: dict[type[Seen], Says] = {
    records.CallReceived: lambda r: ("rings", f"rings {r.did} as {r.caller or 'a withheld number'}{_diverted(r)}"),
    records.MenuStep: lambda r: ("step", f"{r.flow}/{r.node} ({r.node_type}): {r.result}"),
    records.CallQueued: lambda r: (
        "queued",
        f"waits in queue {r.queue} as {r.call_class}, place {r.position}",
    ),
    records.AgentRang: lambda r: ("rung", f"agent {r.agent} is rung"),
    records.QueueLeft: lambda r: ("left", f"is given back by queue {r.queue}: {_plain(r.why)}"),
    records.MessageLeft: lambda r: ("left", f"has left a message of {r.length_ms / 1000:g} s in {r.box}"),
    records.CallbackBooked: lambda r: ("booked", f"is to be called back at {r.number} by {r.queue}"),
    records.CallbackRefused: lambda r: ("refused", f"cannot be called back at {r.number}: {_plain(r.reason)}"),
    records.OfferMade: lambda r: ("offered", f"is offered something else than to wait ({r.why})"),
    records.OfferTaken: lambda r: ("choice", f"chooses: {_plain(r.choice)}"),
    records.ScoreGiven: lambda r: ("score", f"answers {r.question} with {r.score}"),
    records.AgentMissed: lambda r: ("missed", f"agent {r.agent} does not take it: {_plain(r.why)}"),
    records.CallConnected: lambda r: ("talks", f"talks with agent {r.agent}, after {r.wait_ms / 1000:.1f} s"),
    records.CallTransferred: lambda r: ("talks", f"is connected to {r.kind} {r.target}"),
    records.CallEnded: lambda r: ("ended", f"is over: {r.outcome.value}{f' ({r.detail})' if r.detail else ''}"),
    records.OutboundRang: lambda r: ("rung", f"{r.party} is rung ({_plain(r.purpose)}, try {r.attempt})"),
    records.OutboundEnded: lambda r: ("ended", f"the call to {r.party} is over: {_plain(r.result) or 'hung up'}"),
    records.AppointmentChanged: lambda r: ("booked", f"{_plain(r.kind)} for {r.party}: {r.change}"),
    records.ExtensionChanged: lambda r: ("extension", f"extension {r.extension}: {_extension(r)}"),
    records.PageEnded: lambda r: ("paged", f"{r.table}: {f'{r.accepted_by} accepts' if r.accepted_by else 'nobody'}"),
    records.Alert: lambda r: ("alert", f"alert: {_plain(r.kind)} {r.subject} {r.detail}".rstrip()),
    commands.LookUp: lambda c: ("asks", f"looks up {c.source}{'' if c.secret else shown(c.fields)}"),
    commands.SendNotice: lambda c: ("asks", f"sends a notice by {c.service}{shown(c.fields)}"),
    commands.RecordCaller: lambda c: ("records", f"is recorded, up to {c.max_ms / 1000:g} s"),
    commands.StartMusic: lambda c: ("music", f"hears music ({c.music})"),
}
"""How each kind of record or command is told; kinds that are not here are no news to whoever tests a flow."""


def said(output: Seen) -> tuple[str, str] | None:
    """Return the kind and text of a note about a record or command, or None where it is no news."""
    says = _SAYS.get(type(output))
    return None if says is None else says(output)


def shown(fields: Mapping[str, str]) -> str:
    """Write fields as `` (a=1, b=2)``, or "" where there are none."""
    return f" ({', '.join(f'{name}={value}' for name, value in fields.items())})" if fields else ""


def _diverted(record: records.CallReceived) -> str:
    return f", diverted from {record.diverted_from}" if record.diverted_from else ""


def _extension(record: records.ExtensionChanged) -> str:
    return ("open" if record.open else "closed") + (", do not disturb" if record.do_not_disturb else "")


def _plain(word: str) -> str:
    return word.replace("_", " ")
