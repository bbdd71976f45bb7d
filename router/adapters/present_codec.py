"""The present as a Redis hash: one field for each queue, call, agent, phone, open callback and message, and its cursor.

Fields are named ``queue:<name>``, ``call:<id>``, ``agent:<work number>``, ``phone:<name>``, ``callback:<id>``,
``message:<id>``; each holds a JSON object. The cursor's own fields (``v``, ``seq``, ``at_ms``, ``entry``, ``site``,
``config``, ``epoch``) are plain text.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from router.core.present import AgentNow, CallbackNow, CallNow, Cursor, MessageNow, PhoneNow, Present, QueueNow

VERSION = 1
"""Version of the hash; it grows when the meaning or type of a field changes."""
KINDS = {
    "queue": QueueNow,
    "call": CallNow,
    "agent": AgentNow,
    "phone": PhoneNow,
    "callback": CallbackNow,
    "message": MessageNow,
}
"""What the fields hold, by the word before their colon."""

_encoder = msgspec.json.Encoder()


class Damaged(ValueError):
    """The hash is not one of ours, or of another version."""


def cursor_fields(present: Present) -> dict[str, str]:
    """Return the fields that say where a present stands."""
    cursor = present.cursor
    return {
        "v": str(VERSION),
        "seq": str(cursor.seq),
        "at_ms": str(cursor.at_ms),
        "entry": cursor.entry,
        "site": cursor.site,
        "config": cursor.config,
        "epoch": str(cursor.epoch),
    }


def all_fields(present: Present) -> dict[str, str]:
    """Return the whole hash."""
    rows: list[tuple[str, str]] = [("queue", name) for name in present.queues]
    rows += [("call", name) for name in present.calls]
    rows += [("agent", name) for name in present.agents]
    rows += [("phone", name) for name in present.phones]
    rows += [("callback", name) for name in present.callbacks]
    rows += [("message", name) for name in present.messages]
    fields, _ = changed_fields(present, rows)
    return fields


def changed_fields(present: Present, changed: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Return what to set for these changed things, the cursor among it, and which fields to remove."""
    fields, gone = cursor_fields(present), []
    for kind, name in changed:
        row: Any
        match kind:
            case "queue":
                row = present.queue(name) if present.has_queue(name) else None
            case "call":
                row = present.calls.get(name)
            case "agent":
                row = present.agents.get(name)
            case "callback":
                row = present.callbacks.get(name)
            case "message":
                row = present.messages.get(name)
            case _:
                row = present.phones.get(name)
        if row is None:
            gone.append(f"{kind}:{name}")
        else:
            fields[f"{kind}:{name}"] = _encoder.encode(row).decode()
    return fields, gone


def from_hash(fields: Mapping[str, str]) -> Present:
    """Return the present a hash tells, to read and to fold further records into. Raises :class:`Damaged`."""
    if fields.get("v") != str(VERSION):
        raise Damaged(f"the present has version {fields.get('v', 'none')!r}, this reader knows {VERSION}")
    rows: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    kinds: dict[str, Any] = {
        "queue": QueueNow,
        "call": CallNow,
        "agent": AgentNow,
        "phone": PhoneNow,
        "callback": CallbackNow,
        "message": MessageNow,
    }
    try:
        cursor = Cursor(
            seq=int(fields["seq"]),
            at_ms=int(fields["at_ms"]),
            site=fields["site"],
            config=fields["config"],
            epoch=int(fields["epoch"]),
        )
        for name, text in fields.items():
            kind, divided, _ = name.partition(":")
            if divided and kind in kinds:
                rows[kind].append(msgspec.json.decode(text, type=kinds[kind]))
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise Damaged(f"the present cannot be read: {error}") from error
    return Present(
        cursor,
        queues=[queue.queue for queue in rows["queue"]],
        closed={queue.queue: queue.closed_by for queue in rows["queue"] if queue.closed_by},
        estimates={q.queue: (q.estimate_ms, q.estimate_at_ms) for q in rows["queue"] if q.estimate_at_ms},
        calls=rows["call"],
        agents=rows["agent"],
        phones=rows["phone"],
        callbacks=rows["callback"],
        messages=rows["message"],
    )
