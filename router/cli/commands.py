"""The commands there are, each in a module of its own that is loaded only when its command is meant.

So ``hotline check`` starts without DuckDB, and ``hotline --help`` without any command at all. A new command: a module
with ``register(app)`` here, and its line in :data:`COMMANDS`.
"""

import importlib
from typing import Any, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup

from router.cli.options import Home


class Listed(NamedTuple):
    """A command as ``hotline --help`` lists it: the module it is in, and the first sentence of its own help."""

    module: str
    help: str


COMMANDS = {
    "agents": Listed("agents", "Agents: who is in service, sign-in, pauses, PINs, phones."),
    "appointments": Listed("appointments", "Wake-up and reminder calls."),
    "archive": Listed("archive", "The archive: every record, in Parquet by day, for measures and reports over years."),
    "audit": Listed("audit", "Prove that board, reports and call records agree on a span."),
    "callbacks": Listed("callbacks", "Callbacks: whom we have promised to call back."),
    "calls": Listed("calls", "List the calls there are now: where each is, how long, with whom."),
    "check": Listed("check", "Check a hotline's YAML (default: the site of the settings) and list every mistake."),
    "complaints": Listed("complaints", "Complaints and the clocks they are answered and resolved by."),
    "config": Listed("config", "Versions of the site: list, compare, go back."),
    "demo": Listed(
        "demo", "Start the line, let simulated agents answer and simulated callers ring (SIPp), and show what happens."
    ),
    "doctor": Listed("doctor", "Look at this machine: programs, rights, ports, folders, Asterisk."),
    "down": Listed("down", "Stop the line that is up in this home, and wait until everything of it has ended."),
    "erase": Listed("erase", "Erase one caller's data: router, streams, archive, messages, recordings, logs."),
    "events": Listed("events", "Show the newest records of calls and agents, as they stand in Redis."),
    "extensions": Listed("extensions", "Extensions: rooms, departments."),
    "graph": Listed("graph", "Draw a flow: boxes by what they do, arrows by keys and time-outs."),
    "measures": Listed("measures", "Show measures of a span, counted from the archive (see `hotline archive`)."),
    "messages": Listed("messages", "Messages callers have left: claim, hear, finish and delete them."),
    "phones": Listed("phones", "List the registered phones, or simulate agents' phones that sign in and answer."),
    "prompts": Listed("prompts", "What the line says: build, hear and check its sound files."),
    "publish": Listed("publish", "Check a hotline's YAML, run its tests, make its prompts, and let new calls use it."),
    "queues": Listed("queues", "Queues: who waits where; close and open one by hand."),
    "report": Listed("report", "Make a report from the archive (see `hotline archive`): html, pdf, csv or xlsx."),
    "schema": Listed("schema", "Schemas of what the router writes and reads."),
    "simulate": Listed(
        "simulate", "Simulate a hotline by flags or a scenario file; the same seed gives the same result."
    ),
    "status": Listed("status", "Show the line at a glance."),
    "surge": Listed("surge", "Surge plans: who joins when queues grow; confirm, decline, release, stop, start."),
    "test": Listed(
        "test", "Run a hotline's tests, the *.test.yaml beside its flows (default: the site of the settings)."
    ),
    "try": Listed("try_", "Walk a flow in the terminal."),
    "up": Listed("up", "Start the line (Redis, Asterisk, router) and keep it up until Ctrl-C or `hotline down`."),
    "wallboard": Listed("wallboard", "Run the wallboard until Ctrl-C."),
    "why": Listed(
        "why", "Tell what happened to a call, and why: queue, place, who was rung by which rule, who did not take it."
    ),
    "why-not": Listed(
        "why", "Tell why an agent did not get a call, and what would have had to be different (reads only)."
    ),
}
"""By name, in the order of ``hotline --help``."""


class LoadedWhenMeant(TyperGroup):
    """The group of all commands: it lists them by :data:`COMMANDS`, and loads the one that is to run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, listed in COMMANDS.items():
            self.add_command(TyperCommand(name, help=listed.help))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command meant, its name and the words behind it. A name that is none is a usage mistake."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and load(cast(str, name)), rest


def load(name: str) -> Any:
    """Return a command or group of commands by its name, from its own module."""
    app = typer.Typer(rich_markup_mode=None)
    app.callback()(lambda: None)  # a group even where the module has one command alone
    importlib.import_module(f"router.cli.{COMMANDS[name].module}").register(app)
    return cast(Any, typer.main.get_group(app)).commands[name]


def build() -> typer.Typer:
    """Return the whole command line; no command is loaded yet."""
    app = typer.Typer(
        name="hotline",
        cls=LoadedWhenMeant,
        help="Run a hotline: its line, its agents, its queues, its calls.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def root(home: Home = None) -> None:
        """Run a hotline: its line, its agents, its queues, its calls."""

    return app
