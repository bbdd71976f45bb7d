"""Records as flat strings and as JSON: nothing is lost on the way and back, whatever the record."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.adapters.record_codec import RECORD_TYPES, from_fields, from_json, to_fields, to_json
from router.core.records import Outcome, Record


def a_record(kind: type[Record]) -> st.SearchStrategy[Record]:
    values = {field.name: _values(field.type) for field in msgspec.structs.fields(kind)}
    return st.fixed_dictionaries(values).map(lambda made: kind(**made))


def _values(kind: object) -> st.SearchStrategy[object]:
    return _described(msgspec.inspect.type_info(kind))


def _described(described: msgspec.inspect.Type) -> st.SearchStrategy[object]:
    match described:
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.IntType():
            return st.integers(-(2**53), 2**53)
        case msgspec.inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case msgspec.inspect.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case msgspec.inspect.DictType(value_type=value):
            return st.dictionaries(st.text(), _described(value), max_size=3)
        case msgspec.inspect.VarTupleType(item_type=item):
            return st.lists(_described(item), max_size=3).map(tuple)
        case msgspec.inspect.UnionType(types=options):
            return st.one_of([_described(option) for option in options])
        case msgspec.inspect.NoneType():
            return st.none()
        case _:
            return st.text()


@pytest.mark.parametrize("name", RECORD_TYPES)
@settings(max_examples=20)
@given(data=st.data())
def test_every_record_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    record = data.draw(a_record(RECORD_TYPES[name]))
    fields = to_fields(record)
    assert fields["type"] == name
    assert all(isinstance(value, str) for value in fields.values())
    assert from_fields(fields) == record
    assert from_json(to_json(record)) == record


class Flat(Record, frozen=True, kw_only=True):
    """A record with one field of each kind."""

    outcome: Outcome
    asked: bool
    queued: bool
    wait_rings: float
    agent: str


def test_the_stream_s_fields_are_plain_words() -> None:
    flat = Flat(
        seq=7,
        at_ms=1_000,
        v=1,
        config="c",
        outcome=Outcome.ABANDONED_SHORT,
        asked=True,
        queued=False,
        wait_rings=0.8,
        agent="",
    )
    assert to_fields(flat) == {
        "type": "Flat",
        "seq": "7",
        "at_ms": "1000",
        "v": "1",
        "config": "c",
        "outcome": "abandoned_short",
        "asked": "1",
        "queued": "0",
        "wait_rings": "0.8",
        "agent": "",
    }


class Nested(Record, frozen=True, kw_only=True):
    """A record of a shape none has yet."""

    reasons: dict[str, int]
    maybe: str | None = None


def test_nested_values_are_json_and_none_is_left_out() -> None:
    fields = to_fields(Nested(seq=1, at_ms=2, v=1, config="c", reasons={"a": 1}))
    assert fields["reasons"] == '{"a":1}'
    assert "maybe" not in fields


def test_an_unknown_record_says_so() -> None:
    with pytest.raises(msgspec.ValidationError, match="MoonRose"):
        from_fields({"type": "MoonRose"})
