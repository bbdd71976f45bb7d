"""Ports: one in use is named with its holder and its setting; blocks of two runs never meet."""

import os
import socket
from collections.abc import Iterator

import pytest

from router.errors import SetupError
from router.line.ports import Port, check, free_block, holder_of, is_free, wanted
from router.settings import Settings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_taken_port_is_not_free_and_its_holder_is_known(taken: int) -> None:
    assert not is_free("127.0.0.1", taken, "tcp")
    assert is_free("127.0.0.1", taken, "udp")
    assert f"(pid {os.getpid()})" in holder_of(taken, "tcp")
    assert holder_of(taken, "udp") == ""


def test_all_troubles_are_named_at_once_with_their_settings(taken: int) -> None:
    ports = [
        Port(taken, "tcp", "ari_port", "ARI"),
        Port(1, "udp", "sip_port", "SIP"),
        Port(1, "udp", "rtp_first", "audio"),
    ]
    with pytest.raises(SetupError) as caught:
        check("127.0.0.1", ports)
    assert f"tcp port {taken} of 127.0.0.1 (ARI) is in use" in str(caught.value)
    assert "settings sip_port and rtp_first both say port 1" in str(caught.value)
    assert "HOTLINE_ARI_PORT, HOTLINE_RTP_FIRST, HOTLINE_SIP_PORT" in caught.value.cure


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SetupError, match="cannot bind") as caught:
        is_free("192.0.2.7", 40_000, "tcp")
    assert "HOTLINE_HOST" in caught.value.cure


def test_what_is_somebody_elses_needs_no_port_of_ours() -> None:
    assert wanted(Settings(redis="existing", asterisk="existing", metrics_port=0, board="off")) == []
    assert {port.setting for port in wanted(Settings())} == {
        "redis_port", "sip_port", "ari_port", "ami_port", "rtp_first", "metrics_port", "board_port"
    }  # fmt: skip


def test_two_blocks_never_meet() -> None:
    one, two = free_block(), free_block()
    try:
        assert set(range(one.sip, one.phone_rtp_last + 1)).isdisjoint(range(two.sip, two.phone_rtp_last + 1))
    finally:
        one.close()
        two.close()
    Settings(**one.settings())  # names settings that there are
