"""Generated secrets of one line: kept in ``<home>/secrets.json``, readable by its owner only.

Passwords of phones are not kept: each is derived from the site key, so the file holds only how often it was renewed.
One set by hand is kept as its SIP digest (HA1), from which it cannot be read back.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from router.errors import SettingsError

REALM = "hotline"
"""The SIP realm our Asterisk challenges with; part of every phone's digest."""

_FILE = "secrets.json"
_KEYS = ("redis_password", "ari_password", "ami_password", "site_key", "journal_key")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What a phone's password is made of: nothing that is misread when typed into a phone."""
_PASSWORD_LENGTH = 16


class Secrets:
    """All secrets of one line.

    ``redis_password``, ``ari_password`` and ``ami_password`` are words without blanks; ``site_key`` is what phone
    passwords and first PINs derive from; ``journal_key`` is 32 bytes. An environment variable ``HOTLINE_<NAME>``
    (``HOTLINE_JOURNAL_KEY`` in base64) goes before the file.
    """

    def __init__(self, path: Path, kept: dict[str, Any], environment: Mapping[str, str]) -> None:
        self._path = path
        self._kept = kept
        values = {key: environment.get(f"HOTLINE_{key.upper()}") or kept[key] for key in _KEYS}
        for key, value in values.items():
            if (
                not isinstance(value, str)
                or not value.isascii()
                or not value.isprintable()
                or set(value) & set(' ";\\')
            ):
                raise SettingsError(
                    f"secret {key} must be printable ASCII without blanks, quotes, semicolons or backslashes",
                    f"set HOTLINE_{key.upper()} anew or remove it from {path}",
                )
        self.redis_password = values["redis_password"]
        self.ari_password = values["ari_password"]
        self.ami_password = values["ami_password"]
        self.site_key = values["site_key"]
        try:
            self.journal_key = base64.b64decode(values["journal_key"], validate=True)
        except binascii.Error as error:
            raise SettingsError("journal_key is not base64", "make one with: openssl rand -base64 32") from error
        if len(self.journal_key) != 32:
            raise SettingsError(
                f"journal_key is {len(self.journal_key)} bytes, not 32", "make one with: openssl rand -base64 32"
            )

    @classmethod
    def load_or_create(cls, home: Path, environment: Mapping[str, str] | None = None) -> "Secrets":
        """Read the secrets of ``home``, making and keeping those that are not there yet.

        Raises:
            SettingsError: the file cannot be read or written, or a secret is unusable.
        """
        path = home.absolute() / _FILE
        kept = _read(path)
        fresh = {key: _make(key) for key in _KEYS if key not in kept}
        if fresh:
            kept.update(fresh)
            _write(path, kept)
        return cls(path, kept, os.environ if environment is None else environment)

    def phone_password(self, name: str) -> str:
        """Return the password a phone registers with.

        Raises:
            SettingsError: it was set by hand; only its digest is kept.
        """
        phone = self._phone(name)
        if "ha1" in phone:
            raise SettingsError(
                f"the password of phone {name} was set by hand and cannot be read back",
                f"use the one you set, or make a new one: hotline agents phone {name} --new",
            )
        return self._derived(f"phone:{name}:{phone.get('generation', 0)}", _PASSWORD_LENGTH)

    def renew_phone(self, name: str) -> str:
        """Make a new password for a phone, forgetting the old one, and return it."""
        phone = self._phone(name)
        self._kept.setdefault("phones", {})[name] = {"generation": phone.get("generation", 0) + 1}
        _write(self._path, self._kept)
        return self.phone_password(name)

    def set_phone(self, name: str, password: str, realm: str = REALM) -> None:
        """Give a phone a password of your choice; only its digest in ``realm`` is kept."""
        if len(password) < 8:
            raise SettingsError("a phone's password has at least 8 characters", "choose a longer one")
        generation = self._phone(name).get("generation", 0)
        ha1 = _ha1(name, realm, password)
        self._kept.setdefault("phones", {})[name] = {"generation": generation, "ha1": ha1, "realm": realm}
        _write(self._path, self._kept)

    def phone_ha1(self, name: str, realm: str = REALM) -> str:
        """Return the SIP digest HA1 (MD5 of ``name:realm:password``, in hex) of a phone.

        Raises:
            SettingsError: the password was set by hand for another realm.
        """
        phone = self._phone(name)
        if "ha1" not in phone:
            return _ha1(name, realm, self.phone_password(name))
        if phone.get("realm") != realm:
            raise SettingsError(
                f"the password of phone {name} was set for realm {phone.get('realm')!r}, not {realm!r}",
                "set it again",
            )
        return str(phone["ha1"])

    def trunk_secret(self, name: str) -> str:
        """Return the password a trunk gave us to register with.

        Raises:
            SettingsError: none was set.
        """
        variable = "HOTLINE_TRUNK_" + "".join(c if c.isalnum() else "_" for c in name).upper()
        secret = os.environ.get(variable) or self._kept.get("trunks", {}).get(name)
        if not secret:
            raise SettingsError(
                f"trunk {name} registers but its password is not set",
                f"put the password your carrier gave you into {variable}, or into {self._path} as "
                f'"trunks": {{"{name}": "..."}}',
            )
        return str(secret)

    def set_trunk_secret(self, name: str, secret: str) -> None:
        """Keep the password of a trunk. It is kept readable: registering needs it."""
        self._kept.setdefault("trunks", {})[name] = secret
        _write(self._path, self._kept)

    def service_secret(self, name: str) -> str:
        """Return the secret that ``{secret:name}`` in lookups.yaml or notices.yaml stands for.

        Raises:
            SettingsError: none was set.
        """
        variable = "HOTLINE_SECRET_" + "".join(c if c.isalnum() else "_" for c in name).upper()
        secret = os.environ.get(variable) or self._kept.get("services", {}).get(name)
        if not isinstance(secret, str) or not secret.isprintable():
            raise SettingsError(
                f"secret '{name}' is not set",
                f'put it into {variable}, or into {self._path} as "services": {{"{name}": "..."}}',
            )
        return secret

    def derived(self, purpose: str, length: int) -> str:
        """Return a secret that the site key and a purpose make; ``length`` letters that are hard to misread."""
        return self._derived(purpose, length)

    @property
    def board_generation(self) -> int:
        """How often the wallboard's password and tokens were made anew."""
        return int(self._board().get("generation", 0))

    @property
    def board_password_hash(self) -> str:
        """The hash (argon2) of the wallboard's password where one was set by hand, else ""."""
        return str(self._board().get("hash", ""))

    def set_board_password(self, password: str) -> None:
        """Give the wallboard a password of your choice; only its hash is kept, and everybody signs in anew.

        Raises:
            SettingsError: it is too short.
        """
        if len(password) < 8:
            raise SettingsError("the wallboard's password has at least 8 characters", "choose a longer one")
        self._kept["board"] = {"generation": self.board_generation, "hash": PasswordHasher().hash(password)}
        _write(self._path, self._kept)

    def renew_board(self) -> None:
        """Make the wallboard's password and all tokens anew; the old ones are no good any more."""
        self._kept["board"] = {"generation": self.board_generation + 1}
        _write(self._path, self._kept)

    def _board(self) -> dict[str, Any]:
        kept = self._kept.get("board", {})
        if not isinstance(kept, dict):
            raise SettingsError(f"{self._path}: board is not an object", "remove it")
        return kept

    def smtp_password(self) -> str:
        """Return the mail server's password.

        Raises:
            SettingsError: none was set.
        """
        secret = os.environ.get("HOTLINE_SMTP_PASSWORD") or self._kept.get("smtp_password")
        if not secret:
            raise SettingsError(
                "the mail server's password is not set",
                f'put it into HOTLINE_SMTP_PASSWORD, or into {self._path} as "smtp_password": "..."',
            )
        return str(secret)

    def _phone(self, name: str) -> dict[str, Any]:
        phone = self._kept.get("phones", {}).get(name, {})
        if not isinstance(phone, dict):
            raise SettingsError(f"{self._path}: phones.{name} is not an object", "remove it")
        return phone

    def _derived(self, purpose: str, length: int) -> str:
        # 32 bytes of a MAC are far more than 16 letters need: take them as one number and write it in our alphabet
        number = int.from_bytes(hmac.digest(self.site_key.encode(), purpose.encode(), "sha256"), "big")
        letters = []
        for _ in range(length):
            number, digit = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[digit])
        return "".join(letters)


def _make(key: str) -> str:
    if key == "journal_key":
        return base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(24)


def _ha1(name: str, realm: str, password: str) -> str:
    return hashlib.md5(f"{name}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}", "run as the owner of the line's home") from error
    try:
        kept = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{path} is not JSON: {error}", "put back a copy, or remove it for new secrets") from error
    if not isinstance(kept, dict):
        raise SettingsError(f"{path} is not a JSON object", "put back a copy, or remove it for new secrets")
    return kept


def _write(path: Path, kept: Mapping[str, Any]) -> None:
    # written beside and renamed, so that a crash never leaves half a file; never readable by others, not even briefly
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(kept, file, indent=2, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise SettingsError(
            f"cannot write {path}: {error.strerror}", "choose a folder you may write with HOTLINE_HOME"
        ) from error
