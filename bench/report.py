"""Writes what was measured: machine, versions, date, command, figures, ratios."""

import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path(__file__).parent / "RESULTS.md"


class Measured(NamedTuple):
    """One run: ``who`` at ``per_second``; ``waits_ms`` sorted; ``made`` calls in all."""

    who: str
    per_second: int
    made: int
    waits_ms: list[float]

    def percentile(self, share: float) -> float:
        """Return the wait that ``share`` of the calls had at most (nearest rank)."""
        return self.waits_ms[min(int(share * len(self.waits_ms)), len(self.waits_ms) - 1)]


def write(
    runs: list[Measured], asterisk: str, agents: int, decisions: list[dict[str, Any]], simulated: tuple[int, float]
) -> str:
    """Write RESULTS.md and return its text.

    ``decisions`` are the rows of ``bench.decision``; ``simulated`` is (calls, seconds of CPU).
    """
    calls, cpu_s = simulated
    decided = "\n".join(
        f"| {row['agents']:,} | {row['waiting']:,} | {row['requirements']} | {row['decision']}"
        f" | {row['p50_ns'] / 1_000:.1f} | {row['p99_ns'] / 1_000:.1f} |"
        for row in decisions
    )
    rows = "\n".join(
        f"| {run.who} | {run.per_second} | {len(run.waits_ms)} of {run.made} | {run.percentile(0.5):.1f}"
        f" | {run.percentile(0.95):.1f} | {run.waits_ms[-1]:.1f} |"
        for run in runs
    )
    text = f"""# Arrival to bridge

From the caller's channel appearing in Asterisk to caller and agent being in one bridge, both by Asterisk's own time
stamps (AMI `Newchannel`, `BridgeEnter`), for the router and for `app_queue` (autofill, retry 1) on the same Asterisk,
with the same {agents} agents' phones (SIPp, answering at once) in the same run. A flow of one enqueue, no greeting; an
agent is free. Figures of one machine say little: read the ratios.

| who | calls/s | bridged | p50 ms | p95 ms | max ms |
|---|---|---|---|---|---|
{rows}

{_ratios(runs)}

# A decision

Who gets whom, in call control alone: an agent who becomes free with callers waiting, a caller who comes. 30 skills,
3 to 6 a head at levels 1 to 5. The target is a p99 of 50 us at the largest. Alone: `python -m bench.decision`.

| agents | waiting | requirements | decision | p50 us | p99 us |
|---|---|---|---|---|---|
{decided}

# The simulator

`hotline simulate --model` with 14 agents and 200 calls an hour: {calls:,} calls took {cpu_s:.1f} s of one core,
{cpu_s / calls * 1e6:.0f} us a call, {cpu_s / calls * 1e6:.0f} s for a million (the target is 60).

# The machine

- Machine: {_processor()}, {os.cpu_count()} cores, {_memory()}; everything on it: Asterisk, Redis, router, SIPp
- Versions: Asterisk {asterisk}, Python {platform.python_version()}, {_sipp()}, {_system()}
- Date: {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC
- Command: `make bench` (`python -m bench {" ".join(sys.argv[1:])}`)
"""
    text = text.replace("python -m bench `)", "python -m bench`)")
    RESULTS.write_text(text)
    return text


def _ratios(runs: list[Measured]) -> str:
    lines = []
    for rate in sorted({run.per_second for run in runs}):
        ours, theirs = (
            next(r for r in runs if r.who == who and r.per_second == rate) for who in ("router", "app_queue")
        )
        ratio = theirs.percentile(0.5) / ours.percentile(0.5)
        lines.append(f"At {rate} calls/s `app_queue` takes **{ratio:.0f} times** as long (p50).")
    return "\n".join(lines)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> str:
    kib = int(Path("/proc/meminfo").read_text().split()[1])
    return f"{kib / 1024 / 1024:.0f} GiB"


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


def _sipp() -> str:
    said = subprocess.run(["sipp", "-v"], capture_output=True, text=True, check=False).stdout.split()
    return f"SIPp {said[1].rstrip('.')}" if len(said) > 1 else "SIPp"
