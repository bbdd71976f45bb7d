"""Every line of the log about a call carries its ``call_id``: read from the source, so that none is forgotten."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROUTER = Path(__file__).parents[3] / "router"
SHELL = sorted([*(ROUTER / "adapters").glob("*.py"), ROUTER / "app.py", ROUTER / "engine.py"])
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
OF_A_CALL = {"call", "command", "commands", "event", "leg"}
"""Names by which the shell has a call at hand."""


class Line(ast.NodeVisitor):
    """Collects the calls of ``log`` with the names that are at hand where they stand."""

    def __init__(self) -> None:
        self.found: list[tuple[ast.Call, set[str]]] = []
        self._names: list[set[str]] = []

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = node.args
        self._names.append({one.arg for one in (*arguments.args, *arguments.kwonlyargs)})
        self.generic_visit(node)
        self._names.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Call(self, node: ast.Call) -> None:
        owner, _, level = ast.unparse(node.func).partition(".")
        if owner == "log" and level in LEVELS:
            self.found.append((node, set().union(*self._names)))
        self.generic_visit(node)


def lines(path: Path) -> Iterator[tuple[ast.Call, set[str]]]:
    visitor = Line()
    visitor.visit(ast.parse(path.read_text()))
    yield from visitor.found


def names_call(node: ast.Call) -> bool:
    """``extra={"call_id": ...}``, or a function of the call that makes it."""
    extra = next((keyword.value for keyword in node.keywords if keyword.arg == "extra"), None)
    return extra is not None and ("call_id" in ast.unparse(extra) or ast.unparse(extra).startswith("_of("))


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
def test_what_is_about_a_call_says_which(path: Path) -> None:
    silent = [
        f"{path.name}:{node.lineno}: {ast.unparse(node)}"
        for node, names in lines(path)
        if names & OF_A_CALL and not names_call(node)
    ]
    assert not silent, 'say which call: extra={"call_id": ...}'


def test_the_search_sees_what_is_there() -> None:
    found = {path.name: sum(bool(names & OF_A_CALL) for _, names in lines(path)) for path in SHELL}
    assert found["ari_orders.py"] >= 6 and found["lookups.py"] >= 2 and found["app.py"] >= 2
    assert found["ari_lanes.py"] >= 1 and found["notices.py"] >= 1 and found["engine.py"] >= 2
