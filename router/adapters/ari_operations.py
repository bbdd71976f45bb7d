"""ARI's operation table, read once from the Swagger that aioari fetches, and requests encoded from it.

aioari walks the parameters of an operation at every call (75 us); here each operation is compiled once.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from router.errors import SwitchError


class Request(msgspec.Struct, frozen=True):
    """One ARI request. ``uri`` has no leading slash, e.g. ``channels/ID/answer``; ``body`` is JSON or ""."""

    method: str
    uri: str
    query: tuple[tuple[str, str], ...] = ()
    body: str = ""


class _Operation(msgspec.Struct, frozen=True):
    method: str
    path: str
    in_path: frozenset[str]
    in_query: frozenset[str]
    in_body: frozenset[str]
    required: frozenset[str]


class Operations:
    """What this Asterisk's ARI can do, by name: ``channels.answer``, ``bridges.addChannel``..."""

    def __init__(self, table: Mapping[str, _Operation]) -> None:
        self._table = dict(table)

    @classmethod
    def from_resources(cls, resources: Mapping[str, Any]) -> "Operations":
        """Compile the table from ``aioari.Client.swagger.resources`` (each with its Swagger declaration)."""
        table: dict[str, _Operation] = {}
        for resource, holder in resources.items():
            for api in holder.json["api_declaration"]["apis"]:
                for operation in api["operations"]:
                    places: dict[str, set[str]] = {"path": set(), "query": set(), "body": set()}
                    required: set[str] = set()
                    for parameter in operation.get("parameters", ()):
                        places[parameter["paramType"]].add(parameter["name"])
                        if parameter.get("required"):
                            required.add(parameter["name"])
                    table[f"{resource}.{operation['nickname']}"] = _Operation(
                        method=operation["httpMethod"],
                        path=api["path"].lstrip("/"),
                        in_path=frozenset(places["path"]),
                        in_query=frozenset(places["query"]),
                        in_body=frozenset(places["body"]),
                        required=frozenset(required),
                    )
        return cls(table)

    def encode(self, name: str, body: object = None, /, **values: str | int | bool) -> Request:
        """Make the request of an operation. ``body`` is sent as JSON as it is.

        Raises :class:`SwitchError` where this Asterisk has no such operation or parameter.
        """
        operation = self._table.get(name)
        if operation is None:
            raise SwitchError(f"this Asterisk's ARI has no {name}", cure="use Asterisk 22.4 or newer")
        uri = operation.path
        query: list[tuple[str, str]] = []
        for key, value in values.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if key in operation.in_query:
                query.append((key, text))
            elif key in operation.in_path:
                uri = uri.replace(f"{{{key}}}", quote(text, safe=""))
            else:
                raise SwitchError(f"ARI's {name} has no parameter {key}", cure="use Asterisk 22.4 or newer")
        missing = operation.required.difference(values)
        if missing and not (body is not None and missing <= operation.in_body):
            raise SwitchError(f"ARI's {name} needs {', '.join(sorted(missing))}")
        encoded = "" if body is None else msgspec.json.encode(body).decode()
        return Request(operation.method, uri, tuple(query), encoded)
