"""``hotline prompts``: builds the sound files callers hear, and says which texts are missing."""

from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from router.adapters.prompts import missing_sounds
from router.cli.check import Where, sites_at
from router.cli.options import Json, settings_of
from router.cli.output import print_json
from router.errors import SiteError
from router.flowfile.prompts import Prompts, read_prompts
from router.publishing import build_site_prompts, sounds_of
from router.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="What the line says: build and check its sound files.", no_args_is_help=True)
    group.command("build")(build)
    group.command("missing")(missing)
    app.add_typer(group, name="prompts")


def build(path: Where = None, json: Json = False) -> None:
    """Make the sound files that are missing or whose text or recording has changed."""
    settings = settings_of()
    site = _site(path, settings)
    if json:
        print_json({"built": build_site_prompts(site, settings)})
        return
    console = Console()
    bar = Progress(TextColumn("prompts"), BarColumn(), MofNCompleteColumn(), console=console)
    with bar:
        task = bar.add_task("prompts", total=None)
        made = build_site_prompts(site, settings, lambda done, total: bar.update(task, completed=done, total=total))
    typer.echo(f"{len(made)} made, in {prompts_folder(settings)}")


def missing(path: Where = None, json: Json = False) -> None:
    """List prompts that one language has and another lacks, and those not built yet. Exit 1 where there are any."""
    settings = settings_of()
    prompts = _read(_site(path, settings))
    every = sorted({name for texts in prompts.values() for name in texts})
    texts = [
        {"language": lang, "name": name} for lang in sorted(prompts) for name in every if name not in prompts[lang]
    ]
    unbuilt = missing_sounds(sounds_of(prompts), prompts_folder(settings))
    if json:
        print_json({"texts": texts, "sounds": unbuilt})
    else:
        for text in texts:
            typer.echo(f"{text['language']}: no text or recording of '{text['name']}'")
        for sound in unbuilt:
            typer.echo(f"not built yet: {sound} (hotline prompts build)")
        typer.echo(f"{len(texts)} missing, {len(unbuilt)} to build")
    raise typer.Exit(1 if texts or unbuilt else 0)


def prompts_folder(settings: Settings) -> Path:
    """Return where the router writes sound files: ``prompts`` in the folder it shares with Asterisk."""
    shared = settings.shared.partition(":")[0]
    return (Path(shared) if shared else settings.home / "shared") / "prompts"


def _read(site: Path) -> Prompts:
    prompts, findings = read_prompts(site)
    if findings:
        raise SiteError("\n".join(str(finding) for finding in sorted(findings)), "correct the texts")
    return prompts


def _site(path: Path | None, settings: Settings) -> Path:
    return sites_at(path or settings.site)[0]
