"""Same events at the same times give the same bytes, whatever the hash seed of the interpreter."""

import os
import subprocess
import sys
from pathlib import Path

PLAY = """
import hashlib, msgspec
from test_callcontrol_machine import Course
digest = hashlib.sha256()
for seed in range(12):
    course = Course(seed)
    take = course.outside._take
    def keep(outputs):
        digest.update(msgspec.json.encode(outputs))
        take(outputs)
    course.outside._take = keep
    for _ in range(150):
        course.step()
    digest.update(msgspec.json.encode(course.outside.core.snapshot()))
print(digest.hexdigest())
"""


def test_same_bytes_under_another_hash_seed() -> None:
    tests = Path(__file__).parents[1]
    digests = set()
    for seed in ("0", "1", "4711"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join([str(tests), str(tests / "properties"), str(tests.parent)]),
        }
        done = subprocess.run(
            [sys.executable, "-c", PLAY], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        digests.add(done.stdout)
    assert len(digests) == 1
