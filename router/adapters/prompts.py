"""Makes the sound files callers hear: from recordings where there are any, else by the engine of the settings.

A file is made again only when its text, voice, engine or recording has changed.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from router.adapters.prompt_audio import (
    LEVEL_DB,
    RATES_HZ,
    SoundRefused,
    check_recording,
    ensure_sox,
    make_forms,
)
from router.adapters.prompt_command import CommandEngine, Espeak
from router.adapters.prompt_engine import Engine, EngineFailed, voices_of
from router.adapters.prompt_http import HttpEngine
from router.errors import SettingsError, SetupError
from router.settings import Settings

_RECIPE = "2"  # part of every hash: raise it when the way files are made changes
_INDEX = ".built.json"
_FAILURES_SHOWN = 5
"""So many prompts that fail end a build: an engine that is away would else be asked for each of hundreds."""
_NOT_TRIED = EngineFailed("not tried")


class PromptsFailed(SetupError):
    """Some prompts could not be made. ``silent`` are those of them that have no old sound either."""

    def __init__(self, message: str, cure: str, silent: tuple[str, ...]) -> None:
        super().__init__(message, cure)
        self.silent = silent


Progress = Callable[[int, int], None]
"""Called with how many files are done and how many there are."""


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A sound to have. ``path`` is ``<language>/<name>`` without suffix; ``recording`` wins over ``text``.

    ``place`` is where its text stands, ``prompts/zh/menu.yaml:12``, for messages; ``music`` may be long.
    """

    path: str
    language: str
    text: str
    recording: Path | None = None
    place: str = ""
    music: bool = False


def engine_of(settings: Settings) -> Engine:
    """Return the engine the settings name. Raises SettingsError where they name it wrongly."""
    voices = voices_of(settings.prompt_voices)
    if settings.prompt_engine == "command":
        return CommandEngine(settings.prompt_command, voices, settings.prompt_timeout_s)
    if settings.prompt_engine == "http":
        token = os.environ.get("HOTLINE_PROMPT_TOKEN", "")
        return HttpEngine(settings.prompt_url, voices, settings.prompt_timeout_s, token)
    for name in ("prompt_command", "prompt_url"):
        if getattr(settings, name):
            wanted = name.removeprefix("prompt_").replace("url", "http")
            raise SettingsError(
                f"setting {name} (HOTLINE_{name.upper()}) is given, but the engine is espeak",
                f"set HOTLINE_PROMPT_ENGINE={wanted}, or take {name} away",
            )
    return Espeak(voices, settings.prompt_timeout_s)


def build_sounds(
    sounds: Sequence[Sound],
    folder: Path,
    progress: Progress | None = None,
    engine: Engine | None = None,
    *,
    again: bool = False,
) -> list[str]:
    """Make what is missing or has changed (``again``: all) as ``<folder>/<path>.wav`` and ``.wav16``; return the paths.

    Both are 16 bit mono, at 8 and 16 kHz. Files are replaced whole, so a call that plays one meanwhile hears the old
    one to its end. A prompt that cannot be made keeps its old sound; the others are made all the same, then
    PromptsFailed names it, where its text stands, and the cure. SetupError too where a tool is not there or the folder
    cannot be written.
    """
    engine = engine or Espeak()
    keys = {sound.path: _key(sound, engine) for sound in sounds}
    built = _read_index(folder)
    stale = [s for s in sounds if again or built.get(s.path) != keys[s.path] or not _is_there(folder, s.path)]
    done = len(sounds) - len(stale)
    if progress is not None:
        progress(done, len(sounds))
    if not stale:
        return []
    ensure_sox()
    if any(sound.recording is None for sound in stale):
        engine.ensure()
    failures: list[tuple[Sound, SetupError]] = []
    untried: list[Sound] = []
    enough = threading.Event()
    failed: list[str] = []
    """Those that failed so far: the makers count for themselves, however late their results are looked at."""
    made: list[str] = []

    def make(sound: Sound) -> SetupError | None:
        if enough.is_set():
            return _NOT_TRIED
        try:
            _make(sound, folder, engine)
        except (EngineFailed, SoundRefused) as error:
            failed.append(sound.path)
            if len(failed) >= _FAILURES_SHOWN:
                enough.set()
            return error
        return None

    unsettled = {sound.path for sound in stale}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # what is under way when we are killed counts as not made, or its old text, come back, would have the new sound
        _write_index(folder, built, unsettled)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            try:
                for sound, failure in zip(stale, pool.map(make, stale), strict=True):
                    unsettled.remove(sound.path)
                    if failure is None:
                        built[sound.path] = keys[sound.path]
                        made.append(sound.path)
                        done += 1
                        if progress is not None:
                            progress(done, len(sounds))
                    elif failure is _NOT_TRIED:
                        untried.append(sound)
                    else:
                        failures.append((sound, failure))
            finally:
                enough.set()  # a Ctrl-C or a full disk ends it at once, not after all the others
    except OSError as error:
        raise SetupError(
            f"prompts cannot be written to {folder}: {error.strerror}", "make the folder writable"
        ) from error
    finally:
        with contextlib.suppress(OSError):  # without it prompts are made once more than needed
            _write_index(folder, built, unsettled)
    if failures:
        raise _told(failures, untried, folder)
    return made


def missing_sounds(sounds: Iterable[Sound], folder: Path, engine: Engine | None = None) -> list[str]:
    """Return the paths of sounds that have no file yet or one that is out of date."""
    engine = engine or Espeak()
    built = _read_index(folder)
    return [s.path for s in sounds if built.get(s.path) != _key(s, engine) or not _is_there(folder, s.path)]


def sound_file(folder: Path, path: str) -> Path:
    """Return the file of a sound at 8 kHz."""
    return folder / f"{path}.wav"


def _make(sound: Sound, folder: Path, engine: Engine) -> None:
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as name:
        work = Path(name)
        if sound.recording is not None:
            check_recording(sound.recording, music=sound.music)
            raw = sound.recording
        else:
            raw = engine.say(sound.text, sound.language, work)
        files = make_forms(raw, work)
        sound_file(folder, sound.path).parent.mkdir(parents=True, exist_ok=True)
        for suffix, file in files.items():
            file.replace(folder / f"{sound.path}.{suffix}")


def _told(failures: Sequence[tuple[Sound, SetupError]], untried: Sequence[Sound], folder: Path) -> PromptsFailed:
    """Return one error that names each prompt that failed, where its text stands and what became of its sound."""
    lines = []
    for sound, failure in failures:
        where = f"recording {sound.recording}" if sound.recording is not None else sound.place
        old = "its old sound stays" if sound_file(folder, sound.path).is_file() else "it has no sound yet"
        lines.append(f"prompt '{sound.path}'{f' ({where})' if where else ''}: {failure}; {old}")
    if untried:
        lines.append(f"{len(untried)} more were not tried")
    cures = dict.fromkeys(failure.cure for _, failure in failures if failure.cure)
    unmade = [*(sound for sound, _ in failures), *untried]
    silent = tuple(sound.path for sound in unmade if not sound_file(folder, sound.path).is_file())
    return PromptsFailed("\n".join(lines), "; ".join(cures) or "correct the text, or the engine's settings", silent)


def _key(sound: Sound, engine: Engine) -> str:
    digest = hashlib.sha256(f"{_RECIPE}|{sorted(RATES_HZ.items())}|{LEVEL_DB}|".encode())
    if sound.recording is not None:
        try:
            digest.update(sound.recording.read_bytes())
        except OSError as error:
            raise SetupError(
                f"prompt '{sound.path}': {sound.recording} cannot be read: {error.strerror}",
                "make it readable for the account the router runs as",
            ) from error
    else:
        digest.update(f"{engine.recipe(sound.language)}|{sound.text}".encode())
    return digest.hexdigest()[:24]


def _is_there(folder: Path, path: str) -> bool:
    return all((folder / f"{path}.{suffix}").is_file() for suffix in RATES_HZ)


def _read_index(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(path): str(key) for path, key in found.items()} if isinstance(found, dict) else {}


def _write_index(folder: Path, built: dict[str, str], but: Set[str]) -> None:
    if not folder.is_dir():
        return
    kept = {path: key for path, key in built.items() if path not in but}
    # a name of its own: the router and a command may build at the same time
    new = folder / f"{_INDEX}.{os.getpid()}"
    new.write_text(json.dumps(kept, indent=0, sort_keys=True), encoding="utf-8")
    new.replace(folder / _INDEX)
