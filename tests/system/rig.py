"""A whole line for tests: real Asterisk, real Redis, the real router, and phones to ring and be rung."""

import asyncio
import base64
import contextlib
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis

from phones import audio
from phones.behaviour import Answer, Behaviour
from phones.call import Call
from phones.phone import Phone
from router.adapters.control import AnyAsk, Control
from router.cli.prompts import build_site_prompts
from router.core.events import AgentReadyAsked, AgentSignInAsked, AgentSignOutAsked
from router.core.ids import AgentId, PhoneName
from router.flowfile import load_site
from router.line.line import Line
from router.line.ports import Block
from router.settings import Settings
from system import tones
from system.checker import Balance, check, typed

SITE = Path(__file__).parent / "site"
SITE_NODES = Path(__file__).parent / "site_nodes"
"""A second hotline, with every node type and rule of the ACD; all it says are marker tones."""
SITE_CALLBACKS = Path(__file__).parent / "site_callbacks"
"""A third one, whose queues call back, the agent or the customer first; the first words of its offer last 20 s."""
MAIN, EMERGENCY, DIRECT, THREE_RINGS, RETURNING, BY_CARRIER = (f"400186{last}" for last in range(6))
CALLER = "13800138000"
"""A mobile number of the site's country, as its network sends it."""
CALLER_E164 = "+8613800138000"
CALLER_HZ, AGENT_HZ = 610, 1_020
"""What callers and agents say: two tones that are no harmonics of each other."""

PROMPTS_HZ = {"good_morning": 440, "hello": 440, "menu": 540}
"""Prompts are tones, so that what a caller hears says where they are."""
PROMPT_MS = 1_500
_TRUNKS = """\
trunks:
  carrier:
    host: 127.0.0.1
    port: {port}
    peers: [127.0.0.1]
    dids: ["4001865"]
  never_asked:
    peers: [127.0.0.9]
"""

Row = dict[str, Any]


def service_port(block: Block) -> int:
    """Where the web service is that the second hotline asks."""
    return block.spare_first + 1


async def until(holds: Callable[[], Awaitable[object]], within_s: float, what: Callable[[], str]) -> None:
    """Ask again and again until something holds. Raises AssertionError with ``what`` where it does not in time."""
    give_up = time.monotonic() + within_s
    while not await holds():
        assert time.monotonic() < give_up, f"not within {within_s} s: {what()}"
        await asyncio.sleep(0.03)


class Rig:
    """One line and all that hangs on it. Phones made here are stopped by :meth:`clear`."""

    def __init__(self, line: Line, block: Block) -> None:
        self.line = line
        self.block = block
        self.phones: list[Phone] = []
        self.carrier: Phone | None = None
        """The phone behind the trunk by which calls go out, where there is one."""
        self.trouble = ""
        """What the last look at the line found wanting."""
        self._http: aiohttp.ClientSession | None = None
        self._redis: Redis | None = None

    @classmethod
    def make(cls, home: Path, block: Block, asterisk_root: Path, site: Path = SITE) -> "Rig":
        """Prepare a line over an empty home; nothing is started. The site is a copy, to change at will."""
        copy = home.with_name(f"{home.name}-site")
        shutil.copytree(site, copy)
        if site in (SITE_NODES, SITE_CALLBACKS):
            tones.write_prompts(copy)
            if site == SITE_CALLBACKS:
                tones.write_long(copy, "router/offer_wait")
            for name in ("trunks.yaml", "lookups.yaml", "notices.yaml"):
                if not (copy / name).exists():
                    continue
                text = (copy / name).read_text().replace("TRUNK_PORT", str(block.spare_first))
                (copy / name).write_text(text.replace("SERVICE_PORT", str(service_port(block))))
        else:
            (copy / "trunks.yaml").write_text(_TRUNKS.format(port=block.spare_first))
            for name, hertz in PROMPTS_HZ.items():
                recording = copy / "prompts" / "en" / f"{name}.wav"
                recording.parent.mkdir(parents=True, exist_ok=True)
                audio.write_wave(recording, audio.tone(hertz, PROMPT_MS))
        settings = Settings(home=home, site=copy, asterisk_root=str(asterisk_root), **block.settings())
        return cls(Line(settings, load_site(copy)), block)

    async def start(self) -> "Rig":
        """Build the prompts, start Redis, Asterisk and the router."""
        build_site_prompts(self.line.settings.site, self.line.settings)
        await self.line.start_redis()
        await self.line.start_asterisk()
        await self.line.start_router()
        return self

    async def stop(self) -> None:
        """Stop everything."""
        if self._http is not None:
            await self._http.close()
        if self._redis is not None:
            await self._redis.aclose()
        await self.line.stop()

    # --- phones -------------------------------------------------------------------------------------------

    async def phone(self, name: str, behaviour: Behaviour | None = None, *, speaks: int | None = None) -> Phone:
        """Plug in and register an agent's phone; nobody is signed in on it."""
        password = self.line.secrets.phone_password(name)
        phone = Phone(name, sip_port=self.line.settings.sip_port, password=password)
        phone.behaviour = behaviour or Answer()
        phone.speaks = speaks
        self.phones.append(phone)
        await phone.start()
        await phone.register()
        await self.reachable(name)
        return phone

    async def agent(self, name: str, behaviour: Behaviour | None = None, *, speaks: int | None = None) -> Phone:
        """Plug in an agent's phone and sign the agent in; they can be rung (or are) when this returns."""
        phone = await self.phone(name, behaviour, speaks=speaks)
        await self.sign_in(name)

        async def in_service() -> bool:
            row = await self.agent_row(name)
            return bool(row["can_be_rung"] or row["state"] in ("reserved", "ringing", "talking"))

        await until(in_service, 8.0, lambda: f"agent {name} can be rung")
        return phone

    async def caller(self, number: str = CALLER, *, speaks: int | None = None) -> Phone:
        """A caller from outside: no registration, as from a trunk."""
        phone = await Phone(number, sip_port=self.line.settings.sip_port).start()
        phone.speaks = speaks
        self.phones.append(phone)
        return phone

    async def reachable(self, name: str, wanted: bool = True, within_s: float = 5.0) -> None:
        """Wait until the router knows that a phone is reachable (or is not)."""

        async def known() -> bool:
            return any(row["phone"] == name and row["reachable"] == wanted for row in (await self.overview())["phones"])

        await until(known, within_s, lambda: f"phone {name} reachable: {wanted}")

    async def trunk_there(self) -> None:
        """Have Asterisk look whether the phone behind the trunk is there, and wait until it has seen it.

        It looks every 15 s by itself. Nobody answers it while no test runs that is asyncio's, nor while the machine is
        held up for seconds; the trunk then counts as unreachable until the next look.
        """

        async def seen() -> bool:
            if (await self.ari("endpoints/PJSIP/trunk-carrier"))["state"] == "online":
                return True
            await self.line.console("pjsip qualify trunk-carrier")
            await asyncio.sleep(0.2)
            return False

        await until(seen, 15.0, lambda: "the trunk is reachable")

    # --- agents -------------------------------------------------------------------------------------------

    async def sign_in(self, agent: str) -> None:
        """Sign an agent in on the phone of the same number."""
        await self.ask(AgentSignInAsked(agent=AgentId(agent), phone=PhoneName(agent)))

    async def sign_out(self, agent: str) -> None:
        """Sign an agent out."""
        await self.ask(AgentSignOutAsked(agent=AgentId(agent)))

    async def ready(self, agent: str) -> None:
        """An agent says ready."""
        await self.ask(AgentReadyAsked(agent=AgentId(agent)))

    async def agent_row(self, agent: str) -> Row:
        """Return an agent's row of the overview."""
        row: Row = next(row for row in (await self.overview())["agents"] if row["agent"] == agent)
        return row

    async def agent_is(self, agent: str, state: str, within_s: float = 5.0) -> Row:
        """Wait until an agent is in a state."""
        seen: Row = {}

        async def there() -> bool:
            seen.clear()
            seen.update(await self.agent_row(agent))
            return bool(seen["state"] == state)

        await until(there, within_s, lambda: f"agent {agent} {state}; is {seen.get('state')} ({seen.get('reason')})")
        return seen

    async def ask(self, ask: AnyAsk) -> None:
        """Ask something at the control socket, as an agent or a supervisor. Raises AssertionError where refused."""
        async with Control(self.line.folders.home) as control:
            records = await control.ask(ask)
        refused = [record for record in records if record["type"] == "AskRefused"]
        assert not refused, refused

    async def ring(self, did: str, *, number: str = CALLER, speaks: int | None = None) -> Call:
        """Ring the hotline as a new caller and wait until it answers."""
        return await (await (await self.caller(number, speaks=speaks)).call(did)).answered()

    async def hears(self, call: Call, *names: str, within_s: float = 8.0) -> None:
        """Wait until somebody has heard these marker tones one after another, whatever came between."""
        spoken: list[str] = []

        async def all_heard() -> bool:
            await asyncio.sleep(0.07)  # reading it all back is work
            spoken[:] = tones.heard(call.heard())
            return tones.in_order(names, spoken)

        await until(all_heard, within_s, lambda: f"{call.phone.name} hears {names}; heard {spoken}")

    # --- looking ------------------------------------------------------------------------------------------

    async def overview(self) -> Row:
        """Return the core's overview."""
        async with Control(self.line.folders.home) as control:
            return await control.overview()

    async def health(self) -> Row:
        """Return how the router's connections are."""
        async with Control(self.line.folders.home) as control:
            return await control.health()

    async def ari(self, path: str) -> Any:
        """GET something of ARI, as the router's own user."""
        if self._http is None:
            login = base64.b64encode(":".join(self.line.ari_login).encode()).decode()
            self._http = aiohttp.ClientSession(headers={"Authorization": f"Basic {login}"})
        async with self._http.get(f"{self.line.ari_url}/{path}") as answer:
            assert answer.status == 200, f"ARI {path}: {answer.status}"
            return await answer.json()

    def redis(self) -> Redis:
        """Redis, for looking into the stream."""
        if self._redis is None:
            self._redis = Redis.from_url(self.line.redis_url, decode_responses=True)
        return self._redis

    async def forget_redis(self) -> None:
        """Redis is about to be started anew: look into it by a new connection."""
        if self._redis is not None:
            await self._redis.aclose()
            self._redis = None

    async def rows(self, after: int = 0) -> list[Row]:
        """Return the stream's records behind ``seq`` ``after``, typed, in order: all that a running router has made."""
        if self.line.router is not None and self.line.router.running:
            await self.sent()
        return [row for row in await self._rows_behind(None) if row["seq"] > after]

    async def _rows_behind(self, last: Row | None) -> list[Row]:
        """Return the stream's records behind this one (None: all)."""
        entries = await self.redis().xrange(self.line.stream, f"({last['at_ms']}-{last['seq']}" if last else "-")
        for entry, fields in entries:
            assert entry == f"{fields['at_ms']}-{fields['seq']}", f"entry {entry} holds {fields}"
        return [typed(fields) for _, fields in entries]

    async def sent(self) -> None:
        """Wait until Redis has all the core has recorded: it is sent there beside the calls, a moment later."""
        last = await self.mark()

        async def all_there() -> bool:
            newest = await self.redis().xrevrange(self.line.stream, count=1)
            return bool(newest) and int(newest[0][1]["seq"]) >= last

        await until(all_there, 15.0, lambda: f"Redis has not got record {last}")

    async def mark(self) -> int:
        """Return the last ``seq`` the core has given, to look at what comes after."""
        return int((await self.overview())["seq"])

    async def record(self, kind: str, /, within_s: float = 5.0, *, after: int = 0, **fields: Any) -> Row:
        """Wait until the stream has a record of a kind with these fields behind ``after``; return the first."""
        return (await self.so_many(1, kind, within_s, after=after, **fields))[0]

    async def so_many(
        self, count: int, kind: str, /, within_s: float = 5.0, *, after: int = 0, **fields: Any
    ) -> list[Row]:
        """Wait until the stream has so many records of a kind with these fields behind ``after``; return them."""
        rows: list[Row] = []
        found: list[Row] = []

        async def there() -> bool:
            # only what is new: reading a long stream again and again is more work than the line has
            new = await self._rows_behind(rows[-1] if rows else None)
            rows.extend(new)
            found.extend(row for row in new if row["seq"] > after and _fits(row, kind, fields))
            return len(found) >= count

        def seen() -> str:
            return f"{count} {kind} {fields}; there were\n{told([row for row in rows if row['seq'] > after])}"

        await until(there, within_s, seen)
        return found

    async def records(self, kind: str, /, *, after: int = 0, **fields: Any) -> list[Row]:
        """Return all records of a kind with these fields that there are now."""
        return [row for row in await self.rows(after) if _fits(row, kind, fields)]

    def recording(self, name: str) -> audio.Samples:
        """Read a recording by its name; nothing where it is not there (yet)."""
        path = self.line.folders.home / "shared" / "recordings" / f"{name}.wav"
        return audio.read_wave(path) if path.exists() else audio.tone(0, 0)

    # --- rest ---------------------------------------------------------------------------------------------

    async def at_rest(self, within_s: float = 8.0) -> None:
        """Wait until nothing is left: no channel, no bridge, no call, leg, reservation in the core."""

        async def rested() -> bool:
            overview = await self.overview()
            channels, bridges = await self.ari("channels"), await self.ari("bridges")
            left = {
                "channels": [row["name"] for row in channels],
                "bridges": [row["id"] for row in bridges],
                "calls": overview["calls"],
                "closing": overview["closing"],
                "legs": overview["legs"],
                "code_calls": overview["code_calls"],
                "waiting": sum(row["waiting"] for row in overview["queues"]),
                "busy": [
                    r["agent"]
                    for r in overview["agents"]
                    if r["call"] or r["state"] in ("reserved", "ringing", "talking")
                ],
                "other_calls": [row["phone"] for row in overview["phones"] if row["other_calls"]],
            }
            self.trouble = str({name: value for name, value in left.items() if value})
            return not any(left.values())

        await until(rested, within_s, lambda: f"the line is not at rest: {self.trouble}")

    async def balance(self, *, quiet: bool = True) -> Balance:
        """Replay the whole stream, once Redis has all of it."""
        await self.sent()
        return check(await self.rows(), quiet=quiet, several=("many",))

    async def clear(self) -> None:
        """After a test: unplug all phones, sign everybody out, see that nothing is left and the books balance."""
        for phone in self.phones:
            if phone.plugged_in:
                await phone.stop_calls()
        await self.at_rest()
        for row in (await self.overview())["agents"]:
            if row["state"] != "signed_out":
                await self.sign_out(row["agent"])
        for phone in self.phones:
            if phone.registered and phone.plugged_in:
                with contextlib.suppress(TimeoutError):
                    await phone.unregister()
            await phone.stop()
        self.phones.clear()
        balance = await self.balance()
        assert not balance.faults, "\n".join(balance.faults)


def told(rows: list[Row]) -> str:
    """Write records for people, one a line."""
    skipped = {"type", "v", "config"}
    return "\n".join(
        f"  {row['type']} " + " ".join(f"{name}={value}" for name, value in row.items() if name not in skipped)
        for row in rows
    )


def _fits(row: Row, kind: str, fields: Row) -> bool:
    return row["type"] == kind and all(row.get(name) == value for name, value in fields.items())
