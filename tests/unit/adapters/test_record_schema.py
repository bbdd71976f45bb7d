"""The documented schema is the one the records have. A change is made on purpose: see the cure in the message."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from router.adapters.record_codec import RECORD_TYPES, to_json
from router.adapters.record_schema import as_json_schema, as_markdown
from router.core.records import CallEnded

DOCS = Path(__file__).parents[3] / "docs"
MARK = "<!-- made by: hotline schema records --markdown -->\n"


def test_the_golden_schema_is_what_the_records_are() -> None:
    golden = json.loads((DOCS / "events.schema.json").read_text())
    assert as_json_schema() == golden, (
        "records changed: raise SCHEMA_VERSION where a meaning or type did, then write the golden file anew with "
        "'hotline schema records > docs/events.schema.json' and tell readers in CHANGELOG.md"
    )


def test_the_page_has_every_record_and_field() -> None:
    page = (DOCS / "events.md").read_text()
    assert page.partition(MARK)[2].strip() == as_markdown().strip(), (
        f"write the part of docs/events.md below '{MARK.strip()}' anew with: hotline schema records --markdown"
    )


def test_a_record_passes_its_schema_and_a_wrong_one_does_not() -> None:
    schema = as_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = {"type": "CallEnded", **{f.name: _sample(f.type) for f in msgspec.structs.fields(CallEnded)}}
    validator.validate(good)
    validator.validate(json.loads(to_json(msgspec.convert(good, CallEnded))))
    for wrong in ({"outcome": "vanished"}, {"seq": "7"}, {"type": "MoonRose"}):
        assert not validator.is_valid({**good, **wrong}), wrong


def test_every_record_says_what_it_means() -> None:
    assert all((record.__doc__ or "").strip() for record in RECORD_TYPES.values())
    assert set(as_json_schema()["$defs"]) >= set(RECORD_TYPES)
    assert all(msgspec.structs.fields(record) for record in RECORD_TYPES.values())


def _sample(kind: object) -> Any:
    match msgspec.inspect.type_info(kind):
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return 1
        case msgspec.inspect.EnumType(cls=cls):
            return next(iter(cls)).value
    return "text"
