"""What the relay of simulated phones passes where."""

from router.drill.relay import Relay

SERVER, PHONES, REGISTERING = ("127.0.0.1", 5060), ("127.0.0.1", 7_001), ("127.0.0.1", 7_002)


class Wire:
    """Keeps what was sent; stands for the socket only."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, tuple[str, int]]] = []

    def sendto(self, data: bytes, address: tuple[str, int]) -> None:
        self.sent.append((data, address))


def relayed(data: bytes, source: tuple[str, int], *, registering: bool = True) -> list[tuple[str, int]]:
    relay, wire = Relay("127.0.0.1", SERVER[1], PHONES[1]), Wire()
    relay._transport = wire  # type: ignore[assignment]
    relay.registering_port = REGISTERING[1] if registering else 0
    relay.datagram_received(data, source)
    assert all(sent == data for sent, _ in wire.sent)
    return [address for _, address in wire.sent]


def test_calls_and_their_answers() -> None:
    assert relayed(b"INVITE sip:1001@127.0.0.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n", SERVER) == [PHONES]
    assert relayed(b"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n", PHONES) == [SERVER]
    assert relayed(b"SIP/2.0 200 OK\r\nCSeq: 1 BYE\r\n\r\n", SERVER) == [PHONES]


def test_registrations_and_their_answers() -> None:
    assert relayed(b"REGISTER sip:127.0.0.1 SIP/2.0\r\nCSeq: 1 REGISTER\r\n\r\n", REGISTERING) == [SERVER]
    answer = b"SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 127.0.0.1\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
    assert relayed(answer, SERVER) == [REGISTERING]
    assert relayed(answer, SERVER, registering=False) == []
