"""Reads from /proc how much processor time each part of a bench has had, by processes and all their children."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")


class _Process(NamedTuple):
    parent: int
    cpu_s: float
    words: str


def cpu_by_part(roots: Mapping[int, str]) -> dict[str, float]:
    """Return the seconds of processor of each part: a process of ``roots`` (id: name) with its children.

    Children that say more of themselves in their command line stand apart: the board's counting, the browser's page.
    """
    processes = _all()
    parts: dict[str, float] = dict.fromkeys(roots.values(), 0.0)
    for number, process in processes.items():
        at: int | None = number
        while at is not None and at not in roots:
            at = processes[at].parent if at in processes else None
        if at is not None:
            name = _part_of(roots[at], process.words)
            parts[name] = parts.get(name, 0.0) + process.cpu_s
    return parts


def machine_busy_s() -> float:
    """Return the seconds of processor that the whole machine has had, whoever used them."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _, _, interrupts, soft, *_ = fields
    return (user + nice + system + interrupts + soft) / _TICKS


def stolen_s() -> float:
    """Return the seconds for which the processors of this machine were given to somebody else by its host."""
    return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) / _TICKS


def _part_of(name: str, words: str) -> str:
    if "router.board.counter" in words:
        return "the board's counting"
    if "multiprocessing" in words and name == "board":
        return "the board's chart"
    for kind, said in (
        ("--type=renderer", "Chromium, the page"),
        ("--type=gpu", "Chromium, drawing"),
        ("chromium", "Chromium, rest"),
        ("playwright", "Playwright"),
    ):
        if kind in words:
            return said
    return name


def _all() -> dict[int, _Process]:
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has just ended
            continue
        found[int(folder.name)] = _Process(int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICKS, words)
    return found
