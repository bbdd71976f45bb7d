"""Secrets: made once, kept for their owner only, phone passwords derived and never kept."""

import base64
import hashlib
import json
import stat
from pathlib import Path

import pytest

from router.errors import SettingsError
from router.line.secrets import REALM, Secrets


def load(home: Path, **environment: str) -> Secrets:
    return Secrets.load_or_create(home, environment)


def test_made_once_and_the_same_afterwards(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)
    assert first.redis_password == second.redis_password
    assert first.journal_key == second.journal_key
    assert len(first.journal_key) == 32
    assert len({first.redis_password, first.ari_password, first.ami_password, first.site_key}) == 4


def test_readable_by_its_owner_only(tmp_path: Path) -> None:
    load(tmp_path).renew_phone("1001")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    secrets = load(tmp_path, HOTLINE_REDIS_PASSWORD="from-outside", HOTLINE_JOURNAL_KEY=key)
    assert secrets.redis_password == "from-outside"
    assert secrets.journal_key == bytes(range(32))
    assert load(tmp_path).redis_password != "from-outside"


def test_phone_passwords_differ_stay_and_are_not_kept(tmp_path: Path) -> None:
    secrets = load(tmp_path)
    one, two = secrets.phone_password("1001"), secrets.phone_password("1002")
    assert one != two
    assert load(tmp_path).phone_password("1001") == one
    assert one not in (tmp_path / "secrets.json").read_text()
    assert secrets.phone_ha1("1001") == hashlib.md5(f"1001:{REALM}:{one}".encode()).hexdigest()


def test_renewing_gives_another_password_for_good(tmp_path: Path) -> None:
    secrets = load(tmp_path)
    old = secrets.phone_password("1001")
    new = secrets.renew_phone("1001")
    assert new not in (old, secrets.phone_password("1002"))
    assert load(tmp_path).phone_password("1001") == new
    assert secrets.renew_phone("1001") not in (old, new)


def test_a_password_of_ones_own_is_kept_as_its_digest_only(tmp_path: Path) -> None:
    secrets = load(tmp_path)
    secrets.set_phone("1001", "correct horse")
    assert "correct horse" not in (tmp_path / "secrets.json").read_text()
    assert load(tmp_path).phone_ha1("1001") == hashlib.md5(b"1001:hotline:correct horse").hexdigest()
    with pytest.raises(SettingsError, match="set by hand"):
        secrets.phone_password("1001")
    with pytest.raises(SettingsError, match="realm"):
        secrets.phone_ha1("1001", "elsewhere")
    assert secrets.renew_phone("1001") == load(tmp_path).phone_password("1001")


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="8 characters"):
        load(tmp_path).set_phone("1001", "1234567")


def test_a_trunks_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = load(tmp_path)
    with pytest.raises(SettingsError) as caught:
        secrets.trunk_secret("main-carrier")
    assert "HOTLINE_TRUNK_MAIN_CARRIER" in caught.value.cure
    secrets.set_trunk_secret("main-carrier", "given")
    assert load(tmp_path).trunk_secret("main-carrier") == "given"
    monkeypatch.setenv("HOTLINE_TRUNK_MAIN_CARRIER", "newer")
    assert secrets.trunk_secret("main-carrier") == "newer"


@pytest.mark.parametrize("bad", ["two words", "semi;colon", 'quo"te', "tab\t", "ümlaut"])
def test_secrets_that_would_break_a_configuration_file_are_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(SettingsError, match="ari_password"):
        load(tmp_path, HOTLINE_ARI_PASSWORD=bad)


@pytest.mark.parametrize("bad", ["not-base64!", base64.b64encode(b"short").decode()])
def test_a_journal_key_of_the_wrong_form_is_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, HOTLINE_JOURNAL_KEY=bad)
    assert "openssl rand" in caught.value.cure


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_broken_file_is_named_and_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.json").write_text(text)
    with pytest.raises(SettingsError, match=r"secrets\.json"):
        load(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == text


def test_a_file_of_an_earlier_version_gets_what_is_new(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(json.dumps({"redis_password": "kept", "phones": {}}))
    assert load(tmp_path).redis_password == "kept"
    assert "journal_key" in json.loads((tmp_path / "secrets.json").read_text())
