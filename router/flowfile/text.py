"""Bytes of a file to a text that YAML can read: reports and repairs what keyboards and editors get wrong.

Repaired are a wrong encoding, a BOM, tabs and full-width spaces in the indentation, full-width colons after a key and
the bare ``*`` and ``#`` keys, so that one such mistake does not hide all others behind a syntax error.
"""

import re
import unicodedata
from itertools import islice

import msgspec

from router.flowfile.diagnostics import Diagnostic, Place, diagnose

MAX_BYTES = 2_000_000
_MOST_OF_A_KIND = 20
_LONGEST_LINE = 1_000  # nobody writes a key further on, and patterns on a line of megabytes take for ever

# Stand-ins for a bare * and # while YAML reads the text: private-use letters nobody types.
_STAR = "\ue0f0"
_HASH = "\ue0f1"

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_TAB = re.compile(r"^( *)(\t[ \t]*)(?=[^\s#])")
_WIDE_SPACE = re.compile("^( *)([\u3000\u00a0]+)(?=[^\\s#])")
_BARE_STAR_KEY = re.compile(r"^(\s*(?:- +)?)(\*)(?=\s*:(?:\s|$))")
_BARE_STAR_VALUE = re.compile(r"^([^\"'#]*(?::|-) +)(\*)(?=\s*(?:#.*)?$)")
_BARE_HASH_KEY = re.compile(r"^(\s+)(#)(?=:(?:\s|$))")
_WIDE_COLON = re.compile(r"^(\s*(?:- +)?(?:\"[^\"]*\"|'[^']*'|[\w*][\w ./*-]*?)\s*)(：)")

FULL_WIDTH = {
    "：": ":", "，": ",", "；": ";", "“": '"', "”": '"', "‘": "'", "’": "'", "　": " ", "．": ".", "－": "-",
    "＊": "*", "＃": "#", "＿": "_", "／": "/", "、": ",", "。": ".",
    **{chr(code + 0xFEE0): chr(code) for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))},
}  # fmt: skip
"""Signs a Chinese keyboard produces and the ones that are meant."""


class Text(msgspec.Struct):
    """A file's text as YAML is to read it. ``shifts`` tell, per line from 0, by how much repairs moved columns."""

    file: str
    text: str
    shifts: dict[int, list[tuple[int, int]]]

    def place(self, line: int, column: int) -> Place:
        """Return the place in the file of a line and column (both from 0) of the repaired text."""
        moved = sum(delta for start, delta in self.shifts.get(line, ()) if start < column)
        return Place(self.file, line + 1, max(column - moved, 0) + 1)


class _Findings:
    """What is wrong, the first few of a kind: a pasted page has thousands of the same."""

    def __init__(self) -> None:
        self.noted: list[Diagnostic] = []
        self._counts: dict[str, int] = {}

    def note(self, code: str, place: Place, **particulars: object) -> None:
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= _MOST_OF_A_KIND:
            self.noted.append(diagnose(code, place, **particulars))  # type: ignore[arg-type]


def restore(text: str) -> str:
    """Put back the * and # that were replaced while YAML read the text."""
    return text.replace(_STAR, "*").replace(_HASH, "#")


def half_width(text: str) -> str:
    """Return a text with full-width signs replaced by those that are meant."""
    return "".join(FULL_WIDTH.get(letter, letter) for letter in text)


def read_text(data: bytes, file: str, *, spoken: bool = False) -> tuple[Text | None, list[Diagnostic]]:
    """Decode and repair a file. None where it cannot be read at all.

    ``spoken`` files hold texts to be said: there a full-width colon in a sentence is none of our business.
    """
    findings = _Findings()
    if len(data) > MAX_BYTES:
        size, limit = f"{len(data) // 1_000_000} MB", f"{MAX_BYTES // 1_000_000} MB"
        return None, [diagnose("E005", Place(file), size=size, limit=limit)]
    decoded = _decode(data, file, findings)
    if decoded is None:
        return None, findings.noted
    lines = decoded.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    result = Text(file, "", {})
    indent = 0
    for number, line in enumerate(lines):
        line = lines[number] = _repair(result, number, line, indent, findings, spoken)
        if line.strip():
            indent = len(line) - len(line.lstrip(" "))
    result.text = "\n".join(lines)
    return result, findings.noted


def _decode(data: bytes, file: str, findings: _Findings) -> str | None:
    for mark, encoding in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            findings.note("E003", Place(file), encoding=encoding)
            return data.decode(encoding, errors="replace")
    if data.startswith(b"\xef\xbb\xbf"):
        findings.note("E004", Place(file))
        data = data[3:]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        place = Place(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        findings.note("E003", place, encoding="something unknown")
        return None
    findings.note("E003", place, encoding="GBK")
    return text


def _repair(result: Text, number: int, line: str, before: int, findings: _Findings, spoken: bool) -> str:
    file = result.file

    def at(column: int) -> Place:
        return result.place(number, column)

    def moved(column: int, delta: int) -> None:
        if delta:
            result.shifts.setdefault(number, []).append((column, delta))

    for control in islice(_CONTROL.finditer(line), _MOST_OF_A_KIND):
        name = unicodedata.name(control[0], f"U+{ord(control[0]):04X}")
        findings.note("E111", Place(file, number + 1, control.start() + 1), name=name)
    line = _CONTROL.sub(" ", line)
    if found := _TAB.match(line):
        findings.note("E102", at(found.start(2)))
        spaces = found[2].replace("\t", " " * _tab_width(found, before))
        moved(found.start(2), len(spaces) - len(found[2]))
        line = found[1] + spaces + line[found.end() :]
    if found := _WIDE_SPACE.match(line):
        wrong = found[2][0]
        name = "　" if wrong == "\u3000" else "no-break space"
        findings.note("E108", at(found.start(2)), wrong=name, right=" ")
        spaces = "".join("  " if letter == "\u3000" else " " for letter in found[2])
        moved(found.start(2), len(spaces) - len(found[2]))
        line = found[1] + spaces + line[found.end() :]
    if len(line) > _LONGEST_LINE:
        return line
    if found := _BARE_HASH_KEY.match(line):
        findings.note("E106", at(found.start(2)))
        line = found[1] + _HASH + line[found.end() :]
    for pattern in (_BARE_STAR_KEY, _BARE_STAR_VALUE):
        if found := pattern.match(line):
            findings.note("E105", at(found.start(2)), text="*")
            line = found[1] + _STAR + line[found.end() :]
    if (found := _WIDE_COLON.match(line)) and not (spoken and not found[1].isascii()):
        rest = line[found.end() :]
        findings.note("E108", at(found.start(2)), wrong="：", right=":")
        space = "" if not rest or rest[0] == " " else " "
        moved(found.start(2), len(space))
        line = found[1] + ":" + space + rest
    return line


def _tab_width(indentation: re.Match[str], before: int) -> int:
    """Guess how many spaces a tab stands for: as many as put the line level with the one before, else two."""
    tabs = indentation[2].count("\t")
    spaces = len(indentation[1]) + len(indentation[2]) - tabs
    return next((width for width in (2, 4, 8) if spaces + tabs * width == before), 2)
