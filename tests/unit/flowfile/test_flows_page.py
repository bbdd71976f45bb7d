"""The page for operations staff names every node type and every key there is."""

from pathlib import Path

import msgspec
import pytest

from router.acd.selection import STRATEGIES
from router.flowfile import specs
from router.ivr.registry import node_types

FLOWS_MD = (Path(__file__).resolve().parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")
FILE_SPECS = [specs.SiteFile, specs.DidSpec, specs.TrunkSpec, specs.QueueSpec, specs.AgentSpec, specs.PhoneSpec]


@pytest.mark.parametrize("cls", [*node_types().values(), *FILE_SPECS], ids=lambda cls: cls.__name__)
def test_every_key_is_on_the_page(cls: type[msgspec.Struct]) -> None:
    missing = [key.encode_name for key in msgspec.structs.fields(cls) if f"`{key.encode_name}" not in FLOWS_MD]
    assert missing == []


def test_every_node_type_has_its_section() -> None:
    assert [name for name in node_types() if f"### `{name}`" not in FLOWS_MD] == []


def test_every_strategy_is_on_the_page() -> None:
    assert [name for name in STRATEGIES if f"`{name}`" not in FLOWS_MD] == []
