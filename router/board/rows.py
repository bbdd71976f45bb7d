"""Pure: what the page shows, as rows by key, each with the version at which it last changed.

A page that knows version 41 is told the rows that changed behind 41, and nothing else: a page that was cut off, one
that is slow and one that was never away are all served by the same rule, so none can miss anything.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

Row = dict[str, Any]
_encode = msgspec.json.Encoder().encode
KEPT_GONE = 20_000
"""How many keys of rows that went are remembered; a page that is further behind is told everything anew."""


class Patch(NamedTuple):
    """Rows that changed (None: the row went), as JSON by key; ``whole`` where the page must drop what it has."""

    version: int
    whole: bool
    rows: dict[str, bytes | None]


class _Kept(NamedTuple):
    version: int
    row: Row
    json: bytes


class Rows:
    """All rows. ``version`` grows by one with every change of :meth:`put`."""

    def __init__(self) -> None:
        self.version = 0
        self._kept: dict[str, _Kept] = {}
        self._gone: dict[str, int] = {}
        self._told_since = 0

    def put(self, rows: Mapping[str, Row], *, within: str = "") -> bool:
        """Take these rows as the present ones; say whether anything changed.

        Rows whose keys begin with ``within`` and that are not among them go; "" replaces everything.
        """
        version = self.version + 1
        changed = False
        for key, row in rows.items():
            old = self._kept.get(key)
            if old is None or old.row != row:
                self._kept[key] = _Kept(version, row, _encode(row))
                self._gone.pop(key, None)
                changed = True
        if len(self._kept) > len(rows) or within:
            for key in [key for key in self._kept if key.startswith(within) and key not in rows]:
                del self._kept[key]
                self._gone[key] = version
                changed = True
        while len(self._gone) > KEPT_GONE:
            oldest = next(iter(self._gone))
            self._told_since = self._gone.pop(oldest)
        if changed:
            self.version = version
        return changed

    def get(self, key: str) -> Row | None:
        """Return a row, or None."""
        kept = self._kept.get(key)
        return None if kept is None else kept.row

    def items(self) -> dict[str, Row]:
        """Return all rows by key."""
        return {key: kept.row for key, kept in self._kept.items()}

    def since(self, version: int, shown: Callable[[str], bool]) -> Patch:
        """Return what changed behind a version of the rows whose keys are ``shown``; all where it is unknown."""
        whole = version <= 0 or version > self.version or version < self._told_since
        if whole:
            return Patch(self.version, True, {key: kept.json for key, kept in self._kept.items() if shown(key)})
        rows: dict[str, bytes | None] = {
            key: kept.json for key, kept in self._kept.items() if kept.version > version and shown(key)
        }
        rows |= {key: None for key, at in self._gone.items() if at > version and shown(key)}
        return Patch(self.version, False, rows)


def as_json(patch: Patch) -> bytes:
    """Return a patch as the rest of a JSON object, to stand behind :func:`head_json`."""
    rows = b",".join(_encode(key) + b":" + (b"null" if json is None else json) for key, json in patch.rows.items())
    whole = b"true" if patch.whole else b"false"
    return b',"version":%d,"whole":%b,"rows":{%b}}' % (patch.version, whole, rows)


def head_json(head: Row) -> bytes:
    """Return the beginning of a JSON object, without its last brace."""
    return _encode(head)[:-1]
