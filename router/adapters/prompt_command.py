"""Engines that are programs: espeak-ng, and any command line the settings name. Never through a shell."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from router.adapters.prompt_engine import (
    LONGEST_BYTES,
    EngineFailed,
    check_template,
    fill,
    needed_voice,
    voice_for,
)
from router.errors import SettingsError, SetupError

_KNOWN = frozenset({"text", "language", "voice", "file"})
_ESPEAK_VOICES = {"en": "en-gb", "zh": "cmn", "yue": "yue"}
_WORDS_PER_MINUTE = {"cmn": 180}


class Espeak:
    """espeak-ng, which works out of the box in a hundred languages and sounds like a machine."""

    def __init__(self, voices: Mapping[str, str] | None = None, timeout_s: float = 60) -> None:
        self._voices = {**_ESPEAK_VOICES, **(voices or {})}
        self._timeout_s = timeout_s

    def recipe(self, language: str) -> str:
        """Return voice and speed."""
        return f"espeak|{self._voice(language)}|{self._speed(language)}"

    def ensure(self) -> None:
        """Raise SetupError where espeak-ng is not installed."""
        if shutil.which("espeak-ng") is None:
            raise SetupError("espeak-ng is not installed, prompts cannot be made", "apt-get install espeak-ng")

    def say(self, text: str, language: str, work: Path) -> Path:
        """Speak into a WAV."""
        file = work / "said.wav"
        voice = self._voice(language)
        run_engine(
            ["espeak-ng", "-v", voice, "-s", str(self._speed(language)), "-w", str(file), "--stdin"],
            text,
            work,
            self._timeout_s,
            "espeak-ng --voices lists the voices HOTLINE_PROMPT_VOICES may name",
        )
        return made(file, "espeak-ng")

    def _voice(self, language: str) -> str:
        return voice_for(language, self._voices) or language

    def _speed(self, language: str) -> int:
        return _WORDS_PER_MINUTE.get(self._voice(language), 150)


class CommandEngine:
    """A command line with ``{text}``, ``{language}``, ``{voice}`` and ``{file}``; the text on stdin without ``{text}``.

    It is split into words as a shell would, then each word's placeholders are filled, so no text can become a word or
    a command of its own. It must write audio that sox reads to ``{file}``, a name ending in ``.wav``.
    """

    def __init__(self, template: str, voices: Mapping[str, str], timeout_s: float) -> None:
        names = check_template(template, "prompt_command", _KNOWN)
        try:
            self._words = shlex.split(template)
        except ValueError as error:
            raise SettingsError(
                f"setting prompt_command (HOTLINE_PROMPT_COMMAND): {error}", "close the quotation mark"
            ) from None
        if not self._words or "file" not in names:
            raise SettingsError(
                "setting prompt_command (HOTLINE_PROMPT_COMMAND) names no {file} to write the sound to",
                "write the engine's command line, as in 'piper -m /srv/voices/{voice}.onnx -f {file}'",
            )
        self._template = template
        self._names = names
        self._voices = voices
        self._timeout_s = timeout_s

    def recipe(self, language: str) -> str:
        """Return the command line and the voice."""
        return f"command|{self._template}|{voice_for(language, self._voices)}"

    def ensure(self) -> None:
        """Raise SetupError where the program is not there."""
        program = self._words[0]
        if "{" not in program and shutil.which(program) is None:
            raise SetupError(
                f"the prompts' engine '{program}' is not a program on this machine",
                "install it, or give its whole path in HOTLINE_PROMPT_COMMAND",
            )

    def say(self, text: str, language: str, work: Path) -> Path:
        """Run the command."""
        file = work / "said.wav"
        voice = needed_voice(language, self._voices, "voice" in self._names)
        values = {"text": text, "language": language, "voice": voice, "file": str(file)}
        words = [fill(word, values) for word in self._words]
        cure = "run it by hand as HOTLINE_PROMPT_COMMAND says, with this text"
        run_engine(words, "" if "text" in self._names else text, work, self._timeout_s, cure)
        return made(file, Path(words[0]).name)


def run_engine(words: Sequence[str], text: str, work: Path, timeout_s: float, cure: str) -> None:
    """Run a program with a text on its stdin; it and all it started end at the time-out.

    Raises EngineFailed, with ``cure`` where the program itself says that it failed.
    """
    name = Path(words[0]).name
    # its output goes to a file: a program that talks without end fills no memory of ours
    with (work / "complaints").open("w+b") as complaints:
        try:
            engine = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                env={name: value for name, value in os.environ.items() if not _is_secret(name)},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise EngineFailed(f"{name} cannot be run: {reason}", "look at HOTLINE_PROMPT_COMMAND") from None
        try:
            engine.communicate(text.encode(), timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise EngineFailed(
                f"{name} took more than {timeout_s:g} s", "see why it is slow, or raise HOTLINE_PROMPT_TIMEOUT_S"
            ) from None
        finally:
            if engine.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(engine.pid, signal.SIGKILL)
                engine.wait()
        if engine.returncode != 0:
            raise EngineFailed(f"{name} ended with {engine.returncode}{_last_words(work / 'complaints')}", cure)


def made(file: Path, engine: str) -> Path:
    """Return the file an engine was to write. Raises EngineFailed where it is not there, empty or huge."""
    size = file.stat().st_size if file.is_file() else 0
    if size == 0:
        raise EngineFailed(f"{engine} ended well but wrote no sound")
    if size > LONGEST_BYTES:
        raise EngineFailed(f"{engine} wrote {size} bytes, more than the {LONGEST_BYTES} a prompt may have")
    return file


def _last_words(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 1_000))
        lines = file.read().decode(errors="replace").split("\n")
    said = " ".join("".join(c if c.isprintable() else " " for c in line).strip() for line in lines[-6:]).strip()
    return f": {said[-300:]}" if said else ""


def _is_secret(name: str) -> bool:
    # passwords and keys of the line may stand in its environment; an engine needs none of them
    return name.startswith("HOTLINE_") and not name.startswith("HOTLINE_PROMPT_")
