"""The one address of many simulated phones: registrations leave from the very port where calls arrive.

Behind NAT an Asterisk calls a phone where its REGISTER came from, not where its Contact says; a SIPp process either
registers or answers. So both kinds sit behind this relay: datagrams of ours go on to Asterisk, answers to a REGISTER
back to who registers, everything else to the phones.
"""

import asyncio
import re
from typing import Any

from router.errors import SetupError

_OF_REGISTER = re.compile(rb"^cseq\s*:\s*\d+\s+REGISTER\s*$", re.IGNORECASE | re.MULTILINE)


class Relay(asyncio.DatagramProtocol):
    """Relays between a SIP server and the SIPp processes at ``phones_port`` and ``registering_port`` of ``host``."""

    def __init__(self, host: str, sip_port: int, phones_port: int) -> None:
        self.host = host
        self.port = 0
        self.registering_port = 0
        """Who registers just now; 0: nobody, and a late answer is dropped."""
        self._server = (host, sip_port)
        self._phones = (host, phones_port)
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Bind to a free port. Raises SetupError where ``host`` is not an address of this machine."""
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, 0))
        except OSError as error:
            raise SetupError(
                f"simulated phones cannot bind to {self.host}: {error.strerror}", "is HOTLINE_HOST of this machine?"
            ) from error
        self.port = int(self._transport.get_extra_info("sockname")[1])

    def stop(self) -> None:
        """Give the port back."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Pass one datagram on."""
        if self._transport is None:
            return
        if addr[1] != self._server[1]:
            self._transport.sendto(data, self._server)
        elif data.startswith(b"SIP/2.0") and _OF_REGISTER.search(data.replace(b"\r", b"")):
            if self.registering_port:
                self._transport.sendto(data, (self.host, self.registering_port))
        else:
            self._transport.sendto(data, self._phones)
