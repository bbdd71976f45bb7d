"""Shows what is being done while the line starts: one line a step, on stderr."""

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console


class Progress:
    """Prints each step when it begins (a spinner on a terminal) and when it is done, with the time it took."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show ``what`` while the block runs. A block that raises leaves the error to its caller."""
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{what} ..."):
                yield
        else:
            self.say(f"{what} ...")
            yield
        self.say(f"{what}: done in {time.monotonic() - started:.1f} s")

    def say(self, message: str) -> None:
        """Print a line."""
        self._console.print(message, markup=False)
