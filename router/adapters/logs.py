"""Logs: JSON lines in ``<home>/logs/router.jsonl``, short lines for people on stderr; numbers and keys masked.

Whatever is known about a call carries its ``call_id``. Files are written by a thread of their own.
"""

import logging
import logging.handlers
import queue
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import msgspec

LOG_BYTES = 10 * 1024 * 1024
LOG_COUNT = 5

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_IDS = frozenset({"call_id", "channel", "leg", "bridge", "playback", "at_ms", "journal_entry"})
"""Extra fields that are ids or times: never masked."""
_NUMBER = re.compile(r"(?<![\w.])\+?\d{6,}(?![\w.]*\d)")
_KEY = re.compile(r"((?:key|keys|pin|digits?|password)['\"]?\s*[=:]\s*['\"]?)[^\s'\",)]+", re.IGNORECASE)


_by_level: dict[str, int] = {"warning": 0, "error": 0}


def counts_by_level() -> dict[str, int]:
    """How many lines were logged since the start, by level."""
    return dict(_by_level)


def mask(text: str) -> str:
    """Hide callers' numbers and typed keys in a text: ``+8613800138000`` becomes ``+86*********00``."""
    return _NUMBER.sub(_hide, _KEY.sub(r"\1***", text))


def _hide(found: re.Match[str]) -> str:
    number = found.group()
    shown = 3 if number.startswith("+") else 0
    return number[:shown] + "*" * (len(number) - shown - 2) + number[-2:]


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, part, message, ``call_id`` and the other extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "part": record.name,
            "message": mask(record.getMessage()),
            **_extras(record),
        }
        if record.exc_info:
            line["trace"] = mask(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


class ForPeople(logging.Formatter):
    """A short line; a trace only ever goes to the file."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        extras = _extras(record)
        call = f" [{extras['call_id']}]" if extras.get("call_id") else ""
        trace = f": {record.exc_info[1]!r}" if record.exc_info and record.exc_info[1] is not None else ""
        text = "".join(character if character.isprintable() else "?" for character in record.getMessage() + trace)
        return f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower():8}{call} {mask(text)}"


class Logging:
    """The router's logging from :meth:`start` to :meth:`stop`. ``people`` is where lines for people go (stderr)."""

    def __init__(self, folder: Path, level: int = logging.INFO, people: TextIO | None = None) -> None:
        self._folder = folder
        self._people = people
        self._level = level
        self._listener: logging.handlers.QueueListener | None = None

    def start(self) -> None:
        """Send every log line to the file and to stderr. A log file that cannot be written is said, no more."""
        to_people: logging.Handler = logging.StreamHandler(self._people or sys.stderr)
        to_people.setFormatter(ForPeople())
        sinks: list[logging.Handler] = [to_people]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            to_file = logging.handlers.RotatingFileHandler(
                self._folder / "router.jsonl", maxBytes=LOG_BYTES, backupCount=LOG_COUNT, encoding="utf-8"
            )
            to_file.setFormatter(JsonLines())
            sinks.append(to_file)
        except OSError as error:
            print(f"no log file: {error}", file=sys.stderr)
        lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._listener = logging.handlers.QueueListener(lines, *sinks)
        root = logging.getLogger()
        root.handlers = [_Straight(lines)]
        root.setLevel(logging.WARNING)
        logging.getLogger("router").setLevel(self._level)
        self._listener.start()

    def stop(self) -> None:
        """Write what is left."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None


class _Straight(logging.handlers.QueueHandler):
    """Hands records over as they are: the formatters need their exceptions and extra fields."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        _by_level[record.levelname.lower()] = _by_level.get(record.levelname.lower(), 0) + 1
        record.getMessage()  # Arguments may change later; a wrong format is found here, in the place of the mistake.
        return record


def _extras(record: logging.LogRecord) -> Mapping[str, object]:
    return {
        name: value if name in _IDS or isinstance(value, int | float | None) else mask(str(value))
        for name, value in vars(record).items()
        if name not in _PLAIN and value != ""
    }
