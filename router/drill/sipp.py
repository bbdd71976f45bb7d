"""One SIPp process: its scenario written out, started, watched and stopped."""

import asyncio
import csv
import re
import shutil
import socket
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import jinja2

from router.errors import SetupError

_STOP_WITHIN_S = 3.0
_EXIT_SOME_FAILED = 1
_ENTRY = re.compile(r"\d{4}-\d\d-\d\d\s+[\d:.]+\s+[\d.]+: ")
_EXPECTED = "receive timeout on message"  # How our scenarios wait: SIPp reports each wait that ran out.
_templates = jinja2.Environment(
    loader=jinja2.FunctionLoader(lambda name: (files("router.drill") / "scenarios" / name).read_text("utf-8")),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    autoescape=True,
)


def free_port(host: str) -> int:
    """Return a UDP port that is free on ``host`` at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def render(scenario: str, values: Mapping[str, object]) -> str:
    """Return a scenario's XML with its placeholders filled in. A value it needs and does not get is an error."""
    return _templates.get_template(scenario).render(values)


class Sipp:
    """A SIPp process playing one scenario.

    Everything it reads and writes is in a folder of its own, removed with it. ``values`` fill the scenario's
    placeholders; ``rows`` become the list it takes a line of for each call (``[field0]``, ``[field1]``).
    """

    def __init__(self, scenario: str, values: Mapping[str, object], *, host: str) -> None:
        self.host = host
        self.port = free_port(host)
        self.folder = Path(tempfile.mkdtemp(prefix="hotline-drill-"))
        self._scenario = scenario
        self._values = values
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, sip_port: int, *options: str, rows: Sequence[Sequence[str]] = ()) -> None:
        """Start it against ``sip_port`` of ``host`` with further SIPp options.

        Raises :class:`SetupError` where SIPp is not installed.
        """
        sipp = shutil.which("sipp")
        if sipp is None:
            raise SetupError("SIPp is not installed", "apt install sip-tester, or run make setup")
        scenario = self.folder / self._scenario
        scenario.write_text(render(self._scenario, self._values), "utf-8")
        arguments = [
            *("-sf", str(scenario), "-i", self.host, "-p", str(self.port)),
            *("-mi", self.host, "-mp", str(free_port(self.host))),
            *("-nostdin", "-skip_rlimit", "-trace_err", "-error_file", str(self.folder / "errors.txt")),
            *("-trace_stat", "-stf", str(self.folder / "counts.csv"), "-fd", "1"),
        ]
        if rows:
            listed = self.folder / "rows.csv"
            listed.write_text("SEQUENTIAL\n" + "".join(";".join(row) + "\n" for row in rows), "utf-8")
            listed.chmod(0o600)
            arguments += ["-inf", str(listed)]
        # Should we be killed without a chance to tidy up, the kernel ends SIPp with us.
        self._process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "--", sipp),
            *(*arguments, *options, f"{self.host}:{sip_port}"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            cwd=self.folder,
        )

    @property
    def running(self) -> bool:
        """Say whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def finished(self) -> bool:
        """Wait for its end; return True where every call went as the scenario says.

        Raises :class:`SetupError` where SIPp could not do its work at all.
        """
        if self._process is None:
            raise SetupError("SIPp was not started")
        status = await self._process.wait()
        if status not in (0, _EXIT_SOME_FAILED):
            raise SetupError(f"SIPp ended with status {status}: {self.errors()}")
        return status == 0

    def errors(self) -> str:
        """Return the first things SIPp complained about."""
        written = self.folder / "errors.txt"
        if not written.exists():
            return "it gave no reason"
        entries = _ENTRY.split(written.read_text("utf-8", "replace"))[1:]
        told = [" ".join(entry.split()) for entry in entries if _EXPECTED not in entry]
        return " / ".join(told[:3])

    def counts(self) -> dict[str, int]:
        """Return calls ``made``, ``succeeded`` and ``failed`` so far (written once a second and at the end)."""
        written = self.folder / "counts.csv"
        lines = list(csv.DictReader(written.read_text("utf-8").splitlines(), delimiter=";")) if written.exists() else []
        if not lines:
            return {"made": 0, "succeeded": 0, "failed": 0}
        last = lines[-1]
        return {
            "made": int(last["TotalCallCreated"]),
            "succeeded": int(last["SuccessfulCall(C)"]),
            "failed": int(last["FailedCall(C)"]),
        }

    async def stop(self) -> None:
        """End the process, whatever it is doing, and remove its folder."""
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_WITHIN_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
