"""The command line ``hotline``: one file per command, listed in ``commands.py`` and loaded when it is meant.

Exit codes: 0 all is well, 1 findings (or a part of the line is away), 2 usage. No traceback for a user's mistake.
"""

import itertools
import sys

import typer

from router.cli.commands import LoadedWhenMeant
from router.cli.options import Home, settings_of
from router.cli.output import complain
from router.errors import HotlineError, SettingsError

__all__ = ["build", "main", "settings_of"]


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


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every expected error becomes a sentence and its cure on stderr."""
    try:
        build()(args=_home_first(arguments), prog_name="hotline")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except SettingsError as error:
        complain(error)
        return 2
    except HotlineError as error:
        complain(error)
        return 1
    return 0


def _home_first(arguments: list[str]) -> list[str]:
    """Let ``--home FOLDER`` stand anywhere: it is an option of the whole command line."""
    home: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--home":
            home = [word, *itertools.islice(words, 1)]
        elif word.startswith("--home="):
            home = [word]
        elif word == "--":
            rest += [word, *words]
        else:
            rest.append(word)
    return home + rest
