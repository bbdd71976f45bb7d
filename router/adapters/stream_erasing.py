"""Takes one caller's data out of the streams in Redis: same entries, same ids, same ``seq``, other words.

An entry of a stream cannot be changed, and one that is deleted leaves a gap that readers take for a loss. So a stream
that has the caller's data is built anew beside the old one, in small pieces, and takes its place at one stroke once it
has everything the old one has: what the router added meanwhile, how far it had counted, and its consumer groups.
Readers who wait at its end go on waiting, those in its midst read on behind the same id.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from redis import Redis
from redis.exceptions import ResponseError

from router.adapters.record_codec import RECORD_TYPES, nested_fields
from router.adapters.stream_keys import (
    foreign_key,
    present_key,
    public_key,
    queue_key,
    queues_key,
    stream_key,
)
from router.adapters.stream_pages import Entry, forward
from router.core.erasure import Traces
from router.errors import HotlineError

PAGE_COUNT = 1_000
"""Entries read at a time."""
PIECE_COUNT = 300
"""Entries copied at one stroke: about ten ms in which Redis does nothing else."""
CHANGED_COUNT = 100
"""Of which so many may read otherwise."""
LAST_COUNT = 1_000
"""So many may have come meanwhile for the last stroke to take them along."""
TRIES = 5
MOST_PENDING = 10_000
"""Entries a consumer group has handed out and not heard of: more are too many for one stroke."""

Fields = Mapping[str, str]
Watch = Callable[[str, int], None]

COPY = """
local other = {}
local at = 4
for i = 1, tonumber(ARGV[3]) do
  local id, count = ARGV[at], tonumber(ARGV[at + 1])
  local fields = {}
  for k = 1, count do fields[k] = ARGV[at + 1 + k] end
  other[id] = fields
  at = at + 2 + count
end
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[at])
for _, entry in ipairs(found) do
  redis.call('XADD', KEYS[2], entry[1], unpack(other[entry[1]] or entry[2]))
end
if #found == 0 then return '' end
return found[#found][1]
"""
"""KEYS: old, new. ARGV: from, to, how many read otherwise, (id, count, fields...)..., how many at most. Returns the
last id copied, or ''."""

SWAP = """
local old, new, gone = KEYS[1], KEYS[2], KEYS[3]
local rest = redis.call('XRANGE', old, '(' .. ARGV[1], '+', 'COUNT', tonumber(ARGV[2]) + 1)
if #rest > tonumber(ARGV[2]) then return 'more' end
for _, entry in ipairs(rest) do redis.call('XADD', new, entry[1], unpack(entry[2])) end
local first = redis.call('XRANGE', old, '-', '+', 'COUNT', 1)
if #first == 0 then return 'changed' end
redis.call('XTRIM', new, 'MINID', first[1][1])
local ours = redis.call('XREVRANGE', new, '+', '-', 'COUNT', 1)
local theirs = redis.call('XREVRANGE', old, '+', '-', 'COUNT', 1)
if redis.call('XLEN', new) ~= redis.call('XLEN', old) or ours[1][1] ~= theirs[1][1] then return 'changed' end
local function named(list)
  local got = {}
  for i = 1, #list, 2 do got[list[i]] = list[i + 1] end
  return got
end
local groups = redis.call('XINFO', 'GROUPS', old)
for _, one in ipairs(groups) do
  if named(one).pending > tonumber(ARGV[3]) then return 'pending ' .. named(one).name end
end
local about = named(redis.call('XINFO', 'STREAM', old))
local last = about['last-generated-id']
if about['entries-added'] then
  redis.call('XSETID', new, last, 'ENTRIESADDED', about['entries-added'], 'MAXDELETEDID', about['max-deleted-entry-id'])
else
  redis.call('XSETID', new, last)
end
for _, one in ipairs(groups) do
  local group = named(one)
  local read = group['entries-read']
  if read then
    redis.call('XGROUP', 'CREATE', new, group.name, group['last-delivered-id'], 'ENTRIESREAD', read)
  else
    redis.call('XGROUP', 'CREATE', new, group.name, group['last-delivered-id'])
  end
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', old, group.name)) do
    redis.call('XGROUP', 'CREATECONSUMER', new, group.name, named(consumer).name)
  end
  if group.pending > 0 then
    for _, held in ipairs(redis.call('XPENDING', old, group.name, '-', '+', group.pending)) do
      redis.call('XCLAIM', new, group.name, held[2], 0, held[1], 'IDLE', held[3], 'RETRYCOUNT', held[4], 'FORCE',
        'JUSTID')
    end
  end
end
redis.call('RENAME', old, gone)
redis.call('RENAME', new, old)
return 'done'
"""
"""KEYS: old, new, gone. ARGV: last id copied, how many may have come since, how many may be pending in a group."""


class StreamErasing:
    """The streams of a site, and one caller's traces in them. ``redis`` is a connection that decodes responses."""

    def __init__(self, redis: "Redis", site: str, traces: Traces, watch: Watch = lambda key, count: None) -> None:
        self._redis: Any = redis
        self._site = site
        self._traces = traces
        self._watch = watch
        self._learnt: dict[str, str] = {}

    def keys(self) -> list[str]:
        """The streams there are."""
        queues = sorted(self._redis.smembers(queues_key(self._site)))
        named = [
            stream_key(self._site),
            public_key(self._site),
            *(queue_key(self._site, queue) for queue in queues),
            foreign_key(self._site),
        ]
        return [key for key in named if self._redis.type(key) == "stream"]

    def learn(self) -> None:
        """Look through all streams for what is theirs; once more: through what came since."""
        for key in self.keys():
            for page in self._pages(key, self._learnt.get(key, "-")):
                for _, fields in page:
                    self._traces.learn(fields)
                self._learnt[key] = f"({page[-1][0]}"
                self._watch(key, len(page))

    def count(self) -> dict[str, int]:
        """Say how many entries of each stream have their data; nothing is changed."""
        return {key: sum(1 for _ in self._changes(key)) for key in self.keys()}

    def erase(self) -> dict[str, int]:
        """Take their data out of every stream; returns how many entries of each read otherwise now.

        Raises HotlineError where a stream cannot be replaced (it is as it was then), and redis.RedisError.
        """
        done = {}
        for key in self.keys():
            self._redis.unlink(*_beside(key))  # what an erasure that was killed has left
            changes = dict(self._changes(key))
            if changes:
                self._replace(key, changes)
            done[key] = len(changes)
        return done

    def in_present(self) -> int:
        """How many fields of the present name the number; there should be none."""
        fields: Mapping[str, str] = self._redis.hgetall(present_key(self._site))
        return sum(self._traces.mentioned(value) for value in fields.values())

    def rewrite_files(self) -> bool:
        """Have Redis write its files anew, without what was replaced.

        False where it is writing them just now, perhaps with what was there before: ask again when it is done.
        """
        try:
            if self._redis.info("persistence").get("aof_enabled"):
                self._redis.bgrewriteaof()
            else:
                self._redis.bgsave()
        except ResponseError as error:
            if "progress" not in str(error).lower():
                raise
            return False
        return True

    def files_written(self) -> str:
        """Say how the writing of Redis's files stands: ``busy``, ``ok``, or what went wrong."""
        about = self._redis.info("persistence")
        names = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
        if any(about.get(name) for name in names):
            return "busy"
        name = "aof_last_bgrewrite_status" if about.get("aof_enabled") else "rdb_last_bgsave_status"
        return str(about.get(name, "ok"))

    # --- inside ---

    def _pages(self, key: str, position: str = "-") -> Iterator[list[Entry]]:
        return forward(self._redis, key, position, "+", PAGE_COUNT)

    def _changes(self, key: str) -> Iterator[tuple[str, Fields]]:
        """The entries that are to read otherwise, in order, with what they read then."""
        for page in self._pages(key):
            for entry, fields in page:
                other = without(self._traces, fields)
                if other != fields:
                    yield entry, other
            self._watch(key, len(page))

    def _replace(self, key: str, changes: Mapping[str, Fields]) -> None:
        beside, gone = _beside(key)
        for _ in range(TRIES):
            self._redis.unlink(beside, gone)
            try:
                answer = self._build(key, beside, gone, changes)
            finally:
                self._redis.unlink(beside, gone)
            if answer == "done":
                return
            if answer.startswith("pending"):
                raise HotlineError(
                    f"the consumer group {answer.partition(' ')[2]} of {key} has over {MOST_PENDING} entries pending",
                    "let it acknowledge them (XACK), then say it again",
                )
        raise HotlineError(f"the stream {key} changes too much to be replaced", "say it again in a minute")

    def _build(self, key: str, beside: str, gone: str, changes: Mapping[str, Fields]) -> str:
        waiting = list(changes.items())
        last, done = "0-0", 0
        while True:
            last, done = self._copy(key, beside, last, waiting, done)
            answer = str(self._redis.eval(SWAP, 3, key, beside, gone, last, str(LAST_COUNT), str(MOST_PENDING)))
            if answer != "more":
                return answer

    def _copy(self, key: str, beside: str, last: str, waiting: list[tuple[str, Fields]], done: int) -> tuple[str, int]:
        """Copy up to the stream's end as it is now."""
        while True:
            piece = waiting[done : done + CHANGED_COUNT]
            upto = piece[-1][0] if done + CHANGED_COUNT < len(waiting) else "+"
            args: list[str] = []
            for entry, fields in piece:
                args += (entry, str(2 * len(fields)), *(word for pair in fields.items() for word in pair))
            start = f"({last}" if last != "0-0" else "-"
            copied = str(self._redis.eval(COPY, 2, key, beside, start, upto, str(len(piece)), *args, str(PIECE_COUNT)))
            if copied:
                last = copied
                while done < len(waiting) and _pair(waiting[done][0]) <= _pair(last):
                    done += 1
            elif upto == "+":
                return last, done
            else:  # trimmed meanwhile
                done += len(piece)


def _beside(key: str) -> tuple[str, str]:
    """The keys beside a stream while it is replaced: the new one, and the old one for a moment."""
    return f"{key}:erasing", f"{key}:erased"


def without(traces: Traces, fields: Fields) -> Fields:
    """Return a stream's entry as it reads without a caller; the same object where that changes nothing."""
    if not traces.theirs(fields) and not traces.among(fields.values()):
        return fields
    kind = RECORD_TYPES.get(fields.get("type", ""))
    nested = nested_fields(kind) if kind is not None else frozenset()
    typed: dict[str, Any] = {}
    for name, value in fields.items():
        try:
            typed[name] = msgspec.json.decode(value) if name in nested else value
        except msgspec.DecodeError:
            typed[name] = value
    cleaned = traces.without(typed)
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in cleaned.items()
    }


def _pair(entry: str) -> tuple[int, int]:
    at_ms, _, seq = entry.partition("-")
    return int(at_ms), int(seq)
