"""One caller's number in the files of a line: recordings that are theirs, lines of logs, and where else it stands.

Logs are written by others all the while, so a number in them is covered by as many asterisks, in its place. What is
somebody else's to change (YAML, CSV, a report) is only named, by file and line.
"""

import contextlib
import logging
import mmap
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from router.core.erasure import Traces

log = logging.getLogger(__name__)

_CLOSED = frozenset({".parquet", ".snapshot", ".wav"})
"""Files whose contents are looked into elsewhere, encrypted, or sound: only their names are looked at here."""
_AROUND = 32
"""So many bytes round a candidate are looked at."""
MOST_LINES = 50
"""Lines named of one file."""


class NumberInFiles:
    """Looks for a number in files."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces
        self._roots = [root.encode() for root in traces.roots]
        self._pattern = re.compile(traces.pattern.pattern.encode()) if traces.pattern is not None else None

    def named_by(self, path: Path) -> bool:
        """Say whether a file's name has the number."""
        return self._traces.mentioned(path.name)

    def lines(self, path: Path) -> list[int]:
        """Return the numbers of the lines (from 1) that have it, the first fifty."""
        found: dict[int, None] = {}
        line, done = 1, 0
        with _mapped(path, write=False) as text:
            for start, _ in self._spans(text):
                assert text is not None
                line += text[done:start].count(b"\n")
                done = start
                found[line] = None
                if len(found) == MOST_LINES:
                    break
        return list(found)

    def cover(self, path: Path) -> int:
        """Put asterisks in the place of the number, however often it stands there; returns how often."""
        count = 0
        with _mapped(path, write=False) as text:
            found = self._spans(text)
        if not found:
            return 0
        with _mapped(path, write=True) as text:
            for start, end in self._spans(text):
                assert text is not None
                text[start:end] = b"*" * (end - start)
                count += 1
        return count

    def _spans(self, text: mmap.mmap | None) -> list[tuple[int, int]]:
        """Where it stands, in order. A plain search finds the candidates, for files may be large."""
        found: set[tuple[int, int]] = set()
        for root in self._roots if text is not None and self._pattern is not None else ():
            assert text is not None and self._pattern is not None
            at = text.find(root)
            while at >= 0:
                begin = max(at - _AROUND, 0)
                for match in self._pattern.finditer(text[begin : at + len(root) + _AROUND]):
                    found.add((begin + match.start(), begin + match.end()))
                at = text.find(root, at + len(root))
        return sorted(found)


@contextlib.contextmanager
def _mapped(path: Path, *, write: bool) -> Iterator[mmap.mmap | None]:
    """A file's contents; None where there are none."""
    with path.open("r+b" if write else "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            yield None
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_WRITE if write else mmap.ACCESS_READ) as text:
            yield text


def recordings_of(folder: Path, traces: Traces) -> list[Path]:
    """Return the recordings that are a caller's: of their calls, by the name, and those named by their number."""
    found = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            call = _CALL.match(path.name)
            if (call is not None and call.group(1) in traces.refs) or traces.mentioned(path.name):
                found.append(path)
    return found


_CALL = re.compile(r"(.+\.\d+\.c\d+)\.(?:r\d+|talk\d+|keep)")
"""The call's id in the name of a recording of it."""


def erase_files(paths: Sequence[Path]) -> tuple[int, list[Path]]:
    """Delete files; returns how many went and which could not be deleted."""
    gone, left = 0, []
    for path in paths:
        try:
            path.unlink(missing_ok=True)
            gone += 1
        except OSError as error:
            log.error("%s cannot be deleted: %s; check the owner and rights of its folder", path, error)
            left.append(path)
    return gone, left


def cover_logs(folders: Sequence[Path], traces: Traces) -> int:
    """Cover the number in every file below some folders; returns how often it stood there."""
    number = NumberInFiles(traces)
    count = 0
    for path in _files(folders):
        with contextlib.suppress(OSError):
            count += number.cover(path)
    return count


def standing(folders: Sequence[Path], traces: Traces, *, leave_out: Sequence[Path] = ()) -> list[tuple[Path, int]]:
    """Return where the number stands below some folders, by file and line; line 0: in the file's own name.

    Compressed and encrypted files and sound are looked at by name only.
    """
    number = NumberInFiles(traces)
    found: list[tuple[Path, int]] = []
    for path in _files(folders, leave_out):
        if number.named_by(path):
            found.append((path, 0))
        if path.suffix not in _CLOSED:
            with contextlib.suppress(OSError):
                found += [(path, line) for line in number.lines(path)]
    return found


def _files(folders: Sequence[Path], leave_out: Sequence[Path] = ()) -> Iterator[Path]:
    for folder in folders:
        for place, names, files in os.walk(folder):
            here = Path(place)
            names[:] = sorted(name for name in names if here / name not in leave_out)
            yield from (path for name in sorted(files) if (path := here / name).is_file() and not path.is_symlink())
