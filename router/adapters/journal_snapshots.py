"""Snapshots of the core: one encrypted file each, written beside and moved into place whole.

A snapshot says how many journal entries it includes; a replay goes on behind them. Made by the replica process from
the journal, never by the live router (save for one way out of a full disk, see :mod:`router.adapters.journal`).
"""

import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from router.core.ids import Ms
from router.errors import JournalError

FORMAT = 1
_NONCE_BYTES = 12


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The core's state after ``entries`` journal entries, the last of them at ``last_ms``, in ``epoch``."""

    entries: int
    last_ms: Ms
    epoch: int
    state: Mapping[str, Any]


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    entries: int
    last_ms: Ms
    epoch: int


def snapshots(folder: Path) -> list[tuple[int, Path]]:
    """Return the snapshots in a folder as (entries included, path), oldest first."""
    if not folder.is_dir():
        return []
    found = [(int(path.stem), path) for path in folder.glob("*.snapshot") if path.stem.isdigit()]
    return sorted(found)


def write_snapshot(folder: Path, key: bytes, snapshot: Snapshot) -> Path:
    """Write a snapshot and return its path. Raises OSError; never leaves half a file under the final name."""
    head = msgspec.json.encode(
        _Head(format=FORMAT, entries=snapshot.entries, last_ms=snapshot.last_ms, epoch=snapshot.epoch)
    )
    nonce = os.urandom(_NONCE_BYTES)
    body = AESGCM(key).encrypt(nonce, zlib.compress(msgspec.json.encode(snapshot.state), 1), head)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{snapshot.entries:012d}.snapshot"
    beside = path.with_suffix(".part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(head + b"\n" + nonce + body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync_folder(folder)
    return path


def read_snapshot(path: Path, key: bytes) -> Snapshot:
    """Read a snapshot. Raises JournalError naming the file for a wrong key, damage, or a format not known."""
    head, _, rest = path.read_bytes().partition(b"\n")
    try:
        known = msgspec.json.decode(head, type=_Head)
        if known.format != FORMAT:
            raise JournalError(
                f"{path}: snapshot format {known.format}, this router reads {FORMAT}",
                "start the version of the router that wrote it",
            )
        packed = AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head)
        state = msgspec.json.decode(zlib.decompress(packed), type=dict[str, Any])
    except (InvalidTag, msgspec.MsgspecError, zlib.error, ValueError):
        raise JournalError(
            f"{path}: damaged, or written with another journal key",
            "put back the journal_key of secrets.json (or HOTLINE_JOURNAL_KEY), or restore the file from a backup",
        ) from None
    return Snapshot(entries=known.entries, last_ms=known.last_ms, epoch=known.epoch, state=state)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
