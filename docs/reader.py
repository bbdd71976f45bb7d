"""Follows a hotline: python reader.py redis://:PASSWORD@127.0.0.1:6379 demo"""

import json
import sys

import redis

MOVES = ("CallQueued", "QueueLeft", "CallConnected", "CallTransferred", "CallEnded")


def follow(url, site, waiting, told):
    """Keep ``waiting`` (queue -> how many callers wait) right; call ``told`` with each record's fields."""
    r = redis.Redis.from_url(url, decode_responses=True)
    while True:
        present = r.hgetall(f"hotline:{site}:present")  # whole, and of one moment
        cursor, seq = present["entry"], int(present["seq"])
        calls = [json.loads(row) for name, row in present.items() if name.startswith("call:")]
        callers = [call for call in calls if call["stage"] == "waiting" and not call["purpose"]]
        queue_of = {call["call_id"]: call["queue"] for call in callers}
        waiting.clear()
        for queue in queue_of.values():
            waiting[queue] = waiting.get(queue, 0) + 1
        while True:
            entries = r.xread({f"hotline:{site}:events": cursor}, block=1000) or [(0, [])]
            ours = [(e, f) for e, f in entries[0][1] if e == f"{f.get('at_ms')}-{f.get('seq')}"]  # no strangers
            if ours and int(ours[0][1]["seq"]) != seq + 1:
                break  # trimmed past us: begin again from the present
            for cursor, fields in ours:
                seq, call = int(fields["seq"]), fields.get("call_id")
                if fields["type"] in MOVES and call in queue_of:
                    waiting[queue_of.pop(call)] -= 1
                if fields["type"] == "CallQueued":
                    queue_of[call] = fields["queue"]
                    waiting[fields["queue"]] = waiting.get(fields["queue"], 0) + 1
                told(fields)


if __name__ == "__main__":
    now = {}
    follow(sys.argv[1], sys.argv[2], now, lambda fields: print(fields["seq"], fields["type"], now))
