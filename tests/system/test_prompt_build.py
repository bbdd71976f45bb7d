"""The shipped prompts by the real espeak-ng and sox: telephone quality, one loudness, every language."""

import array
import math
import wave
from pathlib import Path

import pytest

from router.adapters.prompts import LEVEL_DB, RATE_HZ
from router.cli.prompts import build_site_prompts, prompts_folder
from router.settings import Settings

pytestmark = pytest.mark.system
ROOT = Path(__file__).resolve().parents[2]


def test_every_shipped_prompt_is_telephone_quality_and_equally_loud(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    made = build_site_prompts(ROOT / "ivr_flows" / "demo", settings)
    assert {"en/main_menu", "zh/main_menu", "en/router/away", "zh/router/pin"} <= set(made)
    for path in made:
        with wave.open(str(prompts_folder(settings) / f"{path}.wav")) as sound:
            assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (RATE_HZ, 2, 1), path
            samples = array.array("h", sound.readframes(sound.getnframes()))
        assert len(samples) > RATE_HZ * 0.3, f"{path} is hardly a word"
        level = 20 * math.log10(math.sqrt(sum(s * s for s in samples) / len(samples)) / 32768)
        assert abs(level - LEVEL_DB) < 3, f"{path} is at {level:.1f} dB"
