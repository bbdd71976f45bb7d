"""Makes the sound files callers hear: from recordings where there are any, else by espeak-ng; levelled by sox.

A file is made again only when its text, voice or recording has changed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from router.errors import SetupError

RATE_HZ = 8_000
LEVEL_DB = -22.0
"""Loudness of every prompt: RMS of the speech in dB below full scale, near what telephone networks expect."""

_RECIPE = "1"  # part of every hash: raise it when the way files are made changes
_INDEX = ".built.json"
_TIMEOUT_S = 60
_VOICES = {"en": "en-gb", "zh": "cmn", "yue": "yue"}
_WORDS_PER_MINUTE = {"zh": 180}
_RMS = re.compile(r"^RMS lev dB\s+(-?[0-9.]+)", re.MULTILINE)

Progress = Callable[[int, int], None]
"""Called with how many files are done and how many there are."""


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A sound file to have. ``path`` is ``<language>/<name>`` without suffix; ``recording`` wins over ``text``."""

    path: str
    language: str
    text: str
    recording: Path | None = None


def build_sounds(sounds: Sequence[Sound], folder: Path, progress: Progress | None = None) -> list[str]:
    """Make what is missing or has changed as ``<folder>/<path>.wav`` (8 kHz, 16 bit, mono); return the paths made.

    Files are replaced whole, so a call that plays one meanwhile hears the old one to its end. Raises ``SetupError``
    where espeak-ng or sox is not there or fails, or the folder cannot be written.
    """
    keys = {sound.path: _key(sound) for sound in sounds}
    built = _read_index(folder)
    stale = [s for s in sounds if built.get(s.path) != keys[s.path] or not _file(folder, s.path).is_file()]
    done = len(sounds) - len(stale)
    if progress is not None:
        progress(done, len(sounds))
    if not stale:
        return []
    _check_tools(stale)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            for sound in pool.map(lambda s: _make(s, folder), stale):
                built[sound.path] = keys[sound.path]
                done += 1
                if progress is not None:
                    progress(done, len(sounds))
    except OSError as error:
        raise SetupError(
            f"prompts cannot be written to {folder}: {error.strerror}", "make the folder writable"
        ) from error
    finally:
        _write_index(folder, built)
    return [sound.path for sound in stale]


def missing_sounds(sounds: Iterable[Sound], folder: Path) -> list[str]:
    """Return the paths of sounds that have no file yet or one that is out of date."""
    built = _read_index(folder)
    return [
        sound.path
        for sound in sounds
        if built.get(sound.path) != _key(sound) or not _file(folder, sound.path).is_file()
    ]


def _make(sound: Sound, folder: Path) -> Sound:
    target = _file(folder, sound.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as work:
        raw, plain, level = (Path(work, name) for name in ("raw.wav", "plain.wav", "level.wav"))
        if sound.recording is not None:
            raw = sound.recording
        else:
            voice = _voice(sound.language)
            words = str(_WORDS_PER_MINUTE.get(sound.language, 150))
            _run(["espeak-ng", "-v", voice, "-s", words, "-w", str(raw), "--stdin"], sound, sound.text)
        trim = [
            "silence",
            "1",
            "0.02",
            "0.3%",
            "reverse",
            "silence",
            "1",
            "0.02",
            "0.3%",
            "reverse",
            "pad",
            "0.05",
            "0.1",
        ]
        form = ["-r", str(RATE_HZ), "-c", "1", "-b", "16", "-e", "signed-integer"]
        _run(["sox", str(raw), *form, str(plain), *trim], sound)
        found = _RMS.search(_run(["sox", str(plain), "-n", "stats"], sound))
        gain = 0.0 if found is None else LEVEL_DB - float(found[1])
        _run(["sox", str(plain), *form, str(level), "gain", "-l", f"{gain:.2f}"], sound)
        level.chmod(0o644)
        level.replace(target)
    return sound


def _run(command: list[str], sound: Sound, text: str = "") -> str:
    try:
        result = subprocess.run(command, input=text.encode(), capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise SetupError(f"{command[0]} took more than {_TIMEOUT_S} s over prompt '{sound.path}'") from None
    said = result.stderr.decode(errors="replace")
    if result.returncode != 0:
        source = sound.recording or f"the text of '{sound.path}'"
        raise SetupError(
            f"{command[0]} could not make prompt '{sound.path}': {said.strip()[:300]}", f"look at {source}"
        )
    return said


def _check_tools(sounds: Iterable[Sound]) -> None:
    wanted = {"sox"} | {"espeak-ng" for sound in sounds if sound.recording is None}
    for tool in sorted(wanted):
        if shutil.which(tool) is None:
            raise SetupError(f"{tool} is not installed, prompts cannot be made", f"apt-get install {tool}")


def _voice(language: str) -> str:
    return _VOICES.get(language) or _VOICES.get(language.partition("-")[0], language)


def _key(sound: Sound) -> str:
    digest = hashlib.sha256(f"{_RECIPE}|{RATE_HZ}|{LEVEL_DB}|".encode())
    if sound.recording is not None:
        digest.update(sound.recording.read_bytes())
    else:
        digest.update(f"{_voice(sound.language)}|{sound.text}".encode())
    return digest.hexdigest()[:24]


def _file(folder: Path, path: str) -> Path:
    return folder / f"{path}.wav"


def _read_index(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(path): str(key) for path, key in found.items()} if isinstance(found, dict) else {}


def _write_index(folder: Path, built: dict[str, str]) -> None:
    if not folder.is_dir():
        return
    new = folder / f"{_INDEX}.new"
    new.write_text(json.dumps(built, indent=0, sort_keys=True), encoding="utf-8")
    new.replace(folder / _INDEX)
