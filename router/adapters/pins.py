"""Agents' PINs: argon2 hashes in ``<home>/pins.json``, and a lock against guessing.

An agent who has none of their own has a first one, derived from the site key, for whoever runs the line to hand out.
"""

import contextlib
import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import argon2
import msgspec
from argon2.exceptions import InvalidHashError, VerificationError

from router.core.ids import AgentId, Ms
from router.errors import SettingsError

WRONG_COUNT = 5
"""So many wrong PINs in a row lock an agent's sign-in."""
LOCK_MS: Ms = 10 * 60 * 1000

_DIGITS = (4, 12)
# OWASP's lowest recommended cost: some 30 ms, so that a morning's sign-ins do not take the machine from the calls.
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class PinCheck(NamedTuple):
    """The answer to a PIN: ``locked`` says that no PIN is taken for now, right or wrong."""

    correct: bool
    locked: bool


class _Kept(msgspec.Struct, omit_defaults=True):
    hash: str = ""
    wrong_count: int = 0
    locked_until_ms: Ms = 0


class Pins:
    """The PINs of one line. Safe to use from several threads and processes; hashing takes some 30 ms."""

    def __init__(self, home: Path, site_key: str) -> None:
        self._path = home.absolute() / "pins.json"
        self._site_key = site_key.encode()

    def check(self, agent: AgentId, pin: str, now: Ms) -> PinCheck:
        """Compare a PIN. Five wrong ones in a row lock the agent's sign-in for ten minutes.

        Raises SettingsError where pins.json cannot be read or written.
        """
        with self._open() as kept:
            known = kept.get(agent, _Kept())
            if now < known.locked_until_ms:
                return PinCheck(False, True)
            if self._matches(agent, known, pin):
                if known.wrong_count or known.locked_until_ms:
                    kept[agent] = _Kept(hash=known.hash)
                    self._write(kept)
                return PinCheck(True, False)
            known.wrong_count += 1
            if known.wrong_count >= WRONG_COUNT:
                known.wrong_count = 0
                known.locked_until_ms = now + LOCK_MS
            kept[agent] = known
            self._write(kept)
            return PinCheck(False, now < known.locked_until_ms)

    def set_pin(self, agent: AgentId, pin: str) -> None:
        """Give an agent a PIN of 4 to 12 digits; ends a lock. Raises SettingsError for anything else."""
        shortest, longest = _DIGITS
        if not (pin.isascii() and pin.isdigit() and shortest <= len(pin) <= longest):
            raise SettingsError(f"a PIN has {shortest} to {longest} digits", "choose another one")
        hashed = _hasher.hash(pin)
        with self._open() as kept:
            kept[agent] = _Kept(hash=hashed)
            self._write(kept)

    def reset(self, agent: AgentId) -> str:
        """Take an agent's own PIN away, end a lock, and return the first PIN, which is good again."""
        with self._open() as kept:
            if kept.pop(agent, None) is not None:
                self._write(kept)
        return self.initial_pin(agent)

    def has_own(self, agent: AgentId) -> bool:
        """Say whether an agent has set a PIN of their own."""
        with self._open() as kept:
            return bool(kept.get(agent, _Kept()).hash)

    def initial_pin(self, agent: AgentId) -> str:
        """Return the six digits an agent signs in with before setting a PIN."""
        digest = hmac.digest(self._site_key, f"pin:{agent}".encode(), hashlib.sha256)
        return f"{int.from_bytes(digest, 'big') % 1_000_000:06d}"

    def _matches(self, agent: AgentId, known: _Kept, pin: str) -> bool:
        if not known.hash:
            return hmac.compare_digest(self.initial_pin(agent).encode(), pin.encode())
        try:
            return _hasher.verify(known.hash, pin)
        except (VerificationError, InvalidHashError):
            return False

    @contextlib.contextmanager
    def _open(self) -> Iterator[dict[str, _Kept]]:
        """Give what is kept, with every other reader and writer locked out."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield self._read()
        except OSError as error:
            raise SettingsError(f"{self._path}: {error.strerror}", "run as the owner of the line's home") from error
        finally:
            os.close(descriptor)

    def _read(self) -> dict[str, _Kept]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, _Kept])
        except FileNotFoundError:
            return {}
        except msgspec.MsgspecError as error:
            raise SettingsError(
                f"{self._path}: {error}", "put back a copy, or remove it: every agent then has the first PIN again"
            ) from None

    def _write(self, kept: dict[str, _Kept]) -> None:
        beside = self._path.with_suffix(".part")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
