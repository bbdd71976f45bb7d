"""The captures that SIPp plays."""

import struct
from pathlib import Path

import numpy as np

from phones import audio
from router.drill import pcap


def packets(path: Path) -> list[tuple[float, bytes]]:
    """Read a capture back: each packet's time in ms and its RTP."""
    content, at, read = path.read_bytes(), 24, []
    while at < len(content):
        seconds, micros, length, _ = struct.unpack("<IIII", content[at : at + 16])
        read.append((seconds * 1_000 + micros / 1_000, content[at + 16 + 42 : at + 16 + length]))
        at += 16 + length
    return read


def test_a_law_agrees_with_the_phones_decoder_at_every_level() -> None:
    codes = bytes(range(256))
    assert bytes(pcap.a_law(int(sample)) for sample in audio.decode(codes)) == codes


def test_a_tone_is_heard_as_that_tone(tmp_path: Path) -> None:
    pcap.write_tone(tmp_path / "tone.pcap", 425, 400, stream=7)
    read = packets(tmp_path / "tone.pcap")
    assert [at - read[0][0] for at, _ in read] == [20 * n for n in range(20)]
    assert audio.only_tone(np.concatenate([audio.decode(rtp[12:]) for _, rtp in read]), 425)


def test_a_key_is_one_event_with_its_end(tmp_path: Path) -> None:
    pcap.write_key(tmp_path / "key.pcap", "#", stream=9)
    read = [rtp for _, rtp in packets(tmp_path / "key.pcap")]
    assert {rtp[12] for rtp in read} == {11}
    assert len({rtp[4:8] for rtp in read}) == 1
    assert [bool(rtp[13] & 0x80) for rtp in read] == [False] * 5 + [True] * 3
    assert struct.unpack("!H", read[-1][14:16]) == (800,)


def test_the_same_key_twice_is_two_events(tmp_path: Path) -> None:
    pcap.write_key(tmp_path / "a.pcap", "0", stream=9)
    pcap.write_key(tmp_path / "b.pcap", "0", stream=10)
    first, second = (packets(tmp_path / name)[0][1][4:8] for name in ("a.pcap", "b.pcap"))
    assert first != second
