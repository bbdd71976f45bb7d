"""The command line ``hotline``: one file per command, listed in ``commands.py`` and loaded when it is meant.

Exit codes: 0 all is well, 1 findings (or a part of the line is away), 2 usage. No traceback for a user's mistake, nor
for Ctrl-C at any moment: so nothing that takes time is loaded before :func:`run` can answer for it.
"""

import itertools
import sys

from router.errors import HotlineError, SettingsError

__all__ = ["main", "run"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every expected error becomes a sentence and its cure on stderr."""
    try:
        from router.cli.commands import build

        build()(args=_home_first(arguments), prog_name="hotline")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except HotlineError as error:
        from router.cli.output import complain

        complain(error)
        return 2 if isinstance(error, SettingsError) else 1
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
