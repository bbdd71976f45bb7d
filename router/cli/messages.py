"""``hotline messages``: what callers have left: who takes it on, listening to it, done, deleting it."""

import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from router.adapters.recordings import recording_path
from router.cli.moments import on_clock
from router.cli.options import Json, settings_of
from router.cli.output import print_json, print_table, refuse, span
from router.cli.reach import overview, put, row_of, with_router
from router.core.events import CallbackAddAsked, CallerMessagesAsked, MessageAsked
from router.core.ids import AgentId
from router.line.folders import Folders

PLAYERS: tuple[tuple[str, ...], ...] = (
    ("paplay",),
    ("aplay", "-q"),
    ("play", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)
"""Programs that let a WAV file be heard on this machine, in the order in which they are tried."""

commands = typer.Typer(help="Messages callers have left: claim, hear, finish and delete them.")
Number = Annotated[str, typer.Argument(metavar="ID", help="the message's number, as the list shows it")]
Who = Annotated[str, typer.Option("--agent", help="work number of the agent who does it")]
By = Annotated[str, typer.Option("--by", help="who asks for it, for the records")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="messages")


@commands.callback(invoke_without_command=True)
def messages(context: typer.Context, json: Json = False) -> None:
    """Messages callers have left: claim, hear, finish and delete them."""
    if context.invoked_subcommand is None:
        list_(json=json)


@commands.command("list")
def list_(
    box: Annotated[str, typer.Option(help="only those in this box")] = "",
    agent: Annotated[str, typer.Option(help="only those this agent may answer")] = "",
    everything: Annotated[bool, typer.Option("--all", help="those that are done, too")] = False,
    json: Json = False,
) -> None:
    """List the messages that are to be answered, the oldest first."""
    seen = overview()
    groups = set(row_of(seen["agents"], "agent", agent, "agent")["groups"]) if agent else set()
    rows = [
        row
        for row in with_router(lambda control: control.messages(done_too=everything))
        if (not box or row["box"] == box) and (not agent or not row["groups"] or groups & set(row["groups"]))
    ]
    if json:
        print_json(rows)
        return
    zone = ZoneInfo(seen["time_zone"])
    print_table(
        ("id", "box", "left", "length", "caller", "dialled", "state", "by", "answer by", ""),
        (
            (
                row["message"],
                row["box"],
                on_clock(row["left_at_ms"], zone),
                span(row["length_ms"]),
                row["caller"] or "withheld",
                row["did"] or "-",
                row["stage"],
                row["agent"],
                on_clock(row["due_at_ms"], zone) if row["due_at_ms"] else "-",
                "LATE" if row["late"] else "",
            )
            for row in rows
        ),
        "no messages",
    )


@commands.command()
def show(message: Number, json: Json = False) -> None:
    """Show all that is known of a message: caller, call, and what they had answered."""
    row, zone = _row(message), ZoneInfo(overview()["time_zone"])
    if json:
        print_json(row)
        return
    words = {
        name.removesuffix("_ms"): on_clock(row[name], zone) if row[name] else "-"
        for name in row
        if name.endswith("_at_ms")
    }
    words |= {name: row[name] for name in row if not name.endswith("_ms") and name != "answers"}
    words["length"] = span(row["length_ms"])
    words["groups"] = " ".join(row["groups"]) or "everybody"
    words |= {f"answer {name}": value for name, value in row["answers"].items()}
    words["file"] = str(_file(row))
    print_table(("", ""), ((name, value) for name, value in words.items() if value not in ("", "-")), "")


@commands.command()
def claim(message: Number, agent: Who, json: Json = False) -> None:
    """Take a message on; nobody else can then, until it is released."""
    _put(message, "claim", agent, f"agent {agent} has message {message}", json)


@commands.command()
def release(message: Number, agent: Who = "", by: By = "cli", json: Json = False) -> None:
    """Give a claimed message back (without --agent: a supervisor takes it from whoever has it)."""
    _put(message, "release", agent, f"message {message} is open again", json, by=by)


@commands.command()
def done(
    message: Number,
    agent: Who = "",
    note: Annotated[str, typer.Option(help="what came of it")] = "",
    by: By = "cli",
    json: Json = False,
) -> None:
    """Say that a message has been answered."""
    _put(message, "done", agent, f"message {message} is done", json, by=by, note=note)


@commands.command()
def reopen(message: Number, agent: Who = "", by: By = "cli", json: Json = False) -> None:
    """Say that a message is not done after all."""
    _put(message, "reopen", agent, f"message {message} is open again", json, by=by)


@commands.command()
def delete(
    message: Annotated[str, typer.Argument(metavar="ID", help="the message's number")] = "",
    caller: Annotated[str, typer.Option(help="instead: all messages of the caller with this number")] = "",
    by: By = "cli",
    json: Json = False,
) -> None:
    """Delete a message, or all of one caller: work and recordings, for good. Records say that and by whom."""
    if bool(message) == bool(caller):
        raise refuse("say which message, or whose", "hotline messages delete ID, or --caller NUMBER")
    if caller:
        put(CallerMessagesAsked(caller=caller, by=by), f"all messages of {caller} are deleted", json)
    else:
        _put(message, "delete", "", f"message {message} is deleted", json, by=by)


@commands.command("call-back")
def call_back(
    message: Number,
    agent: Who,
    queue: Annotated[str, typer.Option(help="the queue that calls back (default: the one they had asked for)")] = "",
    json: Json = False,
) -> None:
    """Book a callback by an agent to whoever left a message; it goes by the rules of all callbacks."""
    row = _row(message)
    queue = queue or row["queue"]
    if not row["caller"]:
        raise refuse(f"message {message} has no number to call back", "hear it: hotline messages play")
    if not queue:
        raise refuse(f"the caller of message {message} had asked for no queue", "name one: --queue enquiry")
    ask = CallbackAddAsked(queue=queue, number=row["caller"], why=f"message {message} ({row['box']})", agent=agent)
    put(ask, f"{row['caller']} is called back by {agent}", json)


@commands.command()
def play(
    message: Number,
    out: Annotated[Path | None, typer.Option(help="copy the recording to this file instead")] = None,
    json: Json = False,
) -> None:
    """Let a message be heard on this machine, or copy it; --json says where its file is."""
    path = _file(_row(message))
    if not path.is_file():
        raise refuse(f"the recording of message {message} is not at {path}", "run this on the machine of the line")
    if json:
        print_json({"message": message, "file": str(path)})
    elif out is not None:
        try:
            shutil.copyfile(path, out)
        except OSError as error:
            raise refuse(f"{out} cannot be written: {error.strerror}", "name another file") from None
        typer.echo(f"copied to {out}")
    else:
        player = next((player for player in PLAYERS if shutil.which(player[0])), None)
        if player is None:
            names = ", ".join(player[0] for player in PLAYERS)
            raise refuse(f"no program to hear it with is here ({names})", f"copy it with --out FILE; it is {path}")
        subprocess.run([*player, str(path)], check=False)


def _put(message: str, ask: Any, agent: str, told: str, json: bool, *, by: str = "cli", note: str = "") -> None:
    put(MessageAsked(message=message, ask=ask, agent=AgentId(agent), by=by, note=note), told, json)


def _row(message: str) -> dict[str, Any]:
    rows = with_router(lambda control: control.messages(message)) if message else []
    if not rows:
        raise refuse(f"there is no message '{message}'", "see: hotline messages list --all")
    return rows[0]


def _file(row: dict[str, Any]) -> Path:
    recordings = Folders.of(settings_of()).recordings
    return recording_path(recordings, row["recording"]) or recordings / "no such name"
