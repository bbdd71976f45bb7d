"""Captures that SIPp plays as a phone's sound: speech-like tones and keys (RFC 4733), made at run time.

SIPp sends the RTP of a capture as it stands, with addresses of its own. Every capture made here has a stream (SSRC)
and timestamps of its own: Asterisk takes the same key with the same timestamp twice for one key.
"""

import math
import struct
from pathlib import Path

A_LAW = 8
TELEPHONE_EVENT = 101
_PACKET_SAMPLES = 160
_KEYS = "0123456789*#ABCD"
_KEY_PACKETS = 5
_KEY_VOLUME = 10
_PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
_ETHERNET = bytes(12) + b"\x08\x00"
_LOOPBACK = bytes((127, 0, 0, 1))


def a_law(sample: int) -> int:
    """Encode one 16-bit sample as G.711 A-law (ITU-T G.711, even bits inverted)."""
    sign = 0x80 if sample >= 0 else 0x00
    magnitude = min(sample if sample >= 0 else -sample - 1, 32_767) >> 3
    segment = max(magnitude.bit_length() - 5, 0)
    code = (segment << 4) | ((magnitude >> max(segment, 1)) & 0x0F)
    return (sign | code) ^ 0x55


def write_tone(path: Path, frequency_hz: float, length_ms: int, stream: int) -> None:
    """Write a capture of one tone, in packets of 20 ms. ``stream`` is its SSRC."""
    packets = []
    for number in range(length_ms // 20):
        first = number * _PACKET_SAMPLES
        payload = bytes(
            a_law(round(8_000 * math.sin(2 * math.pi * frequency_hz * (first + offset) / 8_000)))
            for offset in range(_PACKET_SAMPLES)
        )
        packets.append((number * 20, _rtp(A_LAW, number == 0, number, first, stream, payload)))
    _write(path, packets)


def write_key(path: Path, key: str, stream: int) -> None:
    """Write a capture of one key of 100 ms: five growing packets and the last one three times with its end mark."""
    event = _KEYS.index(key)
    packets = []
    for number in range(_KEY_PACKETS + 3):
        end = number >= _KEY_PACKETS
        span = min(number + 1, _KEY_PACKETS) * _PACKET_SAMPLES
        payload = struct.pack("!BBH", event, _KEY_VOLUME | (0x80 if end else 0), span)
        at_ms = min(number, _KEY_PACKETS) * 20
        packets.append((at_ms, _rtp(TELEPHONE_EVENT, number == 0, number, stream & 0xFFFF, stream, payload)))
    _write(path, packets)


def _rtp(payload_type: int, mark: bool, sequence: int, timestamp: int, stream: int, payload: bytes) -> bytes:
    second = payload_type | (0x80 if mark else 0)
    return struct.pack("!BBHII", 0x80, second, sequence & 0xFFFF, timestamp, stream) + payload


def _write(path: Path, packets: list[tuple[int, bytes]]) -> None:
    """Write RTP packets, each with its time in ms from the start, as Ethernet frames of IPv4 and UDP."""
    parts = [_PCAP_HEADER]
    for at_ms, rtp in packets:
        udp = struct.pack("!HHHH", 6_000, 6_000, 8 + len(rtp), 0) + rtp
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, _LOOPBACK, _LOOPBACK)
        frame = _ETHERNET + ip + udp
        parts.append(struct.pack("<IIII", 1 + at_ms // 1_000, at_ms % 1_000 * 1_000, len(frame), len(frame)) + frame)
    path.write_bytes(b"".join(parts))
