"""``hotline events``: what happened, from the Redis stream, for people or for scripts."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, cast

import msgspec
import typer
from redis import Redis
from redis.exceptions import RedisError

from router.adapters.record_codec import from_fields, to_json
from router.adapters.redis_stream import cure_of
from router.adapters.stream_keys import stream_key
from router.app import redis_address
from router.cli.options import Json, settings_of
from router.cli.output import printable
from router.errors import HotlineError
from router.flowfile import load_site
from router.line.secrets import Secrets

_BLOCK_MS = 5_000
_COMMON = frozenset({"type", "seq", "at_ms", "v", "config", "call_id"})


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("events")(events)


def events(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on with what happens, until stopped")] = False,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="so many of the newest")] = 20,
    call: Annotated[str, typer.Option(help="only those of one call")] = "",
    json: Json = False,
) -> None:
    """Show the newest records of calls and agents, as they stand in Redis."""
    settings = settings_of()
    key = stream_key(load_site(settings.site).name)
    redis = Redis.from_url(
        redis_address(settings),
        password=Secrets.load_or_create(settings.home).redis_password,
        socket_connect_timeout=2,
        socket_timeout=_BLOCK_MS / 1000 + 2,
        decode_responses=True,
    )
    try:
        for fields in _read(redis, key, last, follow):
            if not call or fields.get("call_id") == call:
                typer.echo(_as_json(fields) if json else _for_people(fields))
    except KeyboardInterrupt:
        pass
    except (RedisError, OSError) as error:
        words = " ".join(str(error).split())
        raise HotlineError(f"the stream {key} cannot be read: {words}", cure_of(error)) from error
    finally:
        redis.close()


def _read(redis: Any, key: str, last: int, follow: bool) -> Iterator[Mapping[str, str]]:
    newest = cast(list[tuple[str, dict[str, str]]], redis.xrevrange(key, count=max(last, 1)))
    position = newest[0][0] if newest else "0-0"
    for _, fields in reversed(newest[:last]):
        yield fields
    while follow:
        for _, entries in redis.xread({key: position}, block=_BLOCK_MS, count=500) or ():
            for entry, fields in entries:
                position = entry
                yield fields


def _as_json(fields: Mapping[str, str]) -> str:
    """The record with its types; one this version does not know stays as it is."""
    try:
        return to_json(from_fields(fields)).decode()
    except msgspec.MsgspecError:
        return msgspec.json.encode(fields).decode()


def _for_people(fields: Mapping[str, str]) -> str:
    at = datetime.datetime.fromtimestamp(int(fields.get("at_ms", "0")) / 1000, datetime.UTC).astimezone()
    rest = " ".join(f"{name}={value}" for name, value in fields.items() if name not in _COMMON and value != "")
    when = at.strftime("%H:%M:%S.") + f"{at.microsecond // 1000:03d}"
    return printable(f"{when} {fields.get('type', '?'):18} {fields.get('call_id', '-'):16} {rest}".rstrip())
