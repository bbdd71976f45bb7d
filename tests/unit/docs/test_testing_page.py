"""``docs/testing-flows.md`` names every key of a test file and every word they take; its first test runs."""

import re
import shutil
from pathlib import Path

import msgspec
import pytest

from router.core.records import Outcome
from router.flowtest import run_tests
from router.flowtest.specs import CallSpec, ExpectSpec, GivenSpec, StepSpec

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "testing-flows.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("spec", [GivenSpec, CallSpec, StepSpec, ExpectSpec])
def test_every_key_is_on_the_page(spec: type[msgspec.Struct]) -> None:
    keys = [field.encode_name for field in msgspec.structs.fields(spec)]
    assert [key for key in keys if f"`{key}`" not in PAGE] == []


def test_every_outcome_but_what_no_flow_sees_is_on_the_page() -> None:
    assert [outcome for outcome in Outcome if f"`{outcome.value}`" not in PAGE] == [Outcome.BLOCKED]


def test_the_first_test_of_the_page_passes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ivr_flows" / "demo", tmp_path / "demo")
    for old in tmp_path.rglob("*.test.yaml"):
        old.unlink()
    found = re.search(r"```yaml\n(at: .*?)```", PAGE, re.DOTALL)
    assert found is not None
    (tmp_path / "demo" / "flows" / "main.test.yaml").write_text(found[1], encoding="utf-8")
    results = run_tests(tmp_path / "demo")
    assert results.complaint() == ""
    assert len(results.cases) == 1
