"""A command loads what it needs and no more: heavy libraries only where they are used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from router.cli import commands

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
COUNTING = {"duckdb", "pyarrow", "numpy", "matplotlib", "weasyprint", "xlsxwriter"}
"""What measures and reports are made with."""
HEAVY = COUNTING | {"aiohttp", "aioari", "panoramisk", "router.app", "router.wallboard"}

RUN = """
import json, sys
from router.cli import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def loaded(tmp_path: Path, *words: str) -> tuple[int, set[str]]:
    """Run a command in a process of its own; return its exit code and the modules it loaded."""
    mine = {
        "HOTLINE_HOME": str(tmp_path),
        "HOTLINE_SITE": str(ROOT / "ivr_flows" / "demo"),
        "HOTLINE_REDIS_PORT": "1",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words],
        env=os.environ | mine,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, set(modules)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["check"], 0),
        (["why", "--last"], 1),  # no Redis there
        (["events"], 1),
        (["agents", "--help"], 0),
        (["calls", "--help"], 0),
        (["up", "--help"], 0),
        (["schema", "records"], 0),
    ],
)
def test_a_command_loads_no_library_it_does_not_use(tmp_path: Path, words: list[str], code: int) -> None:
    got, modules = loaded(tmp_path, *words)
    allowed = {"aiohttp"} if words[0] == "up" else set()  # it starts parts and waits for them
    assert (got, HEAVY & modules - allowed) == (code, set())


def test_help_of_all_loads_no_command(tmp_path: Path) -> None:
    _, modules = loaded(tmp_path, "--help")
    assert not modules & {f"router.cli.{listed.module}" for listed in commands.COMMANDS.values()}


def test_a_command_that_speaks_to_the_router_needs_no_library_of_reports(tmp_path: Path) -> None:
    code, modules = loaded(tmp_path, "status")
    assert (code, COUNTING & modules) == (1, set())  # no router there


@pytest.mark.parametrize("name", ["agents", "calls", "callbacks", "events", "messages", "queues", "status", "surge"])
def test_a_command_that_looks_at_the_line_needs_no_core(tmp_path: Path, name: str) -> None:
    _, modules = loaded(tmp_path, name, "--help")
    assert "router.callcontrol" not in modules


def test_a_command_that_counts_does_load_them(tmp_path: Path) -> None:
    """So the tests above can fail."""
    _, modules = loaded(tmp_path, "measures", "--help")
    assert {"duckdb", "pyarrow"} <= modules


def test_the_router_loads_no_library_of_reports() -> None:
    code = "import router.__main__, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    modules = set(json.loads(done.stdout))
    assert "router.app" in modules
    assert not COUNTING & modules


def test_nothing_that_takes_time_is_loaded_before_ctrl_c_is_answered_for() -> None:
    code = "import router.cli, sys; print([name for name in ('typer', 'pydantic', 'rich') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_every_command_is_listed_with_the_first_sentence_of_its_own_help() -> None:
    listed = {name: listed.help for name, listed in commands.COMMANDS.items()}
    assert listed == {name: commands.load(name).get_short_help_str(500) for name in commands.COMMANDS}
    assert list(listed) == sorted(listed)


def test_every_module_with_a_command_is_listed() -> None:
    folder = Path(commands.__file__).parent
    having = {path.stem for path in folder.glob("*.py") if "\ndef register(" in path.read_text()}
    assert having == {listed.module for listed in commands.COMMANDS.values()}
