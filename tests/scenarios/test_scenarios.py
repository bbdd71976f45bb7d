"""Every scenario file in the folders beside this one: its commands still put out what it says."""

import os
from pathlib import Path

import pytest

from support.scenario import Scenario

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*/*.txt"))


def blocks(text: str) -> list[tuple[list[str], list[str]]]:
    """Split a file into (lines up to ``----``, output lines)."""
    found = []
    for block in text.strip().split("\n\n"):
        asked, _, told = block.partition("----")
        found.append((asked.strip("\n").splitlines(), told.strip("\n").splitlines()))
    return found


def play(text: str) -> str:
    """Run a file's commands and return the file as it should read."""
    scenario = Scenario()
    done = []
    for asked, _ in blocks(text):
        told: list[str] = []
        for line in asked:
            if not line.startswith("#"):
                told += scenario.run(line)
        shown = (
            "\n".join([*asked, "----", *told]) if any(not line.startswith("#") for line in asked) else "\n".join(asked)
        )
        done.append(shown)
    return "\n\n".join(done) + "\n"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_scenario(file: Path) -> None:
    text = file.read_text()
    played = play(text)
    if os.environ.get("REWRITE_SCENARIOS"):
        file.write_text(played)
    assert played == text


@pytest.mark.parametrize(("folder", "least"), [("core", 10), ("peers", 20), ("complaints", 30)])
def test_there_are_scenarios(folder: str, least: int) -> None:
    assert sum(file.parent.name == folder for file in FILES) >= least
