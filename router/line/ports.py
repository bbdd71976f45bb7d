"""Which ports the line needs, who holds one that is taken, and blocks of free ports for tests."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from router.errors import SetupError
from router.settings import Settings

_LOOKS = 20
_LOOK_AGAIN_S = 0.1
_BLOCK_FIRST = 12_000
_BLOCK_SIZE = 2_500
_BLOCK_COUNT = 8


@dataclass(frozen=True)
class Port:
    """A port the line wants: ``kind`` is ``udp`` or ``tcp``; ``setting`` names what to change."""

    number: int
    kind: str
    setting: str
    use: str


def wanted(settings: Settings) -> list[Port]:
    """List the ports that the parts we start ourselves will bind."""
    ports = []
    if settings.redis == "own":
        ports.append(Port(settings.redis_port, "tcp", "redis_port", "Redis"))
    if settings.asterisk == "own":
        ports += [
            Port(settings.sip_port, "udp", "sip_port", "SIP"),
            Port(settings.sip_port, "tcp", "sip_port", "SIP"),
            Port(settings.ari_port, "tcp", "ari_port", "ARI"),
            Port(settings.ami_port, "tcp", "ami_port", "AMI"),
            Port(settings.rtp_first, "udp", "rtp_first", "audio"),
        ]
    if settings.metrics_port:
        ports.append(Port(settings.metrics_port, "tcp", "metrics_port", "metrics"))
    if settings.board == "own":
        ports.append(Port(settings.board_port, "tcp", "board_port", "the wallboard"))
    return ports


def check(host: str, ports: list[Port]) -> None:
    """See that the ports differ and are free on ``host``.

    Raises:
        SetupError: naming every port in use, by whom where that can be seen, and the setting that moves it.
    """
    troubles = []
    seen: dict[tuple[int, str], Port] = {}
    for port in ports:
        twin = seen.setdefault((port.number, port.kind), port)
        if twin is not port:
            troubles.append(f"settings {twin.setting} and {port.setting} both say port {port.number}")
        elif not is_free(host, port.number, port.kind):
            holder = holder_of(port.number, port.kind)
            by = f" by {holder}" if holder else ""
            troubles.append(f"{port.kind} port {port.number} of {host} ({port.use}) is in use{by}")
    if troubles:
        names = sorted({port.setting for port in ports if any(str(port.number) in trouble for trouble in troubles)})
        variables = ", ".join(f"HOTLINE_{name.upper()}" for name in names)
        raise SetupError("; ".join(troubles), f"stop what holds it, or choose another port with {variables}")


async def check_soon(host: str, ports: list[Port]) -> None:
    """Like :func:`check`, leaving a part that was just killed a moment to let go of its port."""
    for _ in range(_LOOKS - 1):
        with contextlib.suppress(SetupError):
            check(host, ports)
            return
        await asyncio.sleep(_LOOK_AGAIN_S)
    check(host, ports)


def is_free(host: str, number: int, kind: str) -> bool:
    """Say whether a port can be bound.

    Raises:
        SetupError: ``host`` is not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as probe:
        if kind == "tcp":
            # connections of a former run that linger in TIME_WAIT are no hindrance to a server
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
            if kind == "tcp":
                probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise SetupError(
                f"cannot bind {kind} port {number} of {host}: {error.strerror}",
                "set HOTLINE_HOST to an address of this machine, and ports above 1023 unless you are root",
            ) from error
    return True


def holder_of(number: int, kind: str) -> str:
    """Name the process that holds a port, as ``redis-server (pid 12)``; "" where it cannot be seen."""
    sockets = set()
    for table in (f"/proc/net/{kind}", f"/proc/net/{kind}6"):
        with contextlib.suppress(OSError):
            for row in Path(table).read_text().splitlines()[1:]:
                fields = row.split()
                if int(fields[1].rpartition(":")[2], 16) == number and (kind == "udp" or fields[3] == "0A"):
                    sockets.add(f"socket:[{fields[9]}]")
    for link in _descriptors() if sockets else ():
        with contextlib.suppress(OSError):
            if str(link.readlink()) in sockets:
                process = link.parent.parent
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
    return ""


@dataclass(frozen=True)
class Block:
    """Ports that no concurrent run shares, as long as ``close`` was not called.

    ``spare`` are ports for a test's own phones (SIP), ``phone_rtp`` for their audio; ends are included.
    """

    sip: int
    ari: int
    ami: int
    redis: int
    metrics: int
    board: int
    spare_first: int
    spare_last: int
    rtp_first: int
    rtp_last: int
    phone_rtp_first: int
    phone_rtp_last: int
    hold: socket.socket

    def settings(self) -> dict[str, int]:
        """The block as keyword arguments of :class:`router.settings.Settings`."""
        return {
            "sip_port": self.sip,
            "ari_port": self.ari,
            "ami_port": self.ami,
            "redis_port": self.redis,
            "metrics_port": self.metrics,
            "board_port": self.board,
            "rtp_first": self.rtp_first,
            "rtp_last": self.rtp_last,
        }

    def close(self) -> None:
        """Give the block back. The end of the process does that too."""
        self.hold.close()


def reserved(name: str) -> socket.socket | None:
    """Reserve a name among all processes of this network namespace; None where another one holds it.

    It is free again when the socket is closed or the process ends, however that ends.
    """
    hold = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        hold.bind(f"\0{name}")
    except OSError:
        hold.close()
        return None
    return hold


def free_block(host: str = "127.0.0.1") -> Block:
    """Reserve a block of ports for one run, below the ports the kernel gives out by itself.

    Raises:
        SetupError: all blocks are reserved or in use.
    """
    # runs start at different blocks, so that one cannot trip over sockets another has just closed
    start = os.getpid() % _BLOCK_COUNT
    for offset in range(_BLOCK_COUNT):
        base = _BLOCK_FIRST + (start + offset) % _BLOCK_COUNT * _BLOCK_SIZE
        hold = reserved(f"hotline-ports-{base}")
        if hold is None:
            continue
        if all(is_free(host, number, kind) for number, kind in _probes(base)):
            return Block(
                sip=base,
                ari=base + 1,
                ami=base + 2,
                redis=base + 3,
                metrics=base + 4,
                board=base + 5,
                spare_first=base + 10,
                spare_last=base + 99,
                rtp_first=base + 100,
                rtp_last=base + 1_299,
                phone_rtp_first=base + 1_300,
                phone_rtp_last=base + 2_499,
                hold=hold,
            )
        hold.close()
    raise SetupError(
        f"no free block of ports between {_BLOCK_FIRST} and {_BLOCK_FIRST + _BLOCK_COUNT * _BLOCK_SIZE - 1}",
        "wait until other test runs on this machine have ended",
    )


def _probes(base: int) -> Iterator[tuple[int, str]]:
    yield base, "udp"
    for number in range(base, base + 5):
        yield number, "tcp"
    yield base + 10, "udp"
    yield base + 100, "udp"
    yield base + 1_300, "udp"


def _descriptors() -> Iterator[Path]:
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                yield from (process / "fd").iterdir()
