"""``hotline prompts`` as people and scripts see it, with stand-ins for espeak-ng, sox and a player."""

import json
import os
import shutil
from pathlib import Path

import pytest

from router.cli import run

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"
SAY = """#!/bin/sh
while [ "$1" != "-w" ]; do shift; done
cat > "$2"
"""
LEVEL = """#!/bin/sh
echo "RMS lev dB -30.00" >&2
in="$1"; for word in "$@"; do case "$word" in *.wav) out="$word";; esac; done
[ "$in" = "$out" ] || cat "$in" > "$out"
"""
PLAY = """#!/bin/sh
[ -n "$DEAF" ] && exit 2
echo "$@" > "$PLAYED"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a copy of the demo, ``mine``, with the stand-ins alone in PATH beside the system's small tools."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DEMO, "mine")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, script in (("espeak-ng", SAY), ("sox", LEVEL), ("play", PLAY)):
        (tools / name).write_text(script, encoding="utf-8")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("PLAYED", str(tmp_path / "played"))
    monkeypatch.setenv("HOTLINE_SITE", "mine")
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def text(language: str, line: str) -> None:
    """Add a text of the hotline's own."""
    folder = Path("mine/prompts", language)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "own.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def built(home: Path, *paths: str) -> None:
    """Write sounds as if they had been built from texts since changed."""
    for path in paths:
        file = home / "shared/prompts" / f"{path}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("sound", encoding="utf-8")


def test_a_prompt_is_played(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built(home, "en/welcome", "zh/welcome")
    assert run(["prompts", "listen", "welcome", "--lang", "zh"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "zh: 欢迎致电服务热线。",
        "its text, voice or recording has changed since: hotline prompts build",
    ]
    assert Path("played").read_text(encoding="utf-8").split()[-1] == str(home / "shared/prompts/zh/welcome.wav")


def test_without_a_player_the_file_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEAF", "1")
    monkeypatch.setenv("PATH", str(Path("tools").absolute()))
    built(home, "en/welcome")
    assert run(["prompts", "listen", "welcome"]) == 0
    assert f"the file is {home}/shared/prompts/en/welcome.wav" in capsys.readouterr().out
    assert run(["prompts", "listen", "welcome", "--json"]) == 0
    heard = json.loads(capsys.readouterr().out)
    assert (heard["language"], heard["stale"]) == ("en", True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["welcom"], "did you mean 'welcome'?"),
        (["welcome"], "hotline prompts build"),
        (["welcome", "--lang", "fr"], "there are: en, zh"),
    ],
)
def test_what_cannot_be_played(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["prompts", "listen", *words]) == 2
    assert said in capsys.readouterr().err


def test_what_is_missing_is_listed_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    text("en", "only_english: Just so.")
    Path("mine/prompts/zh").mkdir(parents=True)
    Path("mine/prompts/zh/jingle.wav").write_bytes(b"RIFF")
    main = Path("mine/flows/main.yaml")
    changed = main.read_text(encoding="utf-8").replace("prompt: main_menu", "prompt: other_menu")
    main.write_text(changed, encoding="utf-8")
    assert run(["prompts", "missing", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["texts"] == [
        {"language": "en", "name": "jingle"},
        {"language": "zh", "name": "only_english"},
    ], "words of one language's grammar are no other's"
    assert [use["message"] for use in found["used"]] == ["there is no prompt 'other_menu'"]
    line = 1 + changed.split("other_menu")[0].count("\n")
    assert found["used"][0]["place"].startswith(f"mine/flows/main.yaml:{line}:")
    assert [(one["language"], one["name"]) for one in found["recordings"]] == [("zh", "jingle")]
    assert "zh/jingle" in found["sounds"]


def test_what_is_missing_of_one_language(capsys: pytest.CaptureFixture[str]) -> None:
    text("en", "only_english: Just so.")
    run(["prompts", "missing", "--lang", "zh"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "zh: no text or recording of 'only_english'"
    assert not any(line.startswith(("en", "not built yet: en/")) for line in lines)
    assert lines[-1].startswith("1 without translation, 0 used without text, 0 recordings without text, ")
    run(["prompts", "missing", "--lang", "en"])
    assert "0 without translation" in capsys.readouterr().out


def test_an_engine_named_wrongly_is_a_usage_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_PROMPT_ENGINE", "command")
    assert run(["prompts", "build"]) == 2
    assert "HOTLINE_PROMPT_COMMAND" in capsys.readouterr().err
