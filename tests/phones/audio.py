"""What was heard: G.711 A-law to samples, and whether they are one tone and nothing else, or silence.

Samples are int16 at 8 kHz throughout.
"""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
RATE_HZ = 8_000
WINDOW = 800
"""100 ms, the shortest stretch a judgement is made on."""
_SILENT_BELOW = 60.0
"""RMS: A-law's own silence is 8, a soft tone some thousands."""
_ONE_TONE_SHARE = 0.97
"""Of the energy; what A-law itself adds to a tone is below 0.1 %."""


def _decoded() -> Samples:
    codes = np.arange(256) ^ 0x55
    segment = (codes & 0x70) >> 4
    steps = ((codes & 0x0F) << 1) + 1
    magnitude = np.where(segment > 0, (steps + 32) << np.maximum(segment - 1, 0), steps) << 3
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


_DECODED = _decoded()
_ORDER = np.argsort(_DECODED, kind="stable")
_LEVELS = _DECODED[_ORDER].astype(np.int32)


def decode(payload: bytes) -> Samples:
    """Return the samples of A-law bytes."""
    return _DECODED[np.frombuffer(payload, np.uint8)]


def encode(samples: Samples) -> bytes:
    """Return samples as A-law: each as the nearest of its 256 levels."""
    middles = (_LEVELS[1:] + _LEVELS[:-1]) / 2
    return _ORDER[np.searchsorted(middles, samples)].astype(np.uint8).tobytes()


def tone(frequency_hz: int, length_ms: int, level: int = 8_000) -> Samples:
    """Return a sine; whole hertz, so that a second of it can be repeated without a click."""
    at = np.arange(RATE_HZ * length_ms // 1_000)
    return np.round(level * np.sin(2 * np.pi * frequency_hz * at / RATE_HZ)).astype(np.int16)


def loudness(samples: Samples) -> float:
    """Return the RMS level."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0


def share_of(samples: Samples, frequency_hz: float) -> float:
    """Return how much of the energy is in one tone, 0 to 1 (Goertzel: the projection on its sine and cosine)."""
    wave = samples.astype(np.float64)
    energy = float(wave @ wave)
    if energy == 0:
        return 0.0
    turn = 2 * np.pi * frequency_hz * np.arange(len(wave)) / RATE_HZ
    basis = np.stack([np.cos(turn), np.sin(turn)])
    fitted, *_ = np.linalg.lstsq(basis.T, wave, rcond=None)
    projected = fitted @ basis
    return float(projected @ projected) / energy


def silent(samples: Samples) -> bool:
    """Say whether there is nothing to hear in any window (and something was received at all)."""
    return len(samples) >= WINDOW and all(loudness(part) < _SILENT_BELOW for part in _windows(samples))


def only_tone(samples: Samples, frequency_hz: int) -> bool:
    """Say whether every window is this tone and nothing else: no other sound, no gap, no second stream."""
    return len(samples) >= WINDOW and all(
        loudness(part) > _SILENT_BELOW and share_of(part, frequency_hz) > _ONE_TONE_SHARE for part in _windows(samples)
    )


def write_wave(path: Path, samples: Samples) -> None:
    """Write samples as a mono WAV of 8 kHz."""
    with wave.open(str(path), "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(RATE_HZ)
        recording.writeframes(samples.tobytes())


def read_wave(path: Path) -> Samples:
    """Read the samples of a mono WAV of 8 kHz."""
    with wave.open(str(path), "rb") as recording:
        return np.frombuffer(recording.readframes(recording.getnframes()), np.int16)


def _windows(samples: Samples) -> list[Samples]:
    return [samples[start : start + WINDOW] for start in range(0, len(samples) - WINDOW + 1, WINDOW)]
