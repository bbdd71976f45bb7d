"""The judge of what was heard must be able to say no."""

import numpy as np
import pytest

from phones import audio


def through_a_law(samples: audio.Samples) -> audio.Samples:
    return audio.decode(audio.encode(samples))


def test_a_law_known_values() -> None:
    # G.711: positive and negative zero, and the loudest of each sign.
    assert [int(s) for s in audio.decode(bytes((0xD5, 0x55, 0xAA, 0x2A)))] == [8, -8, 32256, -32256]


def test_a_law_keeps_a_tone_within_its_noise() -> None:
    wave = audio.tone(610, 200)
    noise = through_a_law(wave).astype(float) - wave
    assert np.sqrt(np.mean(noise**2)) < 0.02 * audio.loudness(wave)


@pytest.mark.parametrize("frequency_hz", [425, 610, 1020])
def test_one_tone_is_that_tone_only(frequency_hz: int) -> None:
    heard = through_a_law(audio.tone(frequency_hz, 1_000))
    assert audio.only_tone(heard, frequency_hz)
    assert not audio.only_tone(heard, frequency_hz + 200)
    assert not audio.silent(heard)


def test_a_faint_second_sound_is_noticed() -> None:
    talk, music = audio.tone(610, 500), audio.tone(880, 500, level=2_000)
    assert not audio.only_tone(through_a_law(talk + music), 610)


def test_two_interleaved_streams_are_not_one_tone() -> None:
    talk, music = audio.tone(610, 500), audio.tone(880, 500)
    packets = [
        part for start in range(0, 4_000, 160) for part in (talk[start : start + 160], music[start : start + 160])
    ]
    assert not audio.only_tone(through_a_law(np.concatenate(packets)), 610)


def test_a_late_gap_is_noticed() -> None:
    wave = audio.tone(610, 1_000)
    wave[5_000:6_000] = 0
    assert not audio.only_tone(through_a_law(wave), 610)


def test_silence_is_silence_and_nothing_is_not() -> None:
    assert audio.silent(audio.decode(b"\xd5" * 1_600))
    assert not audio.silent(np.zeros(0, np.int16))
    assert not audio.only_tone(audio.decode(b"\xd5" * 1_600), 610)
