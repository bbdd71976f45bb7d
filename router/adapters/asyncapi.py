"""The description of the streams for machines: an AsyncAPI 3 document, made from the record classes."""

from typing import Any, get_args

import msgspec
import yaml

from router.adapters.cloudevents import SPEC_VERSION, type_of
from router.adapters.present_codec import KINDS, VERSION
from router.adapters.record_codec import RECORD_TYPES
from router.adapters.stream_keys import present_key, public_key, queue_key, stream_key
from router.core.privacy import hidden_fields
from router.core.records import SCHEMA_VERSION, AnyRecord

ASYNCAPI = "3.0.0"
_FORM = (
    "An entry has flat fields of text: booleans are 1 and 0, a value that is not there is left out, anything nested is "
    "JSON. The payload here is the record with its types, as `hotline events --json` prints it."
)


def as_asyncapi() -> dict[str, Any]:
    """Return the document."""
    types = [*get_args(AnyRecord), *KINDS.values()]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    document = {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Records of a hotline",
            "version": f"{SCHEMA_VERSION}.0.0",
            "description": "Every call, every agent's state and every alarm, as a router writes them to Redis. The "
            "version's first number is `v` in the records; it grows when the meaning or type of a field changes. New "
            "records and fields may come without it: ignore what you do not know.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "redis": {
                "host": "127.0.0.1:6379",
                "protocol": "redis",
                "description": "The line's Redis (settings HOTLINE_REDIS_PORT or HOTLINE_REDIS_URL).",
                "security": [{"$ref": "#/components/securitySchemes/password"}],
            }
        },
        "channels": _channels(),
        "operations": {
            name: {
                "action": "send",
                "channel": {"$ref": f"#/channels/{name}"},
                "summary": summary,
            }
            for name, summary in (
                ("events", "Write every record, in order, each once."),
                ("queue", "Write the records of one queue, under the same ids."),
                ("public", "Write every record without callers' data, under the same ids."),
                ("present", "Keep the present, with the cursor it stands at."),
            )
        },
        "components": {
            "messages": {
                **{name: _message(name) for name in RECORD_TYPES},
                "Present": {
                    "name": "Present",
                    "title": "The present",
                    "summary": "A hash: a field for each queue, call, agent, phone and open callback, and the cursor.",
                    "payload": {"$ref": "#/components/schemas/Present"},
                },
            },
            "messageTraits": {"cloudEvent": _cloud_event()},
            "parameters": {
                "site": {"description": "The site's name, as in its site.yaml."},
                "queue": {"description": "The queue's name, as in queues.yaml."},
            },
            "schemas": {**dict(sorted(schemas.items())), "Present": _present()},
            "securitySchemes": {"password": {"type": "userPassword", "description": "A Redis user and password."}},
        },
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return plain


def as_yaml() -> str:
    """Return the document as it is kept in ``docs/asyncapi.yaml``."""
    text: str = yaml.safe_dump(as_asyncapi(), sort_keys=False, allow_unicode=True, width=120)
    return "# Made by `hotline schema stream`; do not edit.\n" + text


def _channels() -> dict[str, Any]:
    site = {"site": {"$ref": "#/components/parameters/site"}}
    both = {**site, "queue": {"$ref": "#/components/parameters/queue"}}
    all_of = {name: {"$ref": f"#/components/messages/{name}"} for name in RECORD_TYPES}
    of_queue = {name: all_of[name] for name, kind in RECORD_TYPES.items() if _names_a_queue(kind)}
    return {
        "events": {
            "address": stream_key("{site}"),
            "title": "All records",
            "description": f"A Redis stream. An entry's id is `<at_ms>-<seq>`; `seq` has no gaps. {_FORM}",
            "parameters": site,
            "messages": all_of,
        },
        "queue": {
            "address": queue_key("{site}", "{queue}"),
            "title": "The records of one queue",
            "description": "A Redis stream with those records of all that name the queue in `queue`, `queues` or "
            "`queues_left`, under the same ids.",
            "parameters": both,
            "messages": of_queue,
        },
        "public": {
            "address": public_key("{site}"),
            "title": "All records, for the public",
            "description": "A Redis stream like that of all records, with pseudonyms (`~` and twelve letters and "
            "digits) in place of callers' numbers; `x-hidden` of a message names the fields.",
            "parameters": site,
            "messages": all_of,
        },
        "present": {
            "address": present_key("{site}"),
            "title": "The present",
            "description": "A Redis hash, written with its cursor at most every 200 ms: read it with HGETALL, then a "
            "stream on behind `entry`.",
            "parameters": site,
            "messages": {"Present": {"$ref": "#/components/messages/Present"}},
        },
    }


def _names_a_queue(kind: type[Any]) -> bool:
    return bool({"queue", "queues"} & set(kind.__struct_fields__))


def _message(name: str) -> dict[str, Any]:
    kind = RECORD_TYPES[name]
    message: dict[str, Any] = {
        "name": name,
        "title": name,
        "summary": " ".join((kind.__doc__ or "").split()).replace("``", "`"),
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "x-cloudevents-type": type_of(name, SCHEMA_VERSION),
        "payload": {"$ref": f"#/components/schemas/{name}"},
    }
    if hidden := hidden_fields(kind):
        message["x-hidden"] = {field: "whole" if whole else "numbers" for field, whole in hidden.items()}
    return message


def _cloud_event() -> dict[str, Any]:
    """How a record's fields are the attributes of a CloudEvent; `hotline events --cloudevents` prints them so."""
    return {
        "description": "As a CloudEvent: `id` is the entry's id, `source` is /hotline/<site>, `type` is in "
        "`x-cloudevents-type`, `time` is `at_ms`, `subject` the call, or else the agent or queue, `data` the payload.",
        "headers": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "time"],
            "properties": {
                "specversion": {"const": SPEC_VERSION},
                "id": {"type": "string", "pattern": "^[0-9]+-[0-9]+$", "description": "<at_ms>-<seq>"},
                "source": {"type": "string", "format": "uri-reference"},
                "type": {"type": "string", "pattern": "^hotline\\.[A-Za-z]+\\.v[0-9]+$"},
                "time": {"type": "string", "format": "date-time"},
                "subject": {"type": "string"},
                "datacontenttype": {"const": "application/json"},
                "dataschema": {"type": "string", "format": "uri-reference"},
            },
        },
    }


def _present() -> dict[str, Any]:
    rows = {
        f"^{kind}:": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": f"#/components/schemas/{row.__name__}"},
        }
        for kind, row in KINDS.items()
    }
    number = {"type": "string", "pattern": "^[0-9]+$"}
    return {
        "type": "object",
        "required": ["v", "seq", "at_ms", "entry", "site", "config", "epoch"],
        "properties": {
            "v": {"const": str(VERSION), "description": "Version of this hash."},
            "seq": {**number, "description": "Number of the last record in it."},
            "at_ms": {**number, "description": "That record's time."},
            "entry": {"type": "string", "description": "That record's id: read the streams on behind it."},
            "site": {"type": "string"},
            "config": {"type": "string", "description": "The version of the site that is live."},
            "epoch": {**number, "description": "How often the router has started."},
        },
        "patternProperties": rows,
    }
