"""``hotline why`` and ``why-not``: the story of a call in plain sentences, and why an agent did not get it."""

import re
from typing import Annotated

import msgspec
import typer

from router.cli.options import Json, Language, SiteLang, settings_of
from router.cli.output import print_json, printable, refuse
from router.cli.reach import unknown
from router.cli.why_journal import watched
from router.cli.why_stream import EventStream, Found, event_stream
from router.core import records
from router.core.ids import AgentId, CallId, QueueName
from router.core.records import Record
from router.errors import HotlineError, JournalError, SiteError
from router.flowfile import load_site
from router.line.secrets import Secrets
from router.settings import Settings
from router.shelf import SiteShelf
from router.site import Site
from router.why import moments
from router.why.answer import Answer, explain
from router.why.phrases import LANGUAGES, Phrases
from router.why.story import tell, tell_callback
from router.why.stretches import from_stream

Call = Annotated[
    str,
    typer.Argument(metavar="[CALL]", help="the call's id, or c42 of it; a callback's, or k7 of it", show_default=False),
]


_CALLBACK = re.compile(r"(?:.+\.)?k\d+")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("why")(why)
    app.command("why-not")(why_not)


def why(
    call: Call = "",
    last: Annotated[bool, typer.Option("--last", help="the call that came in last")] = False,
    caller: Annotated[str, typer.Option("--from", metavar="NUMBER", help="the newest call from a number")] = "",
    agent: Annotated[str, typer.Option(help="the call that rang this agent last")] = "",
    at: Annotated[str, typer.Option(metavar="TIME", help="with --agent: up to then, as 10:42")] = "",
    lang: SiteLang = None,
    json: Json = False,
) -> None:
    """Tell what happened to a call, and why: queue, place, who was rung by which rule, who did not take it."""
    ways = sum((bool(call), last, bool(caller), bool(agent)))
    if ways != 1:
        raise refuse(
            "say which call" if not ways else "say one way to find the call, not several",
            "hotline why CALL, or --last, --from NUMBER, --agent 1001 --at 10:42",
        )
    if at and not agent:
        raise refuse("--at needs --agent", "hotline why --agent 1001 --at 10:42")
    settings, site = _settings_and_site()
    language = _language(lang, site)
    words = Phrases(language, site.clock)
    with event_stream(settings, site.name) as stream:
        if _CALLBACK.fullmatch(call):
            booked = stream.by_callback(call)
            if booked is None:
                raise refuse(f"there is no callback '{call}' in the stream", "see `hotline callbacks list`")
            story = tell_callback(*booked, words, language)
        else:
            found = _find(stream, site, call, caller, agent, at)
            story = tell(CallId(found.call), stream.window(found), words, language)
    if json:
        print_json(msgspec.to_builtins(story))
        return
    typer.echo(printable(f"{story.head}: {story.glance}"))
    for line in story.lines:
        typer.echo(printable(f"  {line.time}  {line.text}"))
    if story.summary:
        typer.echo(printable(story.summary))


def why_not(
    call: Annotated[str, typer.Argument(metavar="CALL", help="the call's id, or c42 of it", show_default=False)],
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="the agent's work number", show_default=False)],
    lang: SiteLang = None,
    json: Json = False,
) -> None:
    """Tell why an agent did not get a call, and what would have had to be different (reads only)."""
    settings, site = _settings_and_site()
    language = _language(lang, site)
    with event_stream(settings, site.name) as stream:
        found = _find(stream, site, call, "", "", "")
        window = stream.with_state_before(found, agent)
    words = Phrases(language, site.clock)
    answer = _answer(settings, site, found, agent, window, words, language)
    if json:
        print_json(msgspec.to_builtins(answer))
        return
    typer.echo(printable(answer.head))
    if answer.source == "stream":
        typer.echo(words.say("not.from_stream"))
    for part in answer.parts:
        typer.echo(printable(f"  {part.text}"))
    if not answer.parts:
        typer.echo(f"  {words.say('not.unknown', agent=agent)}")
    if answer.instead:
        typer.echo(printable(answer.instead))


def _answer(
    settings: Settings,
    site: Site,
    found: Found,
    agent: str,
    window: list[Record],
    words: Phrases,
    language: str,
) -> Answer:
    call, number = CallId(found.call), AgentId(agent)
    own = [record for record in window if getattr(record, "call_id", "") == call]
    queued = [record for record in own if isinstance(record, records.CallQueued)]
    if not queued:
        raise HotlineError(f"call {call} never asked for a person", f"see what it did: hotline why {call}")
    home = settings.home.absolute()
    shelf = SiteShelf(home, load_site)
    then = _version(shelf, queued[-1].config)
    if number not in (then or site).floor.agents and not any(getattr(r, "agent", "") == agent for r in window):
        raise unknown("agent", agent, [*(then or site).floor.agents])
    key = Secrets.load_or_create(settings.home).journal_key
    watch = watched(home / "journal", key, shelf, call, number, queued[0].at_ms, own[-1].at_ms)
    if watch is not None and any(stretch.found for stretch in watch.stretches):
        return explain(call, number, watch.queue, watch.stretches, watch.decisions, words, language)
    queue = QueueName(queued[-1].queue)
    stretches, decisions = from_stream(
        call,
        number,
        window,
        then.floor.agents.get(number) if then else None,
        then.floor.queues.get(queue) if then else None,
    )
    return explain(call, number, queue, stretches, decisions, words, language, source="stream")


def _version(shelf: SiteShelf, config: str) -> Site | None:
    """The version of the site a call was on, or None where its copy is gone."""
    try:
        return shelf[config]
    except (JournalError, SiteError):
        return None


def _find(stream: EventStream, site: Site, call: str, caller: str, agent: str, at: str) -> Found:
    """Find the call that is meant; a call nobody knows is a usage mistake."""
    if call:
        return _known(stream.by_id(call), f"there is no call '{call}' in the stream", "see `hotline events`, or --last")
    if caller:
        return _known(
            stream.by_caller(caller), f"there is no call from '{caller}' in the stream", "a part of its end will do"
        )
    if not agent:
        return _known(stream.newest(), "there is no call in the stream yet", "ring the hotline")
    last_ms = stream.newest_ms()
    if at:
        try:
            _, last_ms = moments.read(at, site.clock, last_ms)
        except ValueError:
            raise refuse(f"--at: '{at}' is no time of day", "as 10:42, 10:42:07 or '2026-11-21 10:42'") from None
    if AgentId(agent) not in site.floor.agents:
        raise unknown("agent", agent, [*site.floor.agents])
    return _known(
        stream.by_agent(agent, last_ms), f"no call rang {agent} in the 12 hours up to then", "see `hotline events`"
    )


def _known(found: Found | None, message: str, cure: str) -> Found:
    if found is None:
        raise refuse(message, cure)
    return found


def _language(lang: Language | None, site: Site) -> str:
    wanted = lang.value if lang is not None else site.language
    return wanted if wanted in LANGUAGES else Language.EN.value


def _settings_and_site() -> tuple[Settings, Site]:
    settings = settings_of()
    return settings, load_site(settings.site)
