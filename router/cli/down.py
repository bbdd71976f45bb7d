"""``hotline down``: stops the line of this home and waits until it has ended."""

import os
import signal
import time

import typer

from router.cli.options import settings_of
from router.errors import SetupError
from router.line.folders import Folders
from router.line.lock import holder

_PATIENCE_S = 40.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("down")(down)


def down() -> None:
    """Stop the line that is up in this home, and wait until everything of it has ended. Calls are hung up."""
    folders = Folders.of(settings_of())
    pid = holder(folders.lock)
    if pid == 0:
        typer.echo(f"no line is up in {folders.home}")
        return
    stop(folders, pid)
    typer.echo("the line is down")


def stop(folders: Folders, pid: int, patience_s: float = _PATIENCE_S) -> None:
    """Ask the supervisor ``pid`` of a home to stop and wait until it has.

    Raises:
        SetupError: it may not be signalled, or has not ended in time.
    """
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise SetupError(f"the line (pid {pid}) was started by another account", "run as that account") from None
    deadline = time.monotonic() + patience_s
    while holder(folders.lock) == pid:
        if time.monotonic() > deadline:
            raise SetupError(f"the line (pid {pid}) has not ended after {patience_s:g} s", f"kill -9 {pid} ends it all")
        time.sleep(0.1)
