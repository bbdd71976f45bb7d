"""Secrets of lookups and notices: from the environment or the file, never from the YAML."""

import json
from pathlib import Path

import pytest

from router.errors import SettingsError
from router.line.secrets import Secrets


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Secrets.load_or_create(tmp_path, {})
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "services": {"crm-1": "kept"}}))
    assert Secrets.load_or_create(tmp_path, {}).service_secret("crm-1") == "kept"
    monkeypatch.setenv("HOTLINE_SECRET_CRM_1", "given")
    assert Secrets.load_or_create(tmp_path, {}).service_secret("crm-1") == "given"


def test_one_that_is_not_set_or_would_break_a_header_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets.load_or_create(tmp_path, {})
    with pytest.raises(SettingsError, match="secret 'crm' is not set") as missing:
        secrets.service_secret("crm")
    assert "HOTLINE_SECRET_CRM" in missing.value.cure
    monkeypatch.setenv("HOTLINE_SECRET_CRM", "a\r\nX: y")
    with pytest.raises(SettingsError):
        secrets.service_secret("crm")
