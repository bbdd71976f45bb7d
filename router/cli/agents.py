"""``hotline agents``: who is in service; sign agents in and out, ready, pause; their PINs and phones."""

import asyncio
from typing import Annotated, Any

import typer

from router.adapters.pins import Pins
from router.cli.options import Json, settings_of
from router.cli.output import print_json, print_table, refuse, span
from router.cli.reach import overview, put, row_of, unknown, until
from router.core.events import (
    AgentPauseAsked,
    AgentReadyAsked,
    AgentRegroupAsked,
    AgentSignInAsked,
    AgentSignOutAsked,
    CallCodeAsked,
    ConsultAsked,
    TakeBackAsked,
    TransferAsked,
    WrapUpExtendAsked,
)
from router.core.ids import AgentId, PhoneName
from router.errors import SettingsError
from router.flowfile import load_site
from router.line.folders import Folders
from router.line.lock import holder
from router.line.refresh import refresh
from router.line.secrets import Secrets
from router.settings import Settings
from router.site import Site

CONSULTED = ("agent", "extension", "phone", "outside")
"""Whom an agent can ask."""

Number = Annotated[str, typer.Argument(metavar="WORK_NUMBER", help="the agent's work number", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Agents: who is in service, sign-in, pauses, PINs, phones.")

    @group.callback(invoke_without_command=True)
    def agents(context: typer.Context, json: Json = False) -> None:
        """Agents: who is in service, sign-in, pauses, PINs, phones."""
        if context.invoked_subcommand is None:
            show(json)

    group.command("list")(show)
    group.command("sign-in")(sign_in)
    group.command("sign-out")(sign_out)
    group.command("ready")(ready)
    group.command("pause")(pause)
    group.command("extend")(extend)
    group.command("code")(code)
    group.command("consult")(consult)
    group.command("take-back")(take_back)
    group.command("transfer")(transfer)
    group.command("regroup")(regroup)
    group.command("pin")(pin)
    group.command("phone")(phone)
    app.add_typer(group, name="agents")


def show(json: Json = False) -> None:
    """List all agents: state, since when, phone, calls taken."""
    rows = overview()["agents"]
    if json:
        print_json(rows)
        return
    print_table(
        ("agent", "name", "state", "reason", "for", "phone", "", "calls", "groups"),
        (
            (
                row["agent"],
                row["name"],
                row["state"],
                row["reason"],
                "-" if row["since_ms"] is None else span(row["since_ms"]),
                row["phone"],
                "" if row["phone_reachable"] else "not registered",
                row["calls_count"],
                " ".join(row["groups"]) + (" (for now)" if row["over_yaml"] else ""),
            )
            for row in rows
        ),
        "the site has no agents",
    )


def sign_in(
    agent: Number,
    phone: Annotated[str | None, typer.Option(help="the phone to sit at; else the agent's usual one")] = None,
    json: Json = False,
) -> None:
    """Bring an agent into service."""
    seen = overview()
    usual = _agent(seen, agent)["phone"]
    place = phone or usual
    row_of(seen["phones"], "phone", place, "phone")
    put(AgentSignInAsked(agent=AgentId(agent), phone=PhoneName(place)), f"{agent} is signed in at {place}", json)


def sign_out(agent: Number, json: Json = False) -> None:
    """Take an agent out of service; a call under way is finished first."""
    _agent(overview(), agent)
    put(AgentSignOutAsked(agent=AgentId(agent)), f"{agent} is signed out", json)


def ready(agent: Number, json: Json = False) -> None:
    """End an agent's wrap-up, pause, or time out of rotation."""
    _agent(overview(), agent)
    put(AgentReadyAsked(agent=AgentId(agent)), f"{agent} is ready", json)


def pause(
    agent: Number,
    reason: Annotated[str, typer.Option(help="one of the site's reasons for a pause")] = "break",
    json: Json = False,
) -> None:
    """Pause an agent; during a call the pause begins after it."""
    _agent(overview(), agent)
    put(AgentPauseAsked(agent=AgentId(agent), reason=reason), f"{agent} pauses: {reason}", json)


def extend(agent: Number, json: Json = False) -> None:
    """Give an agent more time for wrap-up, once per call."""
    _agent(overview(), agent)
    put(WrapUpExtendAsked(agent=AgentId(agent)), f"{agent} has more time for wrap-up", json)


def code(
    agent: Number,
    reason: Annotated[str, typer.Argument(metavar="[CODE]", help="one of the site's wrap-up codes")] = "",
    solved: Annotated[bool, typer.Option("--solved/--unsolved", help="whether no further call is needed")] = True,
    json: Json = False,
) -> None:
    """Code the call an agent is in or writes up: what it was about, and whether it was solved at once."""
    _agent(overview(), agent)
    said = " ".join(filter(None, (reason, "solved" if solved else "unsolved")))
    put(CallCodeAsked(agent=AgentId(agent), code=reason, solved=solved), f"{agent} coded the call: {said}", json)


def regroup(
    agent: Number,
    group: Annotated[list[str] | None, typer.Option(help="a group they serve for now (may be given again)")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="a skill they have for now, as name:level")] = None,
    span_: Annotated[str, typer.Option("--for", help="for how long, 90m or 2h; else until sign-out")] = "",
    json: Json = False,
) -> None:
    """Put an agent into other groups, or give them other skills, for now; without either the YAML holds again."""
    seen = overview()
    _agent(seen, agent)
    event = AgentRegroupAsked(
        agent=AgentId(agent),
        groups=None if group is None else tuple(group),
        skills=None if skill is None else dict(_skill(text) for text in skill),
        until_ms=until(seen, span_),
    )
    put(event, f"{agent} is regrouped" if group or skill else f"{agent} is as in the YAML", json)


def _skill(text: str) -> tuple[str, int]:
    name, _, level = text.partition(":")
    if not name or not level.isdecimal():
        raise refuse(f"'{text}' is no skill with a level", "write it as gas:3")
    return name, int(level)


def consult(
    agent: Number,
    kind: Annotated[str, typer.Argument(help="agent, extension, phone or outside", metavar="KIND")],
    target: Annotated[str, typer.Argument(help="whom: a work number, an extension, a phone, a number")],
    json: Json = False,
) -> None:
    """Put an agent's caller on hold and let the agent ask somebody."""
    _agent(overview(), agent)
    _one_of(kind, CONSULTED)
    event = ConsultAsked(agent=AgentId(agent), kind=kind, target=target)
    put(event, f"{agent} asks {kind} {target}", json)


def take_back(agent: Number, json: Json = False) -> None:
    """End an agent's consultation; they go on with the caller."""
    _agent(overview(), agent)
    put(TakeBackAsked(agent=AgentId(agent)), f"{agent} takes the caller back", json)


def transfer(
    agent: Number,
    kind: Annotated[str, typer.Argument(help="queue, agent, extension, phone or outside", metavar="[KIND]")] = "",
    target: Annotated[str, typer.Argument(help="where to, unannounced", metavar="[TARGET]")] = "",
    reason: Annotated[str, typer.Option(help="why, kept in the record")] = "",
    json: Json = False,
) -> None:
    """Hand an agent's caller over: to whom the agent is asking, or with KIND and TARGET unannounced."""
    _agent(overview(), agent)
    if kind:
        _one_of(kind, ("queue", *CONSULTED))
    if bool(kind) != bool(target):
        raise refuse("a transfer needs both, KIND and TARGET, or neither", "hotline agents transfer 1001 queue sales")
    event = TransferAsked(agent=AgentId(agent), kind=kind, target=target, reason=reason)
    put(event, f"{agent} hands the caller over" + (f" to {kind} {target}" if kind else ""), json)


def _one_of(kind: str, known: tuple[str, ...]) -> None:
    if kind not in known:
        raise unknown("kind", kind, [*known])


def pin(
    agent: Number,
    set_: Annotated[bool, typer.Option("--set", help="ask for a new PIN and keep its hash")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="back to the first PIN; ends a lock")] = False,
    json: Json = False,
) -> None:
    """Print an agent's first PIN, or set one of their own. A PIN once set cannot be read back."""
    settings, site = _settings_and_site()
    _known(site, agent)
    pins = Pins(settings.home, Secrets.load_or_create(settings.home).site_key)
    number = AgentId(agent)
    if set_:
        pins.set_pin(
            number, typer.prompt("new PIN (4 to 12 digits)", hide_input=True, confirmation_prompt=True, err=True)
        )
    elif reset:
        pins.reset(number)
    own = pins.has_own(number)
    if json:
        print_json({"agent": agent, "own": own, "pin": None if own else pins.initial_pin(number)})
    elif own:
        typer.echo(f"{agent} has a PIN of their own, kept as a hash (--reset gives them the first one again)")
    else:
        typer.echo(f"{agent} signs in with the first PIN {pins.initial_pin(number)}")


def phone(
    agent: Number,
    new: Annotated[bool, typer.Option("--new", help="make a new password; the old one ends")] = False,
    json: Json = False,
) -> None:
    """Say how to register an agent's usual phone."""
    settings, site = _settings_and_site()
    name = PhoneName(_known(site, agent))
    secrets = Secrets.load_or_create(settings.home)
    if new:
        password: str | None = secrets.renew_phone(name)
    else:
        try:
            password = secrets.phone_password(name)
        except SettingsError:
            password = None  # set by hand: only its digest is kept
    is_up = holder(Folders.of(settings).lock) != 0
    is_live = new and is_up and asyncio.run(refresh(settings, site, secrets))
    server = f"{settings.host}:{settings.sip_port}"
    codecs = list(site.phones[name].codecs)
    if json:
        print_json({"agent": agent, "username": name, "password": password, "server": server, "codecs": codecs})
        return
    typer.echo(f"server    {server} (UDP or TCP)")
    typer.echo(f"username  {name}")
    typer.echo(f"password  {password or '(set by hand; --new makes another)'}")
    typer.echo(f"codecs    {', '.join(codecs)}")
    if new and is_live:
        typer.echo("the new password holds now")
    elif new:
        typer.echo("the new password holds once Asterisk has read it: hotline up writes its configuration")


def _agent(seen: dict[str, Any], agent: str) -> dict[str, Any]:
    return row_of(seen["agents"], "agent", agent, "agent")


def _settings_and_site() -> tuple[Settings, Site]:
    settings = settings_of()
    return settings, load_site(settings.site)


def _known(site: Site, agent: str) -> str:
    """Return the usual phone of an agent of the site."""
    found = site.floor.agents.get(AgentId(agent))
    if found is None:
        raise unknown("agent", agent, [*site.floor.agents])
    return found.phone or agent
