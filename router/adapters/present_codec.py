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
"""What the fields hold, by the word before their colon; a :class:`Present` has and takes them by its plural."""

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
    rows = [(kind, name) for kind in KINDS for name in getattr(present, f"{kind}s")]
    fields, _ = changed_fields(present, rows)
    return fields


def changed_fields(present: Present, changed: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Return what to set for these changed things, the cursor among it, and which fields to remove."""
    fields, gone = cursor_fields(present), []
    for kind, name in changed:
        row = _row(present, kind, name)
        if row is None:
            gone.append(f"{kind}:{name}")
        else:
            fields[f"{kind}:{name}"] = _encoder.encode(row).decode()
    return fields, gone


def _row(present: Present, kind: str, name: str) -> Any:
    """One thing of a present, or None; a queue is worked out by itself, for all of them cost more."""
    if kind == "queue":
        return present.queue(name) if present.has_queue(name) else None
    return getattr(present, f"{kind}s").get(name)


def from_hash(fields: Mapping[str, str]) -> Present:
    """Return the present a hash tells, to read and to fold further records into. Raises :class:`Damaged`."""
    if fields.get("v") != str(VERSION):
        raise Damaged(f"the present has version {fields.get('v', 'none')!r}, this reader knows {VERSION}")
    rows: dict[str, list[Any]] = {kind: [] for kind in KINDS}
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
            if divided and kind in KINDS:
                rows[kind].append(msgspec.json.decode(text, type=KINDS[kind]))
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise Damaged(f"the present cannot be read: {error}") from error
    queues = rows.pop("queue")
    others: dict[str, Any] = {f"{kind}s": of_kind for kind, of_kind in rows.items()}
    return Present(
        cursor,
        queues=[queue.queue for queue in queues],
        closed={queue.queue: queue.closed_by for queue in queues if queue.closed_by},
        estimates={queue.queue: (queue.estimate_ms, queue.estimate_at_ms) for queue in queues if queue.estimate_at_ms},
        **others,
    )
