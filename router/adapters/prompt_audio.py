"""What sox does for prompts: judges recordings, and makes every sound equally loud at the rates telephones have."""

import re
import shutil
import subprocess
from pathlib import Path

import msgspec

from router.errors import SetupError

LEVEL_DB = -22.0
"""Loudness of every prompt: RMS of the speech in dB below full scale, near what telephone networks expect."""
RATES_HZ = {"wav": 8_000, "wav16": 16_000}
"""Suffix, as Asterisk knows them -> rate. Asterisk itself picks the file that loses least on a caller's codec."""

_TIMEOUT_S = 60
_SHORTEST_S, _LONGEST_S = 0.1, 300.0
_LONGEST_MUSIC_S = 1_800.0
_SILENT_BELOW_DB = -55.0
# clipped: the peaks are flat (sox's measure of equal samples in a row there), near full scale, and not just a click
_CLIPPED_ABOVE_DB, _CLIPPED_FLATNESS, _CLIPPED_SHARE = -1.5, 6.0, 0.0005
_MEASURE = re.compile(
    r"^(Pk lev dB|RMS lev dB|Flat factor|Pk count|Num samples|Length s) +(-?[0-9.]+[kMG]?|-?inf)", re.M
)
_UNITS = {"k": 1e3, "M": 1e6, "G": 1e9}
# silence at both ends goes, a little comes back: prompts that follow one another neither run together nor drag
_TRIM = ["silence", "1", "0.02", "0.3%", "reverse"]
_ENDS = [*_TRIM, *_TRIM, "pad", "0.05", "0.1"]


class SoundRefused(SetupError):
    """A sound is not fit to be a prompt: not audio, silent, clipped, too short or too long."""


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What sox measures: levels in dB below full scale (``-inf`` for silence), flatness of the peaks, length."""

    peak_db: float
    rms_db: float
    flatness: float
    peak_share: float
    length_s: float


def ensure_sox() -> None:
    """Raise SetupError where sox is not installed."""
    if shutil.which("sox") is None:
        raise SetupError("sox is not installed, prompts cannot be made", "apt-get install sox")


def measure(sound: Path) -> Measures:
    """Measure a sound. Raises SoundRefused where it is none."""
    return _measures(_sox([str(sound.absolute()), "-n", "stats"], sound))


def check_recording(recording: Path, *, music: bool = False) -> None:
    """Judge a human's recording, or a piece of music. Raises SoundRefused with what to do about it."""
    found = measure(recording)
    longest_s, what = (_LONGEST_MUSIC_S, "music") if music else (_LONGEST_S, "a prompt")
    if not _SHORTEST_S <= found.length_s <= longest_s:
        raise SoundRefused(
            f"it is {found.length_s:.2f} s long; {_SHORTEST_S:g} s to {longest_s:g} s make {what}",
            "see whether it is the right file, and cut it",
        )
    if found.rms_db < _SILENT_BELOW_DB:
        raise SoundRefused(f"it is silent ({found.rms_db:.0f} dB)", "record it again, nearer to the microphone")
    if found.peak_db > _CLIPPED_ABOVE_DB and found.flatness >= _CLIPPED_FLATNESS and found.peak_share > _CLIPPED_SHARE:
        raise SoundRefused("it is clipped: its peaks are cut off", "record it again at a lower level")


def make_forms(raw: Path, work: Path) -> dict[str, Path]:
    """Make a sound's files in ``work`` (16 bit, mono, levelled), by suffix. Raises SoundRefused."""
    plain = work / "plain.wav"
    form = ["-c", "1", "-b", "16", "-e", "signed-integer"]
    widest = max(RATES_HZ.values())
    said = _sox([str(raw.absolute()), *form, str(plain), "channels", "1", "rate", str(widest), *_ENDS, "stats"], raw)
    found = _measures(said)
    if found.rms_db < _SILENT_BELOW_DB:
        raise SoundRefused("it is silent", "see that the text has words the voice can say")
    gain_db = LEVEL_DB - found.rms_db
    # sox's limiter makes louder what it is to make softer
    gain = ["gain", *(["-l"] if gain_db > 0 else []), f"{gain_db:.2f}"]
    files = {}
    for suffix, rate in RATES_HZ.items():
        files[suffix] = work / f"level-{rate}.wav"
        _sox([str(plain), *form, "-t", "wav", str(files[suffix]), "rate", str(rate), *gain], raw)
        files[suffix].chmod(0o644)
    return files


def _measures(said: str) -> Measures:
    values = {name: _number(text) for name, text in _MEASURE.findall(said)}
    samples = values.get("Num samples", 0.0)
    return Measures(
        peak_db=values.get("Pk lev dB", float("-inf")),
        rms_db=values.get("RMS lev dB", float("-inf")),
        flatness=values.get("Flat factor", 0.0),
        peak_share=values.get("Pk count", 0.0) / samples if samples else 0.0,
        length_s=values.get("Length s", 0.0),
    )


def _number(text: str) -> float:
    return float(text.rstrip("kMG")) * _UNITS.get(text[-1], 1.0)


def _sox(arguments: list[str], sound: Path) -> str:
    try:
        result = subprocess.run(["sox", *arguments], capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise SoundRefused(f"sox took more than {_TIMEOUT_S} s over it", "see whether it is the right file") from None
    said = result.stderr.decode(errors="replace")
    if result.returncode != 0:
        last = next((line for line in reversed(said.splitlines()) if " FAIL " in line), said.strip())
        reason = last.partition(" FAIL ")[2] or last
        if sound.suffix == ".mp3" and "no handler" in said:
            raise SoundRefused("sox cannot read MP3 here", "apt-get install libsox-fmt-mp3, or save it as WAV")
        raise SoundRefused(f"sox cannot read it as sound: {reason.replace(str(sound.parent) + '/', '')[:200]}")
    return said
