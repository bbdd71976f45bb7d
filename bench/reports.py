"""``python -m bench.reports``: how long a report takes over 1,000,000 calls of a month, with the weeks before in reach.

Each figure is one command from start to end, as a timer would run it, in a process of its own.
"""

import argparse
import datetime
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.synthetic import AGENTS, make_archive
from router.core.calendar import day_number, day_text

SITE = Path(__file__).parents[1] / "ivr_flows" / "demo"
FIRST, AFTER = (day_number(text) for text in ("2026-10-01", "2026-11-01"))
DAYS_BEFORE = 42
"""The weeks a forecast is made from."""
_COMMAND = "from router.cli import main; main()"
_RUNS = (
    ("month", "2026-10", "html"),
    ("month", "2026-10", "pdf"),
    ("month", "2026-10", "xlsx"),
    ("month", "2026-10", "csv"),
    ("week", "2026-W43", "pdf"),
    ("day", "2026-10-21", "pdf"),
)


def make(home: Path, calls_in_month: int) -> int:
    """Write an archive and a roster into a line's home; returns how many calls there are."""
    count = make_archive(
        home / "archive", FIRST - DAYS_BEFORE, AFTER - FIRST + DAYS_BEFORE, calls_in_month // (AFTER - FIRST)
    )
    folder = home / "figures"
    folder.mkdir(parents=True)
    (folder / "shifts.csv").write_text("shift,from,to,breaks\nearly,07:00,17:00,12:00-12:30\nlate,12:00,22:00,\n")
    dates = [day_text(day) for day in range(FIRST, AFTER)]
    roster = [
        f"{date},{agent},{('early', 'late')[number % 2]}"
        for date in dates
        for number, agent in enumerate(AGENTS.tolist())
        if (number + datetime.date.fromisoformat(date).day) % 7 > 1
    ]
    (folder / "roster.csv").write_text("\n".join(["date,agent,shift", *roster]) + "\n")
    return count


def main() -> None:
    """Make the archive and time the reports."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000, help="calls in the month")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        home = Path(folder)
        began = time.perf_counter()
        count = make(home, asked.calls)
        print(f"{count:,} calls in {AFTER - FIRST + DAYS_BEFORE} days, {asked.calls:,} of them in the month; ", end="")
        print(f"made in {time.perf_counter() - began:.0f} s")
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
        print("report  format  seconds  of CPU", flush=True)
        environment = {**os.environ, "HOTLINE_SITE": str(SITE), "HOTLINE_REDIS_PORT": "1"}
        for kind, date, form in _RUNS:
            words = ["--home", folder, "report", kind, "--date", date, "--format", form, "--out", f"{folder}/out/"]
            began, cpu_s = time.perf_counter(), _cpu_s()
            subprocess.run([sys.executable, "-c", _COMMAND, *words, "--quiet"], check=True, env=environment)
            print(f"{kind:7} {form:6} {time.perf_counter() - began:8.1f} {_cpu_s() - cpu_s:7.1f}", flush=True)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
