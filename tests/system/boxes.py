"""A line with the hotline of messages and surveys, and what its tests ask of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from phones import audio
from router.adapters.control import Control
from router.core.events import MessageAsked
from router.core.ids import AgentId
from router.line.ports import free_block
from system.rig import CALLER, CALLER_HZ, Rig, Row, until
from system.tones import HERTZ

SITE_MESSAGES = Path(__file__).parent / "site_messages"
NIGHT, DESK_BOX, ASKED, NOT_ASKED, URGENT, BUSY_BOX = (f"400300{last}" for last in range(1, 7))
PROMPT_MS = 350
_PROMPTS = ("leave_message", "review", "kept", "too_short", "bye", "how_was_it", "thanks")


def spoken_site(folder: Path) -> Path:
    """Copy the hotline to a folder and give it its prompts, each a marker of its own; returns the folder."""
    shutil.copytree(SITE_MESSAGES, folder)
    (folder / "prompts" / "en").mkdir(parents=True)
    for name in _PROMPTS:
        audio.write_wave(folder / "prompts" / "en" / f"{name}.wav", audio.tone(HERTZ[name], PROMPT_MS))
    return folder


@asynccontextmanager
async def boxes_line(home: Path, asterisk_root: Path) -> AsyncIterator[Rig]:
    """A line of this hotline, started; everything is stopped in the end."""
    block = free_block()
    rig = Rig.make(home, block, asterisk_root, spoken_site(home.with_name(f"{home.name}-spoken")))
    try:
        yield await rig.start()
    finally:
        await rig.stop()
        block.close()


async def leave(rig: Rig, did: str = DESK_BOX, number: str = CALLER) -> Row:
    """A caller leaves a message of about two seconds and hangs up; returns its record."""
    after = await rig.mark()
    call = await rig.ring(did, number=number, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message")
    await asyncio.sleep(2.2)
    await call.hang_up()
    left = await rig.record("MessageLeft", after=after)
    await written(rig, left["recording"])
    return left


async def messages(rig: Rig) -> list[Row]:
    """What callers have left, as the router has it."""
    async with Control(rig.line.folders.home) as control:
        return await control.messages(done_too=True)


async def message_row(rig: Rig, message: str) -> Row | None:
    """One of them; None where there is no such message."""
    async with Control(rig.line.folders.home) as control:
        return next(iter(await control.messages(message)), None)


async def put(rig: Rig, message: str, what: Any, agent: str = "", note: str = "") -> list[Row]:
    """Ask something of a message; returns all records that follow at once, a refusal too."""
    async with Control(rig.line.folders.home) as control:
        return await control.ask(MessageAsked(message=message, ask=what, agent=AgentId(agent), note=note))


async def written(rig: Rig, recording: str, at_least_ms: int = 1_000) -> audio.Samples:
    """Wait until a recording's file is whole, and read it."""

    async def there() -> bool:
        return len(rig.recording(recording)) >= at_least_ms * 8

    await until(there, 5.0, lambda: f"{recording} is written")
    return rig.recording(recording)
