"""Recordings of talks grow old by their files; complaints keep theirs; messages are none of them."""

import os
from pathlib import Path

from router.adapters.talk_recordings import TalkRecordings, keep_talks

NOON_S = 1_790_000_000


def made(folder: Path, name: str, at_s: int) -> Path:
    path = folder / name
    path.write_bytes(b"RIFF")
    os.utime(path, (at_s, at_s))
    return path


def talks(folder: Path) -> TalkRecordings:
    return TalkRecordings(recordings=folder, keep_ms=lambda: 0, submit=lambda event: None, now=lambda: 0)


def test_the_old_ones_go_the_oldest_first_and_complaints_stay(tmp_path: Path) -> None:
    for number, at_s in ((1, NOON_S - 50), (2, NOON_S - 99), (3, NOON_S - 99), (4, NOON_S + 1)):
        for side in ("caller", "agent"):
            made(tmp_path, f"demo.1.c{number}.talk1-{side}.wav", at_s)
    message = made(tmp_path, "demo.1.c2.r1.wav", NOON_S - 99)
    keep_talks(tmp_path, "demo.1.c3")
    gone = talks(tmp_path).look(NOON_S * 1000)
    assert gone == [f"demo.1.c{number}.talk1-{side}" for number in (2, 1) for side in ("agent", "caller")]
    assert message.exists() and len(list(tmp_path.glob("demo.1.c3.talk1-*.wav"))) == 2
    assert talks(tmp_path).look(NOON_S * 1000) == []
    assert len(list(tmp_path.glob("*.talk*"))) == 4


def test_a_folder_that_is_not_there_or_not_ours_harms_nobody(tmp_path: Path) -> None:
    assert talks(tmp_path / "none").look(NOON_S * 1000) == []
    keep_talks(tmp_path / "none", "demo.1.c1")
