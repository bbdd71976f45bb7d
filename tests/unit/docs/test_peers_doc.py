"""docs/peers.md names every scenario of the peers and of complaints, and no other."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "peers.md").read_text()


def part(title: str) -> str:
    """The text below a heading, up to the next."""
    return PAGE.partition(f"## {title}")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("folder", "title"), [("peers", "The peers' tests"), ("complaints", "Complaints")], ids=["peers", "complaints"]
)
def test_every_scenario_is_named(folder: str, title: str) -> None:
    files = {file.stem for file in (ROOT / "tests" / "scenarios" / folder).glob("*.txt")}
    rows = [line for line in part(title).splitlines() if line.startswith("| ")][1:]
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row.rsplit("|", 2)[1])}
    assert files - named == set()
    assert {name for name in named if "_" in name} - files <= {"answer_within", "test_weight_never_starves"}


@pytest.mark.parametrize("folder", ["peers", "complaints"])
def test_every_scenario_says_what_it_is(folder: str) -> None:
    for file in (ROOT / "tests" / "scenarios" / folder).glob("*.txt"):
        first = file.read_text().splitlines()[0]
        assert first.startswith('# "' if folder == "complaints" else "# "), file.name
