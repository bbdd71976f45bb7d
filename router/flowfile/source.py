"""Text to a tree with places. Every scalar stays the text it is written as; the schema gives it a type.

PyYAML's events are composed here, not its nodes: so depth, size and aliases are bounded while reading, duplicates and
tags are seen, and nothing is ever constructed.
"""

import re
from typing import Any

import yaml

from router.flowfile.diagnostics import Diagnostic, Place, diagnose
from router.flowfile.text import Text, read_text, restore
from router.flowfile.tree import Mapping, Scalar, Sequence, Tree

MAX_DEPTH = 40
MAX_SIZE = 300_000
"""The most values in one file, what aliases repeat counted as often as it is repeated."""

_LEADING_ZERO = re.compile(r"^0[0-9]+$")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times faster where it is built in
_HINTS = {
    "mapping values are not allowed": "a colon in a text needs quotes, or the line above lacks its colon",
    "could not find expected ':'": "a key needs a colon and a space after it",
    "did not find expected key": "the indentation differs from the lines above, or a quote is not closed",
    "did not find expected '-'": "the entries of a list must stand below one another",
    "block end": "the indentation differs from the lines above",
    "while scanning a quoted": "a quote is not closed",
    "unexpected end": "a quote or bracket is not closed",
    "did not find expected ','": "a list in [ ] or a map in { } is not closed, or lacks a comma",
    "cannot start any token": "texts that begin with @ ` % or a tab need quotes",
}


def read_source(data: bytes, file: str, *, spoken: bool = False) -> tuple[Tree | None, list[Diagnostic]]:
    """Read a file's bytes. None where it is empty or cannot be read as YAML. ``spoken`` as in ``text.read_text``."""
    text, findings = read_text(data, file, spoken=spoken)
    if text is None:
        return None, findings
    composer = _Composer(text, findings)
    return composer.compose(), findings


class _Stop(Exception):
    """The file cannot be read any further; the finding has been noted."""


class _Composer:
    def __init__(self, text: Text, findings: list[Diagnostic]) -> None:
        self._text = text
        self._findings = findings
        self._anchors: dict[str, tuple[Tree, int] | None] = {}
        self._size = 0

    def compose(self) -> Tree | None:
        """Read the first document; later ones are reported."""
        root: Tree | None = None
        documents = 0
        # A frame: the tree being filled, its anchor, the size before it, the key that waits for its value.
        stack: list[list[Any]] = []
        try:
            for event in yaml.parse(self._text.text, Loader=_LOADER):
                place = self._place(event.start_mark)
                done: Tree | None = None
                match event:
                    case yaml.DocumentStartEvent():
                        documents += 1
                        if documents == 2:
                            self._findings.append(diagnose("E110", place))
                            raise _Stop
                        continue
                    case yaml.AliasEvent():
                        done = self._alias(str(event.anchor), place)
                    case yaml.ScalarEvent():
                        self._grow(1, place)
                        self._check_tag(event, place)
                        done = Scalar(restore(event.value), event.style in (None, ""), place)
                        if event.anchor is not None:
                            self._anchors[event.anchor] = (done, 1)
                    case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                        self._check_tag(event, place)
                        if len(stack) >= MAX_DEPTH:
                            raise self._stop(diagnose("E107", place, problem=f"more than {MAX_DEPTH} levels"))
                        is_map = isinstance(event, yaml.MappingStartEvent)
                        tree: Tree = Mapping([], place) if is_map else Sequence([], place)
                        if event.anchor is not None:
                            self._anchors[event.anchor] = None  # not to be used inside itself
                        stack.append([tree, event.anchor, self._size, None])
                        self._grow(1, place)
                        continue
                    case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                        done, anchor, before, _ = stack.pop()
                        if anchor is not None:
                            self._anchors[anchor] = (done, self._size - before)
                    case _:
                        continue
                if not stack:
                    root = done
                else:
                    self._fill(stack[-1], done)
        except _Stop:
            return root if documents == 2 else None
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
            return None
        except yaml.YAMLError as error:
            self._findings.append(diagnose("E101", Place(self._text.file), problem=str(error)))
            return None
        return root

    def _fill(self, frame: list[Any], done: Tree) -> None:
        tree, _, _, key = frame
        if isinstance(tree, Sequence):
            tree.parts.append(done)
        elif key is None:
            frame[3] = done
        else:
            frame[3] = None
            self._enter(tree, key, done)

    def _enter(self, mapping: Mapping, key: Tree, value: Tree) -> None:
        if not isinstance(key, Scalar):
            self._findings.append(diagnose("E112", key.place))
            return
        if key.plain and _LEADING_ZERO.match(key.text):
            self._findings.append(diagnose("E104", key.place, text=key.text))
        first = mapping.add(key, value)
        if first is not None:
            self._findings.append(diagnose("E103", key.place, key=key.text, first=first.place.line))

    def _alias(self, anchor: str, place: Place) -> Tree:
        if anchor not in self._anchors:
            self._findings.append(diagnose("E105", place, text=f"*{anchor}"))
            self._grow(1, place)
            return Scalar(f"*{anchor}", False, place)
        known = self._anchors[anchor]
        if known is None:
            raise self._stop(diagnose("E107", place, problem=f"*{anchor} is used inside itself"))
        tree, size = known
        self._grow(size, place)
        return tree

    def _grow(self, size: int, place: Place) -> None:
        self._size += size
        if self._size > MAX_SIZE:
            raise self._stop(diagnose("E107", place, problem=f"more than {MAX_SIZE} values"))

    def _check_tag(self, event: Any, place: Place) -> None:
        if event.tag is not None and event.tag != "!":
            self._findings.append(diagnose("E109", place, tag=event.tag))

    def _stop(self, finding: Diagnostic) -> _Stop:
        self._findings.append(finding)
        return _Stop()

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        if any(finding.code == "E102" for finding in self._findings):
            return  # most likely follows from the tabs; seen next time if not
        mark = error.problem_mark or error.context_mark
        place = Place(self._text.file) if mark is None else self._place(mark)
        problem = " ".join(part for part in (error.problem, error.context) if part)
        hint = next((cure for sign, cure in _HINTS.items() if sign in problem), "")
        self._findings.append(diagnose("E101", place, hint, problem=restore(problem)))

    def _place(self, mark: Any) -> Place:
        return self._text.place(mark.line, mark.column)
