"""Words that values are put together from have nearly no silence around them, and are made anew where that changes."""

from pathlib import Path

import pytest

from router.adapters.prompts import Sound, build_sounds


@pytest.mark.parametrize(("path", "in_a_row"), [("en/words/20", True), ("en/welcome", False), ("en/router/pin", False)])
def test_which_sounds_stand_in_a_row(path: str, in_a_row: bool) -> None:
    assert Sound(path=path, language="en", text="x").in_a_row is in_a_row


def test_a_word_is_shorter_than_the_same_text_alone(tmp_path: Path) -> None:
    sounds = [Sound(path=path, language="en", text="twenty") for path in ("en/words/20", "en/twenty")]
    build_sounds(sounds, tmp_path)
    word, alone = ((tmp_path / f"{sound.path}.wav").stat().st_size for sound in sounds)
    assert alone - word > 0.1 * 8_000 * 2  # bytes: 16 bit at 8 kHz
    assert build_sounds(sounds, tmp_path) == []
