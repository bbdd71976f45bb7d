"""The fixtures of the system tests: a whole line for each file of them, and one's own for those who break things.

A line lasts as long as its file: files may run side by side, and there are only so many blocks of ports.
"""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from phones.phone import Phone
from router.core.events import CallbackCancelAsked
from router.line.ports import free_block
from system.outside_service import OutsideService
from system.rig import SITE, SITE_CALLBACKS, SITE_NODES, Rig, service_port

# Started in the background of a script, Ctrl-C is ignored, and so by every process that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def asterisk_root() -> Path:
    """The Asterisk built once for this checkout (or the one HOTLINE_ASTERISK_ROOT names); built here where missing."""
    return Path(os.environ.get("HOTLINE_ASTERISK_ROOT") or REPOSITORY / ".hotline" / "asterisk-root")


@asynccontextmanager
async def started(home: Path, asterisk_root: Path, site: Path = SITE, *, carrier: bool = False) -> AsyncIterator[Rig]:
    """A started line on ports of its own (with a phone behind its trunk); all that was started is stopped."""
    block = free_block()
    rig = Rig.make(home, block, asterisk_root, site)
    try:
        if carrier:
            # There before Asterisk looks, else a trunk counts as unreachable until it looks again.
            phone = Phone("carrier", sip_port=rig.line.settings.sip_port, port=block.spare_first)
            rig.carrier = await phone.start()
        yield await rig.start()
    finally:
        if rig.carrier is not None:
            await rig.carrier.stop()
        await rig.stop()
        block.close()


async def cancel_callbacks(rig: Rig) -> None:
    """See that no callback is left which would be dialled in a test to come."""
    for row in (await rig.overview())["callbacks"]:
        await rig.ask(CallbackCancelAsked(callback=row["callback"]))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_rig(tmp_path_factory: pytest.TempPathFactory, asterisk_root: Path) -> AsyncIterator[Rig]:
    """The line that the tests of a file share."""
    async with started(tmp_path_factory.mktemp("line"), asterisk_root) as rig:
        yield rig


@pytest_asyncio.fixture(loop_scope="session")
async def rig(shared_rig: Rig) -> AsyncIterator[Rig]:
    """The shared line, at rest before and after: 0 channels, 0 bridges, an empty core, books that balance."""
    router = shared_rig.line.router
    if router is None or not router.running:
        await shared_rig.line.start_router()
    yield shared_rig
    await shared_rig.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_nodes_rig(tmp_path_factory: pytest.TempPathFactory, asterisk_root: Path) -> AsyncIterator[Rig]:
    """A line with the second hotline: every node type, every rule of the ACD."""
    async with started(tmp_path_factory.mktemp("nodes"), asterisk_root, SITE_NODES, carrier=True) as rig:
        yield rig


@pytest_asyncio.fixture(loop_scope="session")
async def nodes_rig(shared_nodes_rig: Rig) -> AsyncIterator[Rig]:
    """The second hotline's line, at rest before and after as ``rig`` is, and no callback left open."""
    rig = shared_nodes_rig
    router = rig.line.router
    if router is None or not router.running:
        await rig.line.start_router()
    await rig.trunk_there()
    yield rig
    await cancel_callbacks(rig)
    await rig.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_callbacks_rig(tmp_path_factory: pytest.TempPathFactory, asterisk_root: Path) -> AsyncIterator[Rig]:
    """A line with the third hotline, whose queues call back over a carrier that is a phone."""
    async with started(tmp_path_factory.mktemp("back"), asterisk_root, SITE_CALLBACKS, carrier=True) as rig:
        yield rig


@pytest_asyncio.fixture(loop_scope="session")
async def callbacks_rig(shared_callbacks_rig: Rig) -> AsyncIterator[Rig]:
    """The third hotline's line: at rest before and after, and no callback left open."""
    rig = shared_callbacks_rig
    router = rig.line.router
    if router is None or not router.running:
        await rig.line.start_router()
    assert rig.carrier is not None
    rig.carrier.forget_rings()
    await rig.trunk_there()
    yield rig
    await cancel_callbacks(rig)
    await rig.carrier.stop_calls()
    await rig.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def service(nodes_rig: Rig) -> AsyncIterator[OutsideService]:
    """The web service that the second hotline asks, up."""
    service = await OutsideService(service_port(nodes_rig.block)).start()
    yield service
    await service.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def own_rig(tmp_path: Path, asterisk_root: Path) -> AsyncIterator[Rig]:
    """A line of one's own, prepared but not started, on ports of its own; all that was started is stopped."""
    block = free_block()
    rig = Rig.make(tmp_path / "line", block, asterisk_root)
    try:
        yield rig
    finally:
        for phone in rig.phones:
            await phone.stop()
        await rig.stop()
        block.close()
