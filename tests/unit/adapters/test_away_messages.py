"""Messages taken while the router was away: found when finished, once, and none is lost."""

import wave
from pathlib import Path

import pytest

from router.adapters.recordings import (
    PATIENCE,
    AwayMessages,
    erase_recording,
    recording_over,
    recording_path,
    wave_length_ms,
)
from router.core.events import Caller, RecordingErased, RecordingFinished

NAME = "1795293524_4001860_13800138000_n1-1795293524.5.wav"


def write_wave(path: Path, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\1\0" * int(8000 * seconds))


@pytest.fixture
def watch(tmp_path: Path) -> AwayMessages:
    return AwayMessages(recordings=tmp_path, country="CN", submit=lambda _: None)


def test_a_finished_message_is_found_once_and_moved(tmp_path: Path, watch: AwayMessages) -> None:
    assert watch.look() == ()
    write_wave(tmp_path / "away" / NAME, 2.5)
    assert watch.look() == ()  # it may still be growing
    (message,) = watch.look()
    assert (message.recording, message.did) == (f"messages/{NAME}", "4001860")
    assert message.caller.number == "+8613800138000"
    assert (message.left_at, message.length_ms) == (1_795_293_524_000, 2_500)
    assert (tmp_path / message.recording).is_file()
    assert watch.look() == ()


def test_a_growing_message_is_left_alone(tmp_path: Path, watch: AwayMessages) -> None:
    for seconds in (1, 2, 3):
        write_wave(tmp_path / "away" / NAME, seconds)
        assert watch.look() == ()
    assert len(watch.look()) == 1


def test_a_caller_without_a_number(tmp_path: Path, watch: AwayMessages) -> None:
    write_wave(tmp_path / "away" / "1795293524_4001860__n1-1.5.wav", 0)
    watch.look()
    (message,) = watch.look()
    assert message.caller.withheld
    assert message.length_ms == 0


def test_a_message_asterisk_never_finished_is_mended(tmp_path: Path, watch: AwayMessages) -> None:
    path = tmp_path / "away" / NAME
    write_wave(path, 2)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\0\0\0\0" + whole[8:40] + b"\0\0\0\0" + whole[44:])
    assert wave_length_ms(path) is None
    looks = [watch.look() for _ in range(PATIENCE + 1)]
    assert looks[:-1] == [()] * PATIENCE
    assert looks[-1][0].length_ms == 2_000
    assert (tmp_path / "messages" / NAME).read_bytes() == whole


def test_what_is_no_message_stays(tmp_path: Path, watch: AwayMessages, caplog: pytest.LogCaptureFixture) -> None:
    away = tmp_path / "away"
    write_wave(away / "holiday.wav", 1)
    (away / NAME).write_bytes(b"no wave at all")
    (away / "notes.txt").write_text("x")
    for _ in range(PATIENCE + 3):
        assert watch.look() == ()
    assert len(list(away.iterdir())) == 3
    assert caplog.text.count("is left in") == 2


def test_at_most_a_hundred_at_once(tmp_path: Path, watch: AwayMessages) -> None:
    for number in range(103):
        write_wave(tmp_path / "away" / f"17952935{number:03}_4001860_13800138000_n1-{number}.wav", 0)
    watch.look()
    assert [len(watch.look()) for _ in range(3)] == [100, 3, 0]


def test_what_nobody_knows_of_is_found_wherever_it_lies(tmp_path: Path, watch: AwayMessages) -> None:
    write_wave(tmp_path / "t.3.c7.r2.wav", 2)
    write_wave(tmp_path / "t.3.c8.r1.wav", 2)
    write_wave(tmp_path / "t.3.c8.talk1-caller.wav", 2)  # a talk is no message
    write_wave(tmp_path / "messages" / NAME, 1)
    known = frozenset({"t.3.c8.r1"})
    assert watch.look(known) == ()
    found = watch.look(known)
    assert [message.recording for message in found] == [f"messages/{NAME}", "t.3.c7.r2"]
    assert (found[1].length_ms, found[1].did, found[1].caller) == (2_000, "", Caller())
    assert watch.look(known | {message.recording for message in found}) == ()


def test_a_recording_cut_off_in_the_middle_is_mended_and_measured(tmp_path: Path) -> None:
    path = tmp_path / "t.1.c1.r1.wav"
    write_wave(path, 2)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\0\0\0\0" + whole[8:40] + b"\0\0\0\0" + whole[44:])
    assert recording_over(tmp_path, "t.1.c1.r1") == RecordingFinished(recording="t.1.c1.r1", length_ms=2_000)
    assert path.read_bytes() == whole
    assert recording_over(tmp_path, "t.1.c1.r9").failed


def test_erasing_says_whether_it_was_there_and_never_leaves_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    write_wave(folder / "messages" / NAME, 1)
    write_wave(tmp_path / "else.wav", 1)
    assert erase_recording(folder, f"messages/{NAME}") == RecordingErased(recording=f"messages/{NAME}")
    assert not erase_recording(folder, f"messages/{NAME}").found
    for outside in ("../else", "../else.wav", str(tmp_path / "else.wav")):
        assert recording_path(folder, outside) is None
        assert not erase_recording(folder, outside).found
    assert (tmp_path / "else.wav").is_file()
    (folder / "a.wav").mkdir()
    assert erase_recording(folder, "a").trouble
