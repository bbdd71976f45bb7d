"""The schemas for editors: the demo fits them, misspelt keys do not; the reference page is made from the same."""

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from router.flowfile.files import OPTIONAL, REQUIRED
from router.flowfile.floor_specs import ClassSpec, DutySpec, OverflowSpec, QueueSpec, ReserveSpec, SeniorsSpec, StepSpec
from router.flowfile.floor_waits import AnnouncementsSpec, EstimateSpec
from router.flowfile.kinds import FLOWS, KINDS
from router.flowfile.reference import reference_page
from router.flowfile.site_schema import site_schemas
from router.ivr.registry import node_types

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "ivr_flows" / "demo"
SCHEMAS = site_schemas()
FILES = sorted(
    path
    for path in DEMO.rglob("*.yaml")
    if "prompts" not in path.relative_to(DEMO).parts and not path.name.endswith(".test.yaml")
)


def _texts(value: Any) -> Any:
    """Make keys texts, as they are in JSON."""
    if isinstance(value, dict):
        return {str(key): _texts(inner) for key, inner in value.items()}
    return [_texts(part) for part in value] if isinstance(value, list) else value


def _schema_of(path: Path) -> dict[str, Any]:
    return SCHEMAS[FLOWS if path.parent.name == "flows" else path.name]


def _mistakes(text: str, schema: dict[str, Any]) -> list[str]:
    document = _texts(yaml.safe_load(text))
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document)]


def test_every_kind_of_file_has_a_valid_schema() -> None:
    assert set(KINDS) == {*REQUIRED, *OPTIONAL, FLOWS}
    for schema in SCHEMAS.values():
        jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEMO)))
def test_the_demo_fits(path: Path) -> None:
    assert _mistakes(path.read_text(encoding="utf-8"), _schema_of(path)) == []


def test_every_node_type_is_one_of() -> None:
    choices = SCHEMAS[FLOWS]["properties"]["nodes"]["additionalProperties"]["oneOf"]
    assert [choice["properties"]["type"]["const"] for choice in choices] == list(node_types())


@pytest.mark.parametrize(
    ("kind", "text", "fits"),
    [
        ("queues.yaml", "queues: {a: {groups: inbound}}", True),
        ("queues.yaml", "queues: {a: {groups: [inbound], skills: none}}", True),
        ("queues.yaml", "queues: {a: {groups: [x], skills: {any_of: [{gas: 2}, {all_of: [{p: 1}]}]}}}", True),
        ("queues.yaml", "queues: {a: {groups: [x], skills: {gas: 6}}}", False),
        ("queues.yaml", "queues: {a: {groups: [x], skills: {any_of: [{gas: high}]}}}", False),
        ("queues.yaml", "queues: {a: {groups: [x], weight: 10}}", False),
        ("queues.yaml", "queues: {a: {groups: [x], weight: 0, answer_within: 3 rings}}", True),
        ("queues.yaml", "queues: {a: {groups: [x], strategy: longest_idel}}", False),
        ("queues.yaml", "queues: {a: {groups: [x], reserve: {count: 1, for: vip}}}", True),
        ("queues.yaml", "queues: {a: {groups: [x], reserve: {count: 1}}}", False),
        ("queues.yaml", "queues: {a: {strategy: random}}", False),
        ("queues.yaml", "queues: {a: {groups: [x], grops: [y]}}", False),
        ("agents.yaml", "{groups: {inbound: }, agents: {1001-1002: {groups: inbound, favours: {gas: 60s}}}}", True),
        ("agents.yaml", "{groups: {inbound: {}}, agents: {one: {groups: inbound}}}", False),
        ("flows/*.yaml", "nodes: {a: {type: hangup}}", True),
        ("flows/*.yaml", "nodes: {a: {type: hangupp}}", False),
        ("flows/*.yaml", "nodes: {a: {type: enqueue}}", False),
        ("flows/*.yaml", "nodes: {a: {type: enqueue, queue: q, skills: {gas: 2}}}", True),
        ("customers.yaml", "{customers: {'138': {class: vip}}, lists: vip.csv}", True),
    ],
)
def test_what_fits(kind: str, text: str, fits: bool) -> None:
    assert (not _mistakes(text, SCHEMAS[kind])) == fits


def test_keys_say_what_they_are_and_what_they_default_to() -> None:
    queue = SCHEMAS["queues.yaml"]["properties"]["queues"]["additionalProperties"]
    assert queue["properties"]["late_after"]["default"] == "15s"
    assert queue["properties"]["ring"] == {
        "type": "integer", "minimum": 1, "maximum": 20, "default": 1,
        "description": "phones that ring at once; the first to answer wins",
    }  # fmt: skip
    assert queue["required"] == ["groups"]


def test_the_reference_page_is_made_from_the_registry() -> None:
    """Where this fails: ``python -m router.flowfile reference > docs/reference.md``."""
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == reference_page()


def test_the_reference_names_every_node_type_and_file() -> None:
    page = reference_page()
    assert [name for name in (*KINDS, *node_types()) if f"\n## `{name}`\n" not in page] == []


def test_the_examples_of_the_queues_page_fit() -> None:
    blocks = (ROOT / "docs" / "queues.md").read_text(encoding="utf-8").split("```yaml\n")[1:]
    examples = [block.partition("```")[0] for block in blocks]
    queues = [text for text in examples if "queues:" in text.splitlines()[:2]]
    customers = [text for text in examples if "customers:" in text.splitlines()[:2]]
    assert (len(queues), len(customers)) == (3, 1)
    assert [_mistakes(text, SCHEMAS["queues.yaml"]) for text in queues] == [[], [], []]
    assert _mistakes(customers[0], SCHEMAS["customers.yaml"]) == []


def test_the_example_of_the_waits_page_fits_and_every_key_is_told() -> None:
    page = (ROOT / "docs" / "waits.md").read_text(encoding="utf-8")
    (example,) = (block.partition("```")[0] for block in page.split("```yaml\n")[1:])
    assert _mistakes(example, SCHEMAS["queues.yaml"]) == []
    keys = {field.encode_name for spec in (EstimateSpec, AnnouncementsSpec) for field in msgspec.structs.fields(spec)}
    assert {key for key in keys if f"`{key}" not in page} == set()


def test_every_key_of_a_queue_is_told_of_on_its_page() -> None:
    page = (ROOT / "docs" / "queues.md").read_text(encoding="utf-8")
    specs = (QueueSpec, StepSpec, OverflowSpec, ReserveSpec, SeniorsSpec, ClassSpec, DutySpec)
    keys = {field.encode_name for spec in specs for field in msgspec.structs.fields(spec)}
    told = {key for key in keys if f"`{key}" in page or f"{key}: " in page}
    assert keys - told == set()
