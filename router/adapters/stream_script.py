"""One batch of records for Redis as one script: into all their streams, and the present with them, at one stroke.

A script, not a transaction of hundreds of commands: a record's fields travel once for all its streams and Redis answers
once, so that the router's own process spends a fraction of the time.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

SCRIPT = """
local at = 0
local function next_word() at = at + 1 return ARGV[at] end
local function next_number() at = at + 1 return tonumber(ARGV[at]) end
local function words(count)
  local got = {}
  for i = 1, count do got[i] = ARGV[at + i] end
  at = at + count
  return got
end
local keep = words(3)
local refused = {}
local function add(record, key, id, fields)
  local done = redis.pcall('XADD', KEYS[key], 'MAXLEN', '~', keep[math.min(key, 3)], id, unpack(fields))
  if type(done) == 'table' and done.err then
    if not string.find(done.err, 'equal or smaller', 1, true) then return done end
    refused[#refused + 1] = record
    refused[#refused + 1] = key
  end
end
local count = next_number()
for record = 1, count do
  local id = next_word()
  local queues = words(next_number())
  local fields = words(next_number())
  local hidden = next_number()
  local trouble = add(record, 1, id, fields)
  if trouble then return trouble end
  for i = 1, #queues do
    trouble = add(record, tonumber(queues[i]), id, fields)
    if trouble then return trouble end
  end
  for i = 1, hidden do
    local place = next_number()
    fields[place] = next_word()
  end
  trouble = add(record, 2, id, fields)
  if trouble then return trouble end
end
local present = KEYS[#KEYS]
if next_word() == 'whole' then redis.call('DEL', present) end
local sets = next_number()
for i = 1, sets, 1000 do
  redis.call('HSET', present, unpack(words(2 * math.min(1000, sets - i + 1))))
end
local gone = next_number()
for i = 1, gone, 1000 do
  redis.call('HDEL', present, unpack(words(math.min(1000, gone - i + 1))))
end
return refused
"""
"""KEYS: total, public, queues..., present. ARGV: see :func:`packed`. Returns (record, key) pairs refused as seen
before, or the error that stopped it."""

SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


class Line(NamedTuple):
    """A record on its way: its id, its flat fields, its queues' places among the keys, and what the public reads."""

    entry: str
    fields: Mapping[str, str]
    queue_keys: Sequence[int]
    hidden: Mapping[str, str]


class Change(NamedTuple):
    """What to write of the present; ``whole``: it replaces what is there."""

    whole: bool = False
    fields: Mapping[str, str] = {}
    gone: Sequence[str] = ()


NOTHING = Change()


def packed(
    command: Sequence[str], keys: Sequence[str], keep: Sequence[int], lines: Iterable[Line], to: Change
) -> bytes:
    """Return the whole command as it goes over the wire. ``keep``: how many entries total, public and queues keep."""
    args: list[str] = [*command, str(len(keys)), *keys, *map(str, keep)]
    body: list[str] = []
    count = 0
    for line in lines:
        count += 1
        body += (line.entry, str(len(line.queue_keys)), *map(str, line.queue_keys), str(2 * len(line.fields)))
        for pair in line.fields.items():
            body += pair
        body.append(str(len(line.hidden)))
        if line.hidden:
            places = {name: 2 * place for place, name in enumerate(line.fields, start=1)}
            for name, text in line.hidden.items():
                body += (str(places[name]), text)
    args.append(str(count))
    args += body
    args += ("whole" if to.whole else "part", str(len(to.fields)))
    for pair in to.fields.items():
        args += pair
    args += (str(len(to.gone)), *to.gone)
    out = [b"*%d\r\n" % len(args)]
    for arg in args:
        raw = arg.encode()
        out.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(out)
