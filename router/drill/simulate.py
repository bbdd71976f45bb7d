"""Simulated agents: phones of the site that register, sign in, and answer until stopped."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from router.adapters.control import Control
from router.core.events import AgentSignInAsked, AgentSignOutAsked
from router.core.ids import AgentId, PhoneName
from router.drill.phones import Behaviour, Phones
from router.errors import HotlineError, SettingsError, SetupError
from router.flowfile import load_site
from router.line.secrets import Secrets
from router.settings import Settings
from router.site import Site

_SEEN_WITHIN_S = 10.0


async def simulate_phones(
    settings: Settings,
    count: int,
    answer_after_ms: int,
    *,
    sign_in: bool = True,
    on_ready: Callable[[tuple[str, ...]], None] | None = None,
) -> None:
    """Register ``count`` simulated agents' phones of the site, sign their agents in, answer until stopped.

    Takes the phones that are not registered yet, lowest number first; each rings for ``answer_after_ms`` and answers.
    ``on_ready`` is told the phones' names once all are in service. Returns after SIGINT or SIGTERM, or when cancelled:
    those it signed in are signed out and the phones unregistered.

    Raises :class:`SettingsError` where the site has fewer free phones, :class:`SetupError` where SIPp is missing or a
    phone could not register, :class:`RouterAway` where no router answers.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        async with simulated_agents(settings, count, Behaviour(answer_after_ms=answer_after_ms), sign_in) as names:
            if on_ready is not None:
                on_ready(names)
            await stopped.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextlib.asynccontextmanager
async def simulated_agents(
    settings: Settings, count: int, behaviour: Behaviour, sign_in: bool = True
) -> AsyncIterator[tuple[str, ...]]:
    """Keep ``count`` simulated agents' phones in service inside the block; gives their names."""
    site = load_site(settings.site)
    async with Control(settings.home) as control:
        overview = await control.overview()
        registered = _reachable(overview)
        names = choose_phones(site, registered, count)
        secrets = Secrets.load_or_create(settings.home)
        passwords = {name: secrets.phone_password(name) for name in names}
        phones = Phones(passwords, behaviour, host=settings.host, sip_port=settings.sip_port)
        await phones.start()
        signed_in: list[AgentId] = []
        try:
            if sign_in:
                await _all_seen(control, names)
                for name in names:
                    agent = agent_at(site, name)
                    await _sign_in(control, agent, name)
                    signed_in.append(agent)
            yield names
        finally:
            for agent in signed_in:
                with contextlib.suppress(HotlineError):  # The router may be gone before us.
                    await control.ask(AgentSignOutAsked(agent=agent))
            await phones.stop()


def choose_phones(site: Site, registered: set[str], count: int) -> tuple[PhoneName, ...]:
    """Return the first ``count`` phones of the site that have an agent and are not registered, lowest first.

    Raises :class:`SettingsError` where there are fewer.
    """
    usual = {agent.phone for agent in site.floor.agents.values()}
    free = sorted((name for name in site.phones if name not in registered and name in usual), key=_numeric)
    if len(free) < count:
        raise SettingsError(
            f"{count} phones asked for, but the site '{site.name}' has {len(site.phones)} phones"
            f" and only {len(free)} of them are an agent's and not registered already",
            f"ask for at most {len(free)}, or add phones and agents to the site's YAML",
        )
    return tuple(free[:count])


def agent_at(site: Site, phone: PhoneName) -> AgentId:
    """Return the agent whose usual phone this is."""
    for agent in site.floor.agents.values():
        if agent.phone == phone:
            return agent.number
    raise SettingsError(f"no agent of the site has phone {phone}", f"give an agent 'phone: {phone}' in the site's YAML")


def _numeric(name: str) -> tuple[int, str]:
    return (int(name) if name.isdecimal() else 1 << 62, name)


def _reachable(overview: Mapping[str, Any]) -> set[str]:
    return {row["phone"] for row in overview["phones"] if row["reachable"]}


async def _all_seen(control: Control, names: tuple[PhoneName, ...]) -> None:
    """Wait until the router has heard from Asterisk that every phone is reachable."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + _SEEN_WITHIN_S
    while True:
        seen = _reachable(await control.overview())
        unseen = [name for name in names if name not in seen]
        if not unseen:
            return
        if loop.time() > give_up:
            raise SetupError(
                f"{len(unseen)} registered phones are not reachable for the router: {', '.join(unseen[:5])}",
                "look at hotline status: is the router connected to Asterisk's AMI?",
            )
        await asyncio.sleep(0.1)


async def _sign_in(control: Control, agent: AgentId, phone: PhoneName) -> None:
    records = await control.ask(AgentSignInAsked(agent=agent, phone=phone, by="cli"))
    for record in records:
        if record["type"] == "AskRefused":
            raise SetupError(f"agent {agent} could not sign in: {record['reason']}", record["cure"])
