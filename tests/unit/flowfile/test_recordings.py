"""Recordings beside the texts: what counts as one, and two of one name."""

from pathlib import Path

import pytest

from router.flowfile.prompts import RECORDINGS, read_prompts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hotline with one text in Mandarin."""
    language = tmp_path / "prompts" / "zh"
    language.mkdir(parents=True)
    (language / "own.yaml").write_text("welcome: 欢迎。\n", encoding="utf-8")
    return language


@pytest.mark.parametrize("suffix", RECORDINGS)
def test_a_recording_of_any_form_wins_over_the_text(tmp_path: Path, folder: Path, suffix: str) -> None:
    (folder / f"welcome{suffix}").write_bytes(b"sound")
    prompts, findings = read_prompts(tmp_path, shipped=tmp_path / "none")
    assert findings == []
    welcome = prompts["zh"]["welcome"]
    assert (welcome.text, welcome.recording) == ("欢迎。", folder / f"welcome{suffix}")


def test_two_recordings_of_one_name_are_a_mistake(tmp_path: Path, folder: Path) -> None:
    for suffix in (".flac", ".wav"):
        (folder / f"welcome{suffix}").write_bytes(b"sound")
    prompts, findings = read_prompts(tmp_path, shipped=tmp_path / "none")
    assert prompts["zh"]["welcome"].recording == folder / "welcome.wav"
    assert [finding.code for finding in findings] == ["E103"]
    assert findings[0].file.endswith("welcome.flac")
    assert "welcome.wav" in findings[0].message


def test_other_files_are_no_recordings(tmp_path: Path, folder: Path) -> None:
    (folder / "welcome.txt").write_bytes(b"notes")
    prompts, _ = read_prompts(tmp_path, shipped=tmp_path / "none")
    assert prompts["zh"]["welcome"].recording is None
