"""``hotline test``: runs the ``*.test.yaml`` of a hotline on the production interpreter."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from router.cli.check import Where, sites_at
from router.cli.options import Json, settings_of
from router.cli.output import print_json, refuse
from router.flowtest import Results, run_tests

Only = Annotated[str, typer.Option("-k", metavar="NAME", help="only tests whose name contains this")]
Covered = Annotated[bool, typer.Option("--coverage", help="list the nodes and branches no test goes through")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test")(test)


def test(path: Where = None, only: Only = "", coverage: Covered = False, json: Json = False) -> None:
    """Run a hotline's tests, the *.test.yaml beside its flows (default: the site of the settings).

    Exit 1 where one fails or a test file has a mistake.
    """
    folders = sites_at(path or settings_of().site)
    all_results = [_only_file(run_tests(folder, only=only), path) for folder in folders]
    if only and not any(results.cases for results in all_results):
        raise refuse(f"no test's name contains '{only}'", "hotline test lists them all")
    if json:
        print_json({"ok": all(results.ok for results in all_results), "sites": [_plain(r) for r in all_results]})
    else:
        for results in all_results:
            _tell(results, coverage)
    raise typer.Exit(0 if all(results.ok for results in all_results) else 1)


def _only_file(results: Results, path: Path | None) -> Results:
    """Return the results of one test file, where that is what was named."""
    if path is None or not path.name.endswith(".test.yaml"):
        return results
    name = path.resolve()
    return msgspec.structs.replace(
        results,
        cases=tuple(case for case in results.cases if Path(case.place.file).resolve() == name),
        findings=tuple(finding for finding in results.findings if Path(finding.file).resolve() == name),
    )


def _tell(results: Results, everything: bool) -> None:
    for finding in results.findings:
        typer.echo(str(finding))
    flow = None
    for case in results.cases:
        if case.flow != flow:
            flow = case.flow
            typer.echo(flow)
        if case.failure is None:
            typer.echo(f"  {typer.style('ok    ', fg='green')}  {case.name}")
        else:
            typer.echo(f"  {typer.style('FAILED', fg='red')}  {case.name}")
    for case in results.failed:
        typer.echo(f"\n{typer.style('FAILED', fg='red')}  {case.name}\n  {case.failure}")
    if results.cases:
        typer.echo("")
    if everything:
        _tell_coverage(results)
    typer.echo(f"{results.folder}: {_summary(results)}")


def _tell_coverage(results: Results) -> None:
    for flow in results.coverage.flows:
        nodes = f"nodes {flow.node_count - len(flow.nodes_missed)} of {flow.node_count}"
        branches = f"branches {flow.branch_count - len(flow.branches_missed)} of {flow.branch_count}"
        typer.echo(f"{flow.flow}: {nodes}, {branches}")
        for node in flow.nodes_missed:
            typer.echo(f"  no test comes to node {node}")
        for branch in flow.branches_missed:
            typer.echo(f"  no test takes {branch}")
    typer.echo("")


def _summary(results: Results) -> str:
    failed = len(results.failed)
    if not results.cases and not results.findings:
        return "no tests; write them into *.test.yaml beside the flows"
    parts = [f"{len(results.cases) - failed} passed"]
    if failed:
        parts.append(f"{failed} failed")
    if results.findings:
        parts.append(f"{len(results.findings)} mistakes in test files" if len(results.findings) > 1 else "1 mistake")
    nodes, branches = results.coverage.nodes, results.coverage.branches
    return f"{', '.join(parts)}; nodes {nodes[0]} of {nodes[1]}, branches {branches[0]} of {branches[1]}"


def _plain(results: Results) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(results)
    return {**plain, "ok": results.ok}
