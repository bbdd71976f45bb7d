"""``hotline doctor``: looks at this machine and says what is missing for the line, and what to do."""

import dataclasses

import typer

from router.cli.options import Json, settings_of
from router.cli.output import print_json
from router.flowfile import check_site
from router.flowfile.diagnostics import errors
from router.line.checkup import Finding, look


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(json: Json = False) -> None:
    """Look at this machine: programs, rights, ports, folders, Asterisk. Exit 1 where something needed is missing."""
    settings = settings_of()
    findings = look(settings)
    mistakes = len(errors(check_site(settings.site)))
    findings.append(Finding("YAML", not mistakes, f"{settings.site}: mistakes: {mistakes}", "hotline check lists them"))
    well = all(finding.ok or not finding.needed for finding in findings)
    if json:
        print_json({"ok": well, "findings": [dataclasses.asdict(finding) for finding in findings]})
    else:
        width = max(len(finding.what) for finding in findings)
        for finding in findings:
            mark = "ok     " if finding.ok else "MISSING" if finding.needed else "without"
            typer.echo(f"{mark}  {finding.what.ljust(width)}  {finding.detail}")
            if not finding.ok:
                typer.echo(f"{' ' * (width + 11)}try: {finding.cure}")
    raise typer.Exit(0 if well else 1)
