"""Marker tones: every prompt of the second site is a tone of its own, and what was heard is read back as names."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from phones import audio

CALLER_HZ, AGENT_HZ = 610, 1_020
"""What callers and agents say."""
MUSIC_HZ = 3_000
"""The music of class ``marker``."""
PROMPT_MS, WORD_MS = 350, 220
OFFER_MS = 20_000
LONG_MS = {"long_comfort": 4_000}
"""Prompts that somebody may come into the middle of."""
_FIRST_HZ, _APART_HZ = 410, 30
_HOP = 160
_LOUD = 60.0
_ALONE = 0.9
"""Of a window's energy: one tone and nothing that could be heard beside it."""
_MIXED = 0.12

PROMPTS = [
    "accepted",
    "are_you_there",
    "ask_account",
    "ask_amount",
    "ask_consent",
    "ask_pin",
    "ask_subject",
    "ask_time",
    "booked",
    "booked_for",
    "bye",
    "cancelled",
    "class/vip",
    "confirm",
    "do_not_disturb",
    "double_is",
    "duty_ask",
    "duty_taken",
    "good_morning_call",
    "hello_there",
    "how_was_it",
    "is_busy",
    "is_closed",
    "is_full",
    "kept",
    "leave_message",
    "locked",
    "long_comfort",
    "logged_in",
    "no_answer",
    "no_desk",
    "no_key_bye",
    "no_such",
    "no_voice",
    "not_allowed",
    "not_recorded",
    "noted",
    "offer",
    "one_moment",
    "open_greeting",
    "review",
    "router/agent_number",
    "router/callback_ask_time",
    "router/callback_when",
    "router/callback_agent",
    "router/callback_bad_number",
    "router/callback_cancelled",
    "router/callback_choices",
    "router/callback_here",
    "router/callback_noted",
    "router/callback_number",
    "router/callback_open",
    "router/callback_press",
    "router/callback_time",
    "router/callback_type",
    "router/confirm",
    "router/offer_callback",
    "router/offer_recording",
    "router/offer_wait",
    "router/queue_position",
    "router/tomorrow",
    "router/wait_up_to",
    "see_website",
    "service_down",
    "stay_with_us",
    "thanks",
    "too_long",
    "too_short",
    "unknown_caller",
    "weekend_wish",
    "which_extension",
    "which_language",
    "which_way",
    "whisper_note",
    "wrong_bye",
    "words/minutes",
    "words/number",
    "wrong_number",
    "yue/hello_there",
    "yue/which_language",
    "you_typed",
    "your_level",
    "your_number",
]
"""What the site says; ``yue/`` are those that it has in its second language too."""
WORDS = [f"words/{digit}" for digit in range(10)]
HERTZ = {name: _FIRST_HZ + _APART_HZ * number for number, name in enumerate([*PROMPTS, *WORDS])}
"""The tone of each; whole tens, so that 100 ms hold whole waves."""
assert not set(HERTZ.values()) & {CALLER_HZ, AGENT_HZ, MUSIC_HZ} and max(HERTZ.values()) < 3_400
HERTZ |= {"caller": CALLER_HZ, "agent": AGENT_HZ, "music": MUSIC_HZ}
_NAMES = {hertz // 10: name for name, hertz in HERTZ.items()}


def write_prompts(site: Path) -> None:
    """Put all prompts into a site's folder as recordings."""
    for name in (*PROMPTS, *WORDS):
        language, _, plain = name.rpartition("yue/")
        folder = site / "prompts" / ("zh-yue" if name.startswith("yue/") else "en")
        path = folder / f"{plain or language}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        audio.write_wave(path, audio.tone(HERTZ[name], LONG_MS.get(name, WORD_MS if name in WORDS else PROMPT_MS)))
    music = site / "prompts" / "music" / "marker" / "tone.wav"
    music.parent.mkdir(parents=True, exist_ok=True)
    audio.write_wave(music, audio.tone(MUSIC_HZ, 5_000))


def write_long(site: Path, name: str) -> None:
    """Make a prompt a tone of twenty seconds."""
    audio.write_wave(site / "prompts" / "en" / f"{name}.wav", audio.tone(HERTZ[name], OFFER_MS))


def heard(samples: audio.Samples) -> list[str]:
    """Read back what was heard alone, in order; the same again without another between counts once."""
    bins = _spectra(samples)
    names: list[str] = []
    for number in np.flatnonzero(bins.max(axis=1, initial=0) > _ALONE):
        name = _NAMES.get(int(bins[number].argmax()), "?")
        if not names or names[-1] != name:
            names.append(name)
    return names


def mixed(samples: audio.Samples) -> set[frozenset[str]]:
    """Return which tones sounded at once in any window."""
    return {frozenset(_NAMES.get(int(at), "?") for at in np.flatnonzero(row > _MIXED)) for row in _spectra(samples)}


def windows_with(samples: audio.Samples, name: str) -> float:
    """Return in which share of the windows a tone was heard, alone or not: 1.0 where it never stopped."""
    bins = _spectra(samples)
    return float((bins[:, HERTZ[name] // 10] > _MIXED).mean()) if len(bins) else 0.0


def in_order(wanted: Collection[str], names: list[str]) -> bool:
    """Say whether all that is wanted was heard in this order, whatever came between."""
    rest = iter(names)
    return all(name in rest for name in wanted)


def _spectra(samples: audio.Samples) -> np.ndarray:
    """Return each window's share of energy by ten hertz; a window that is silent has none."""
    if len(samples) < audio.WINDOW:
        return np.zeros((0, audio.WINDOW // 2 + 1))
    views = np.lib.stride_tricks.sliding_window_view(samples, audio.WINDOW)[::_HOP].astype(np.float64)
    energy = (views**2).sum(axis=1)
    power = np.abs(np.fft.rfft(views, axis=1)) ** 2 * 2 / audio.WINDOW
    loud = energy > _LOUD**2 * audio.WINDOW
    shares: np.ndarray = np.where(loud[:, None], power / np.maximum(energy, 1)[:, None], 0)
    return shares
