"""The ports that tests take for servers of their own: given once, and where nobody else is given any."""

from router.line.ports import free_block, is_free
from support.ports import free_port


def test_a_port_is_given_once_though_nobody_listens_there_yet() -> None:
    given = [free_port() for _ in range(5)]
    assert len(set(given)) == 5
    assert all(is_free("127.0.0.1", number, "tcp") for number in given)


def test_it_is_in_no_block_of_a_line() -> None:
    blocks = [free_block(), free_block()]
    try:
        for block in blocks:
            assert not block.sip <= free_port() <= block.phone_rtp_last
    finally:
        for block in blocks:
            block.close()
