"""One process of the line: started so that it cannot outlive us, its output kept in a log file."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from router.errors import SetupError

_LOG_LIMIT = 20_000_000


class Process:
    """A child process in a session of its own.

    It does not get the terminal's Ctrl-C (we stop it in our order), and the kernel kills it when we die, however that
    happens.
    """

    def __init__(self, name: str, argv: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.log = log
        self._argv = list(argv)
        self._environment = environment
        self._child: asyncio.subprocess.Process | None = None
        self._log_start = 0

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._child is not None and self._child.returncode is None

    @property
    def pid(self) -> int:
        """Its process id; 0 where it was never started."""
        return 0 if self._child is None else self._child.pid

    @property
    def returncode(self) -> int | None:
        """How it ended: an exit code, or minus the signal; None while it runs."""
        return None if self._child is None else self._child.returncode

    async def start(self) -> None:
        """Start it.

        Raises:
            SetupError: the program is not there or cannot be run.
        """
        _rotate(self.log)
        # the death signal is set by a small program and not between fork and exec, where Python code may deadlock
        argv = ["setpriv", "--pdeathsig", "KILL", "--", *self._argv]
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as output:
                self._log_start = output.tell()
                self._child = await asyncio.create_subprocess_exec(
                    *argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=self._environment,
                    start_new_session=True,
                )
        except OSError as error:
            raise SetupError(
                f"cannot start {self.name}: {error.strerror or error}", "`make setup` installs what is missing"
            ) from error

    async def wait(self) -> int:
        """Wait for its end and return its exit code."""
        if self._child is None:
            raise SetupError(f"{self.name} was not started")
        return await self._child.wait()

    async def stop(self, patience_s: float = 10.0, sign: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end and, after ``patience_s``, kill it. One already over is no error."""
        if not self.running:
            return
        self.send(sign)
        try:
            await asyncio.wait_for(self.wait(), patience_s)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Kill it (SIGKILL) with all it started in its session's process group, and wait until it is gone."""
        if self._child is None:
            return
        if self.running:
            # a stopped process takes SIGKILL too
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self.send(signal.SIGKILL)
        await self._child.wait()

    def send(self, sign: signal.Signals) -> None:
        """Send it a signal; one already over is no error."""
        if self._child is not None and self.running:
            with contextlib.suppress(ProcessLookupError):
                self._child.send_signal(sign)

    def tail(self, line_count: int = 15) -> str:
        """Return the last lines it printed since this start."""
        try:
            with self.log.open("rb") as output:
                output.seek(self._log_start)
                return "\n".join(output.read().decode(errors="replace").splitlines()[-line_count:])
        except OSError:
            return ""


def _rotate(log: Path) -> None:
    with contextlib.suppress(OSError):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_name(log.name + ".1"))
