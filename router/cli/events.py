"""``hotline events``: what happened, from the Redis stream, for people or for scripts."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, cast

import msgspec
import typer

from router.adapters.cloudevents import as_cloudevent
from router.adapters.record_codec import from_fields, is_ours, to_json
from router.adapters.stream_keys import public_key, queue_key, stream_key
from router.cli.options import Json, SiteLang, settings_of
from router.cli.output import printable, refuse
from router.cli.streams import line_redis
from router.core.localtime import LocalClock
from router.flowfile import load_site
from router.why import moments
from router.why.one_line import LINES, one_line, told_by_fields

_BLOCK_MS = 5_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("events")(events)


def events(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on with what happens, until stopped")] = False,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="so many of the newest")] = 20,
    queue: Annotated[str, typer.Option(help="only those of one queue", show_default=False)] = "",
    call: Annotated[str, typer.Option(help="only those of one call", show_default=False)] = "",
    public: Annotated[bool, typer.Option("--public", help="as the public reads them: without callers' data")] = False,
    lang: SiteLang = None,
    json: Json = False,
    cloudevents: Annotated[bool, typer.Option("--cloudevents", help="print CloudEvents 1.0 for scripts")] = False,
) -> None:
    """Show the newest records of calls and agents, as they stand in Redis."""
    if public and queue:
        raise refuse("--public and --queue cannot go together", "the public's stream is one for all queues")
    settings = settings_of()
    site = load_site(settings.site)
    if queue and queue not in site.floor.queues:
        known = ", ".join(site.floor.queues)
        raise refuse(f"there is no queue '{queue}'", f"one of: {known}")
    key = queue_key(site.name, queue) if queue else public_key(site.name) if public else stream_key(site.name)
    language = lang.value if lang is not None else site.language if site.language in LINES else "en"
    with contextlib.suppress(KeyboardInterrupt), line_redis(settings, key, _BLOCK_MS / 1000 + 2) as redis:
        for entry, fields in _read(redis, key, last, follow):
            if call and fields.get("call_id") != call:
                continue
            if cloudevents:
                if (event := _as_event(site.name, fields)) is not None:
                    typer.echo(event)
            elif json:
                typer.echo(_as_json(fields))
            else:
                typer.echo(printable(_for_people(entry, fields, language, site.clock)))


def _read(redis: Any, key: str, last: int, follow: bool) -> Iterator[tuple[str, Mapping[str, str]]]:
    newest = cast(list[tuple[str, dict[str, str]]], redis.xrevrange(key, count=max(last, 1)))
    position = newest[0][0] if newest else "0-0"
    yield from reversed(newest[:last])
    while follow:
        for _, entries in redis.xread({key: position}, block=_BLOCK_MS, count=500) or ():
            for entry, fields in entries:
                position = entry
                yield entry, fields


def _as_json(fields: Mapping[str, str]) -> str:
    """The record with its types; one this version does not know stays as it is."""
    try:
        return to_json(from_fields(fields)).decode()
    except msgspec.MsgspecError:
        return msgspec.json.encode(fields).decode()


def _as_event(site: str, fields: Mapping[str, str]) -> str | None:
    try:
        return msgspec.json.encode(as_cloudevent(site, from_fields(fields))).decode()
    except msgspec.MsgspecError:
        return None  # an entry of somebody else's, or a record that a newer router wrote: no event of ours


def _for_people(entry: str, fields: Mapping[str, str], language: str, clock: LocalClock) -> str:
    """A line: the time on the site's clock, the call, what happened."""
    at_ms = entry.partition("-")[0]
    at = moments.local(clock, int(at_ms))
    when = at.strftime("%H:%M:%S.") + f"{int(at_ms) % 1000:03d}"
    try:
        if not is_ours(entry, fields):
            raise msgspec.ValidationError
        words = one_line(from_fields(fields), language)
    except msgspec.MsgspecError:
        words = f"? {fields.get('type', '')} {told_by_fields(fields)}"
    return f"{when} {fields.get('call_id') or '-':16} {words}".rstrip()
