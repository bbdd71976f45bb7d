"""What is made when, with stand-ins for espeak-ng and sox found first in PATH."""

import os
from pathlib import Path

import pytest

from router.adapters.prompts import Sound, build_sounds, missing_sounds
from router.errors import SetupError

SAY = """#!/bin/sh
[ -n "$REFUSE" ] && { echo "no such voice" >&2; exit 3; }
while [ "$1" != "-w" ]; do shift; done
cat > "$2"
"""
LEVEL = """#!/bin/sh
if [ "$2" = "-n" ]; then echo "RMS lev dB     -30.00" >&2; exit 0; fi
in="$1"; for word in "$@"; do case "$word" in *.wav) out="$word";; esac; last="$word"; done
cat "$in" > "$out"; echo " $last" >> "$out"
"""
WELCOME = Sound(path="en/welcome", language="en", text="Welcome.")
PIN = Sound(path="en/router/pin", language="en", text="Your PIN.")


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder first in PATH with the two stand-ins."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name, script in (("espeak-ng", SAY), ("sox", LEVEL)):
        (folder / name).write_text(script, encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


def test_what_is_missing_is_made_once(tmp_path: Path) -> None:
    out = tmp_path / "prompts"
    assert build_sounds([WELCOME, PIN], out) == ["en/welcome", "en/router/pin"]
    assert (out / "en/router/pin.wav").read_text(encoding="utf-8").startswith("Your PIN.")
    assert build_sounds([WELCOME, PIN], out) == []
    assert sorted(path.name for path in out.iterdir()) == [".built.json", "en"]


def test_loudness_is_raised_to_the_level_of_all(tmp_path: Path) -> None:
    build_sounds([WELCOME], tmp_path)
    assert (tmp_path / "en/welcome.wav").read_text(encoding="utf-8").split()[-1] == "8.00"


def test_a_changed_text_makes_that_prompt_only(tmp_path: Path) -> None:
    build_sounds([WELCOME, PIN], tmp_path)
    changed = Sound(path="en/welcome", language="en", text="Welcome to all.")
    assert missing_sounds([changed, PIN], tmp_path) == ["en/welcome"]
    assert build_sounds([changed, PIN], tmp_path) == ["en/welcome"]
    assert "to all" in (tmp_path / "en/welcome.wav").read_text(encoding="utf-8")


def test_a_recording_wins_and_a_new_one_is_noticed(tmp_path: Path) -> None:
    recording = tmp_path / "human.wav"
    recording.write_text("a human voice", encoding="utf-8")
    sound = Sound(path="en/welcome", language="en", text="Welcome.", recording=recording)
    out = tmp_path / "prompts"
    build_sounds([sound], out)
    assert (out / "en/welcome.wav").read_text(encoding="utf-8").startswith("a human voice")
    recording.write_text("another voice", encoding="utf-8")
    assert build_sounds([sound], out) == ["en/welcome"]


def test_a_lost_file_or_index_is_made_again(tmp_path: Path) -> None:
    build_sounds([WELCOME], tmp_path)
    (tmp_path / "en/welcome.wav").unlink()
    assert build_sounds([WELCOME], tmp_path) == ["en/welcome"]
    (tmp_path / ".built.json").write_text("{rubbish", encoding="utf-8")
    assert build_sounds([WELCOME], tmp_path) == ["en/welcome"]


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build_sounds([WELCOME, PIN], tmp_path, lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_asterisk_may_read_what_is_made(tmp_path: Path) -> None:
    build_sounds([WELCOME], tmp_path)
    assert (tmp_path / "en/welcome.wav").stat().st_mode & 0o777 == 0o644


def test_a_tool_that_is_not_there_is_named_with_its_cure(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tools / "espeak-ng").unlink()
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(SetupError, match="espeak-ng is not installed") as raised:
        build_sounds([WELCOME], tmp_path)
    assert raised.value.cure == "apt-get install espeak-ng"


def test_a_tool_that_fails_names_the_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUSE", "1")
    with pytest.raises(SetupError, match=r"'en/welcome': no such voice"):
        build_sounds([WELCOME], tmp_path)
    assert missing_sounds([WELCOME], tmp_path) == ["en/welcome"]
