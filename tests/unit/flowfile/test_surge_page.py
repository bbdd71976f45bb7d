"""docs/surge.md: its example is one that is taken, and every key of a plan is told of there."""

from pathlib import Path

import jsonschema
import msgspec
import yaml

from router.flowfile.site_schema import site_schemas
from router.flowfile.surge_specs import NightSpec, SpareSpec, SurgePlanSpec, SurgeStepSpec, TargetSpec

PAGE = (Path(__file__).parents[3] / "docs" / "surge.md").read_text(encoding="utf-8")


def test_the_example_fits_its_schema() -> None:
    text = PAGE.partition("```yaml\n")[2].partition("```")[0]
    found = jsonschema.Draft7Validator(site_schemas()["surge.yaml"]).iter_errors(yaml.safe_load(text))
    assert [error.message for error in found] == []


def test_every_key_of_a_plan_is_on_the_page() -> None:
    specs = (SurgePlanSpec, SurgeStepSpec, NightSpec, SpareSpec, TargetSpec)
    keys = {field.encode_name for spec in specs for field in msgspec.structs.fields(spec)}
    assert {key for key in keys if f"{key}: " not in PAGE and f"`{key}" not in PAGE} == set()
