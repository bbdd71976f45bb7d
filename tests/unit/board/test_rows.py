"""Rows by version: whoever knows a version is told what changed behind it, and only that."""

import json
from random import Random

from router.board.rows import KEPT_GONE, Rows, as_json, head_json


def everything(key: str) -> bool:
    return True


def test_a_page_is_told_only_what_changed() -> None:
    rows = Rows()
    assert rows.put({"a": {"n": 1}, "b": {"n": 1}})
    seen = rows.version
    assert not rows.put({"a": {"n": 1}, "b": {"n": 1}}) and rows.version == seen
    assert rows.put({"a": {"n": 2}, "b": {"n": 1}})
    patch = rows.since(seen, everything)
    assert (patch.whole, list(patch.rows)) == (False, ["a"])


def test_a_row_that_went_is_told_as_gone_and_may_come_back() -> None:
    rows = Rows()
    rows.put({"a": {"n": 1}, "b": {"n": 1}})
    seen = rows.version
    rows.put({"b": {"n": 1}})
    assert rows.since(seen, everything).rows == {"a": None}
    rows.put({"a": {"n": 3}, "b": {"n": 1}})
    assert json.loads(rows.since(seen, everything).rows["a"] or b"null") == {"n": 3}


def test_a_version_of_another_run_gets_everything() -> None:
    rows = Rows()
    rows.put({"a": {"n": 1}})
    for version in (0, -5, 999):
        assert rows.since(version, everything).whole


def test_a_room_sees_its_own_rows_only() -> None:
    rows = Rows()
    rows.put({"queue:gas": {"n": 1}, "queue:water": {"n": 1}})
    assert list(rows.since(0, lambda key: key == "queue:gas").rows) == ["queue:gas"]


def test_a_page_away_for_very_long_gets_everything() -> None:
    rows = Rows()
    rows.put({"a": {"n": 1}})
    seen = rows.version
    rows.put({f"k{number}": {} for number in range(KEPT_GONE + 10)})
    rows.put({"a": {"n": 2}})
    assert rows.since(seen, everything).whole


def test_pages_that_join_and_leave_at_any_time_all_end_up_right() -> None:
    random = Random(7)
    rows, truth = Rows(), dict[str, dict[str, int]]()
    pages: list[tuple[int, dict[str, object]]] = [(0, {}) for _ in range(5)]
    for _ in range(400):
        key = f"r{random.randrange(12)}"
        if random.random() < 0.3:
            truth.pop(key, None)
        else:
            truth[key] = {"n": random.randrange(4)}
        rows.put(truth)
        for place in range(5):
            if random.random() < 0.25:
                version, known = pages[place]
                patch = rows.since(version, everything)
                said = json.loads(head_json({"seq": 1}) + as_json(patch))
                known = {} if said["whole"] else dict(known)
                for name, row in said["rows"].items():
                    known.pop(name, None) if row is None else known.__setitem__(name, row)
                assert known == truth
                pages[place] = (said["version"], known)
