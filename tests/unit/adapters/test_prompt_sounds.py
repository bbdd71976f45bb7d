"""What is made when, with stand-ins for espeak-ng and sox found first in PATH."""

import os
from pathlib import Path

import pytest

from router.adapters.prompt_command import Espeak
from router.adapters.prompts import PromptsFailed, Sound, build_sounds, missing_sounds
from router.errors import SetupError

SAY = """#!/bin/sh
[ -n "$REFUSE" ] && { echo "no such voice" >&2; exit 3; }
voice="$2"
while [ "$1" != "-w" ]; do shift; done
{ cat; echo " $voice"; } > "$2"
"""
LEVEL = """#!/bin/sh
printf 'Pk lev dB  -3.00\\nRMS lev dB  %s\\nFlat factor 0.00\\nPk count 2\\nNum samples 8.00k\\nLength s 1.000\\n' \
    "${LOUDNESS:--30.00}" >&2
[ "$2" = "-n" ] && exit 0
in="$1"; for word in "$@"; do case "$word" in *.wav) out="$word";; esac; done
{ cat "$in"; echo " $*" | sed 's/.* rate/rate/'; } > "$out"
"""
WELCOME = Sound(path="en/welcome", language="en", text="Welcome.", place="prompts/en/flows.yaml:3")
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


def test_what_is_missing_is_made_once_at_both_rates(tmp_path: Path) -> None:
    out = tmp_path / "prompts"
    assert build_sounds([WELCOME, PIN], out) == ["en/welcome", "en/router/pin"]
    for suffix, rate in (("wav", 8_000), ("wav16", 16_000)):
        made = (out / f"en/router/pin.{suffix}").read_text(encoding="utf-8")
        assert made.startswith("Your PIN.")
        assert f"rate {rate} gain" in made
    assert build_sounds([WELCOME, PIN], out) == []
    assert sorted(path.name for path in out.iterdir()) == [".built.json", "en"]


@pytest.mark.parametrize(("found", "gain"), [("-30.00", "gain -l 8.00"), ("-12.50", "gain -9.50")])
def test_every_sound_is_brought_to_one_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str, gain: str
) -> None:
    monkeypatch.setenv("LOUDNESS", found)
    build_sounds([WELCOME], tmp_path)
    assert (tmp_path / "en/welcome.wav").read_text(encoding="utf-8").endswith(f"{gain}\n")


@pytest.mark.parametrize("found", ["-inf", "-70.00"])
def test_silence_is_no_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    monkeypatch.setenv("LOUDNESS", found)
    with pytest.raises(SetupError, match="it is silent; it has no sound yet"):
        build_sounds([WELCOME], tmp_path)


def test_a_changed_text_makes_that_prompt_again_only(tmp_path: Path) -> None:
    build_sounds([WELCOME, PIN], tmp_path)
    before = (tmp_path / "en/router/pin.wav").stat().st_ino
    changed = Sound(path="en/welcome", language="en", text="Welcome back.")
    assert missing_sounds([changed, PIN], tmp_path) == ["en/welcome"]
    assert build_sounds([changed, PIN], tmp_path) == ["en/welcome"]
    assert (tmp_path / "en/router/pin.wav").stat().st_ino == before


def test_a_changed_voice_makes_its_language_again_only(tmp_path: Path) -> None:
    chinese = Sound(path="zh/welcome", language="zh", text="欢迎。")
    build_sounds([WELCOME, chinese], tmp_path)
    other = Espeak({"en": "en-us"})
    assert missing_sounds([WELCOME, chinese], tmp_path, other) == ["en/welcome"]
    assert build_sounds([WELCOME, chinese], tmp_path, engine=other) == ["en/welcome"]
    assert " en-us" in (tmp_path / "en/welcome.wav").read_text(encoding="utf-8")


def test_again_makes_all_again(tmp_path: Path) -> None:
    build_sounds([WELCOME, PIN], tmp_path)
    assert build_sounds([WELCOME, PIN], tmp_path, again=True) == ["en/welcome", "en/router/pin"]


def test_a_recording_wins_over_the_text(tmp_path: Path) -> None:
    recording = tmp_path / "recorded.wav"
    recording.write_text("a human voice", encoding="utf-8")
    sound = Sound(path="en/welcome", language="en", text="Welcome.", recording=recording)
    out = tmp_path / "prompts"
    build_sounds([sound], out)
    assert (out / "en/welcome.wav").read_text(encoding="utf-8").startswith("a human voice")
    recording.write_text("another voice", encoding="utf-8")
    assert build_sounds([sound], out) == ["en/welcome"]
    assert build_sounds([sound], out, engine=Espeak({"en": "en-us"})) == [], "no engine speaks a recording"
    recording.unlink()
    with pytest.raises(SetupError, match=r"recorded\.wav cannot be read"):
        build_sounds([sound], out)


@pytest.mark.parametrize("lost", ["wav", "wav16"])
def test_a_lost_file_or_index_is_made_again(tmp_path: Path, lost: str) -> None:
    build_sounds([WELCOME], tmp_path)
    (tmp_path / f"en/welcome.{lost}").unlink()
    assert build_sounds([WELCOME], tmp_path) == ["en/welcome"]
    (tmp_path / ".built.json").write_text("{rubbish", encoding="utf-8")
    assert build_sounds([WELCOME], tmp_path) == ["en/welcome"]


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build_sounds([WELCOME, PIN], tmp_path, lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_asterisk_may_read_what_is_made(tmp_path: Path) -> None:
    build_sounds([WELCOME], tmp_path)
    assert {(tmp_path / f"en/welcome.{suffix}").stat().st_mode & 0o777 for suffix in ("wav", "wav16")} == {0o644}


@pytest.mark.parametrize("tool", ["espeak-ng", "sox"])
def test_a_tool_that_is_not_there_is_named_with_its_cure(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    (tools / tool).unlink()
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(SetupError, match=f"{tool} is not installed") as raised:
        build_sounds([WELCOME], tmp_path)
    assert raised.value.cure == f"apt-get install {tool}"


def test_a_tool_that_fails_names_the_prompt_and_leaves_the_old_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_sounds([WELCOME], tmp_path)
    before = (tmp_path / "en/welcome.wav").read_bytes()
    monkeypatch.setenv("REFUSE", "1")
    changed = Sound(path="en/welcome", language="en", text="Welcome back.", place=WELCOME.place)
    with pytest.raises(PromptsFailed) as raised:
        build_sounds([changed], tmp_path)
    assert raised.value.silent == ()
    assert str(raised.value) == (
        "prompt 'en/welcome' (prompts/en/flows.yaml:3): espeak-ng ended with 3: no such voice; its old sound stays"
    )
    assert "espeak-ng --voices" in raised.value.cure
    assert (tmp_path / "en/welcome.wav").read_bytes() == before
    assert missing_sounds([changed], tmp_path) == ["en/welcome"]
    assert missing_sounds([WELCOME], tmp_path) == []


def test_an_engine_that_always_fails_is_not_asked_for_every_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUSE", "1")
    sounds = [Sound(path=f"en/p{number}", language="en", text="x") for number in range(60)]
    with pytest.raises(PromptsFailed) as raised:
        build_sounds(sounds, tmp_path)
    assert raised.value.silent == tuple(sound.path for sound in sounds)
    *named, rest = str(raised.value).splitlines()
    assert 5 <= len(named) < 20
    assert rest == f"{60 - len(named)} more were not tried"


def test_a_build_that_is_broken_off_ends_at_once_and_keeps_what_it_made(tmp_path: Path) -> None:
    sounds = [Sound(path=f"en/p{number}", language="en", text="x") for number in range(60)]

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_sounds(sounds, tmp_path, stop)
    assert len(list((tmp_path / "en").iterdir())) < 40, "it went on with all the others"
    assert set(missing_sounds(sounds, tmp_path)) == {sound.path for sound in sounds[2:]}


def test_a_text_that_comes_back_after_a_broken_build_is_made_again(tmp_path: Path) -> None:
    build_sounds([WELCOME, PIN], tmp_path)
    changed = [Sound(path=sound.path, language="en", text="Another.") for sound in (WELCOME, PIN)]

    def stop(done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_sounds(changed, tmp_path, stop)
    assert missing_sounds([WELCOME, PIN], tmp_path) == ["en/welcome", "en/router/pin"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "prompts").write_text("a file in its place", encoding="utf-8")
    with pytest.raises(SetupError, match="prompts cannot be written to") as raised:
        build_sounds([WELCOME], tmp_path / "prompts")
    assert raised.value.cure == "make the folder writable"
