"""``hotline schema site`` as editors' set-ups call it."""

import json
from pathlib import Path

import pytest

from router.cli import run


def test_all_kinds_or_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "site"]) == 0
    every = json.loads(capsys.readouterr().out)
    assert {"site", "queues", "agents", "flows", "customers"} <= set(every)
    assert run(["schema", "site", "queues"]) == 0
    assert json.loads(capsys.readouterr().out) == every["queues"]


def test_files_for_an_editor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "schemas"
    assert run(["schema", "site", "--into", str(folder)]) == 0
    assert json.loads((folder / "flows.schema.json").read_text(encoding="utf-8"))["title"] == "flows/*.yaml"
    assert str(folder / "queues.schema.json") in capsys.readouterr().out


def test_a_kind_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "site", "queue"]) == 2
    assert "one of: site, trunks, queues" in capsys.readouterr().err
