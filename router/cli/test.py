"""``hotline test``: runs the ``*.test.yaml`` of a hotline on the production interpreter."""

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import typer

from router.cli.check import Where, sites_at
from router.cli.options import Json, Lang, Language, settings_of
from router.cli.output import print_json, refuse
from router.flowfile.chinese import in_chinese as finding_in_chinese
from router.flowtest import Results, run_tests
from router.flowtest.chinese import in_chinese
from router.flowtest.results import Failure

Only = Annotated[str, typer.Option("-k", metavar="NAME", help="only tests whose name contains this")]
Covered = Annotated[bool, typer.Option("--coverage", help="list the nodes and branches no test goes through")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test")(test)


def test(
    path: Where = None,
    only: Only = "",
    coverage: Covered = False,
    json: Json = False,
    lang: Lang = Language.EN,
) -> None:
    """Run a hotline's tests, the *.test.yaml beside its flows (default: the site of the settings).

    Exit 1 where one fails or a test file has a mistake.
    """
    folders = sites_at(path or settings_of().site)
    all_results = [_only_file(run_tests(folder, only=only), path) for folder in folders]
    if only and not any(results.cases for results in all_results):
        raise refuse(f"no test's name contains '{only}'", "hotline test lists them all")
    if lang is Language.ZH:
        all_results = [_chinese(results) for results in all_results]
    if json:
        print_json({"ok": all(results.ok for results in all_results), "sites": [_plain(r) for r in all_results]})
    else:
        for results in all_results:
            _tell(results, coverage, _WORDS[lang])
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


class _Words(NamedTuple):
    """The frame around what tests say."""

    passed: str
    failed: str
    hint: str
    expected: str
    found: str
    so_far: str
    nodes: str
    branches: str
    no_visit: str
    not_taken: str
    none: str
    summary: str
    failures: str
    mistakes: str


_WORDS = {
    Language.EN: _Words(
        "ok    ", "FAILED", "hint: ", "expected: ", "found:    ", "so far:", "nodes {0} of {1}", "branches {0} of {1}",
        "no test comes to node {0}", "no test takes {0}", "no tests; write them into *.test.yaml beside the flows",
        "{0} passed", "{0} failed", "{0} mistakes in test files",
    ),
    Language.ZH: _Words(
        "通过  ", "失败  ", "建议：", "应为：", "实际：", "经过：", "节点 {0}/{1}", "分支 {0}/{1}",
        "没有测试到达节点 {0}", "没有测试走过 {0}", "没有测试；请写在流程旁边的 *.test.yaml 里",
        "{0} 项通过", "{0} 项失败", "测试文件有 {0} 处错误",
    ),
}  # fmt: skip


def _chinese(results: Results) -> Results:
    findings = tuple(finding_in_chinese(finding) for finding in results.findings)
    return msgspec.structs.replace(in_chinese(results), findings=findings)


def _told(failure: Failure, words: _Words) -> str:
    text = str(failure)
    english = _WORDS[Language.EN]
    for mine, theirs in ((english.expected, words.expected), (english.found, words.found)):
        text = text.replace(f"\n    {mine}", f"\n    {theirs}", 1)
    return text.replace(f"\n    {english.so_far}\n", f"\n    {words.so_far}\n", 1)


def _tell(results: Results, everything: bool, words: _Words) -> None:
    for finding in results.findings:
        typer.echo(str(finding).replace("\n    hint: ", f"\n    {words.hint}"))
    flow = None
    for case in results.cases:
        if case.flow != flow:
            flow = case.flow
            typer.echo(flow)
        if case.failure is None:
            typer.echo(f"  {typer.style(words.passed, fg='green')}  {case.name}")
        else:
            typer.echo(f"  {typer.style(words.failed, fg='red')}  {case.name}")
    for case, failure in ((case, case.failure) for case in results.failed if case.failure is not None):
        typer.echo(f"\n{typer.style(words.failed, fg='red')}  {case.name}\n  {_told(failure, words)}")
    if results.cases:
        typer.echo("")
    if everything:
        _tell_coverage(results, words)
    typer.echo(f"{results.folder}: {_summary(results, words)}")


def _tell_coverage(results: Results, words: _Words) -> None:
    for flow in results.coverage.flows:
        nodes = words.nodes.format(flow.node_count - len(flow.nodes_missed), flow.node_count)
        branches = words.branches.format(flow.branch_count - len(flow.branches_missed), flow.branch_count)
        typer.echo(f"{flow.flow}: {nodes}, {branches}")
        for node in flow.nodes_missed:
            typer.echo(f"  {words.no_visit.format(node)}")
        for branch in flow.branches_missed:
            typer.echo(f"  {words.not_taken.format(branch)}")
    typer.echo("")


def _summary(results: Results, words: _Words) -> str:
    failed = len(results.failed)
    if not results.cases and not results.findings:
        return words.none
    parts = [words.summary.format(len(results.cases) - failed)]
    if failed:
        parts.append(words.failures.format(failed))
    if results.findings:
        parts.append(words.mistakes.format(len(results.findings)))
    nodes, branches = results.coverage.nodes, results.coverage.branches
    return f"{', '.join(parts)}; {words.nodes.format(*nodes)}, {words.branches.format(*branches)}"


def _plain(results: Results) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(results)
    return {**plain, "ok": results.ok}
