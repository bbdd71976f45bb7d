"""Engines by their settings: which one, which voice, what fills a template, and programs that do not behave."""

import sys
import time
from pathlib import Path

import pytest

from router.adapters.prompt_command import CommandEngine, Espeak
from router.adapters.prompt_engine import EngineFailed, fill, voice_for, voices_of
from router.adapters.prompt_http import HttpEngine
from router.adapters.prompts import engine_of
from router.errors import SettingsError, SetupError
from router.settings import Settings


def command(script: str, words: str = "{file} {text} {language} {voice}", timeout_s: float = 10) -> CommandEngine:
    """An engine of a few lines of Python."""
    return CommandEngine(f"{sys.executable} -c '{script}' {words}", {"en": "Amy 2", "zh": "燕"}, timeout_s)


def test_espeak_is_there_without_a_setting() -> None:
    engine = engine_of(Settings())
    assert isinstance(engine, Espeak)
    assert engine.recipe("zh") != engine.recipe("en")
    assert engine.recipe("zh-HK") == engine.recipe("zh")
    assert "|fr|" in engine.recipe("fr")


def test_the_settings_name_the_engine() -> None:
    named = Settings(prompt_engine="command", prompt_command="speak {file}", prompt_voices="zh=燕, en=Amy 2")
    assert isinstance(engine_of(named), CommandEngine)
    assert engine_of(named).recipe("en") == "command|speak {file}|Amy 2"
    posted = Settings(prompt_engine="http", prompt_url="http://127.0.0.1:5000/say?v={voice}")
    assert isinstance(engine_of(posted), HttpEngine)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(prompt_voices="zh"), "'zh' is not LANGUAGE=VOICE"),
        (Settings(prompt_command="piper -f {file}"), "the engine is espeak"),
        (Settings(prompt_url="http://127.0.0.1/"), "the engine is espeak"),
        (Settings(prompt_engine="command"), r"names no \{file\}"),
        (Settings(prompt_engine="command", prompt_command="say {text}"), r"names no \{file\}"),
        (Settings(prompt_engine="command", prompt_command="say {fiel}"), r"a placeholder \{fiel\} that nothing fills"),
        (Settings(prompt_engine="command", prompt_command="say '{file}"), "No closing quotation"),
        (Settings(prompt_engine="http"), "not an address"),
        (Settings(prompt_engine="http", prompt_url="ftp://host/"), "not an address"),
        (Settings(prompt_engine="http", prompt_url="http://{voice}/"), "not an address"),
        (Settings(prompt_engine="http", prompt_url="http://host/{text}"), r"a placeholder \{text\}"),
        (Settings(prompt_engine="http", prompt_url="http://me:secret@host/"), "holds a password"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(settings: Settings, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        engine_of(settings)
    assert "HOTLINE_PROMPT_" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert raised.value.cure


def test_voices_go_by_language_and_dialect() -> None:
    voices = voices_of(" zh = cmn,en=en-gb, zh-HK=yue,")
    assert voices == {"zh": "cmn", "en": "en-gb", "zh-HK": "yue"}
    assert [voice_for(language, voices) for language in ("zh-HK", "zh-TW", "fr")] == ["yue", "cmn", ""]


def test_what_looks_like_a_placeholder_in_a_text_stays() -> None:
    assert fill("{text} {file}", {"text": "{file} {voice} {x}", "file": "a.wav"}) == "{file} {voice} {x} a.wav"


def test_a_command_gets_each_value_as_one_word(tmp_path: Path) -> None:
    engine = command('import sys; open(sys.argv[1], "w").write(repr(sys.argv[2:]))')
    made = engine.say("a b'c\"; $(id) `id` {file}", "en-US", tmp_path)
    assert made.read_text(encoding="utf-8") == repr(["a b'c\"; $(id) `id` {file}", "en-US", "Amy 2"])


def test_a_command_without_a_place_for_the_text_reads_it(tmp_path: Path) -> None:
    engine = command('import sys; open(sys.argv[1], "wb").write(sys.stdin.buffer.read())', "{file}")
    assert engine.say("您好", "zh", tmp_path).read_text(encoding="utf-8") == "您好"


def test_a_command_that_wants_a_voice_nobody_set(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="no voice is set for language 'fr'"):
        command("pass").say("Bonjour", "fr", tmp_path)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(SetupError, match="'no-such-speaker' is not a program") as raised:
        CommandEngine("no-such-speaker {file}", {}, 1).ensure()
    assert "HOTLINE_PROMPT_COMMAND" in raised.value.cure


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("pass", "wrote no sound"),
        ('import sys; open(sys.argv[1], "w")', "wrote no sound"),
        ('import sys; open(sys.argv[1], "w").truncate(60_000_000)', "wrote 60000000 bytes"),
        ('import sys; print("x" * 500_000, file=sys.stderr); sys.exit("no word \\x1b[2J")', r"no word +\[2J$"),
    ],
)
def test_a_program_that_fails(tmp_path: Path, script: str, said: str) -> None:
    with pytest.raises(EngineFailed, match=said) as raised:
        command(script).say("x", "en", tmp_path)
    assert len(str(raised.value)) < 400


def test_a_program_that_hangs_ends_with_all_it_started(tmp_path: Path) -> None:
    script = f'import subprocess; subprocess.run(["sh", "-c", "sleep 1; touch {tmp_path}/alive"])'
    started = time.monotonic()
    with pytest.raises(EngineFailed, match=r"took more than 0\.4 s"):
        command(script, timeout_s=0.4).say("x", "en", tmp_path)
    assert time.monotonic() - started < 0.9
    time.sleep(0.9)
    assert not (tmp_path / "alive").exists()


def test_a_program_sees_no_secret_of_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SITE_KEY", "s3cret")
    monkeypatch.setenv("HOTLINE_PROMPT_TOKEN", "for the engine")
    engine = command('import os, sys; open(sys.argv[1], "w").write(" ".join(os.environ))')
    names = engine.say("x", "en", tmp_path).read_text(encoding="utf-8").split()
    assert "HOTLINE_SITE_KEY" not in names
    assert "HOTLINE_PROMPT_TOKEN" in names
    assert "PATH" in names
