"""Every scenario file under core/: its commands still put out what it says."""

import os
from pathlib import Path

import pytest
from support.scenario import Scenario

FILES = sorted((Path(__file__).parent / "core").glob("*.txt"))


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


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scenario(file: Path) -> None:
    text = file.read_text()
    played = play(text)
    if os.environ.get("REWRITE_SCENARIOS"):
        file.write_text(played)
    assert played == text


def test_there_are_scenarios() -> None:
    assert len(FILES) > 10
