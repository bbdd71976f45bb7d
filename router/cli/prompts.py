"""``hotline prompts``: builds the sound files callers hear, plays one, and says what is missing."""

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from router.adapters.prompts import engine_of, missing_sounds, sound_file
from router.cli.check import Where, sites_at
from router.cli.options import Json, settings_of
from router.cli.output import console, did_you_mean, print_json, printable, refuse
from router.errors import SiteError
from router.flowfile import check_site
from router.flowfile.prompts import Prompts, PromptText, read_prompts
from router.ivr.speech import GRAMMARS, grammar_for, prompts_of
from router.line.folders import Folders
from router.publishing import build_site_prompts, sounds_of
from router.settings import Settings

Lang = Annotated[str, typer.Option("--lang", metavar="LANGUAGE", help="only this language of prompts, such as zh")]

_PLAYERS = (
    ("play", "-q"),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-v", "error"),
)
_NO_PROMPT, _NOT_IN_LANGUAGE = "E305", "E406"
"""Codes of a prompt a flow uses that no language has, and of one that a language callers hear lacks."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="What the line says: build, hear and check its sound files.", no_args_is_help=True)
    group.command("build")(build)
    group.command("missing")(missing)
    group.command("listen")(listen)
    app.add_typer(group, name="prompts")


def build(
    path: Where = None,
    again: Annotated[bool, typer.Option("--again", help="make all, as after a new release of the engine")] = False,
    json: Json = False,
) -> None:
    """Make the sound files that are missing or whose text, voice, engine or recording has changed."""
    settings = settings_of()
    site = _site(path, settings)
    if json:
        print_json({"built": build_site_prompts(site, settings, again=again)})
        return
    columns = (TextColumn("prompts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    screen = console()
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("prompts", total=None)
        made = build_site_prompts(
            site, settings, lambda done, total: bar.update(task, completed=done, total=total), again=again
        )
    typer.echo(f"{len(made)} made, in {prompts_folder(settings)}")


def missing(path: Where = None, lang: Lang = "", json: Json = False) -> None:
    """List what is missing: texts without translation, prompts flows use that have no text, recordings without a text.

    Sounds not built yet too. Exit 1 where there are any but recordings without a text, which play all the same.
    """
    settings = settings_of()
    site = _site(path, settings)
    prompts = _read(site)
    languages = [_known(lang, prompts)] if lang else sorted(prompts)
    texts = [{"language": one, "name": name} for one in languages for name in _untranslated(one, prompts)]
    used = [
        {"place": f"{finding.file}:{finding.line}:{finding.column}", "message": finding.message}
        for finding in check_site(site)
        if finding.code == _NO_PROMPT
        or (finding.code == _NOT_IN_LANGUAGE and dict(finding.particulars).get("language") in languages)
    ]
    recordings = [
        {"language": one, "name": prompt.name, "recording": str(prompt.recording)}
        for one in languages
        for prompt in prompts[one].values()
        if prompt.recording is not None and not prompt.text
    ]
    wanted = [sound for sound in sounds_of(prompts) if sound.language in languages]
    unbuilt = missing_sounds(wanted, prompts_folder(settings), engine_of(settings))
    if json:
        print_json({"texts": texts, "used": used, "recordings": recordings, "sounds": unbuilt})
    else:
        for text in texts:
            typer.echo(f"{text['language']}: no text or recording of '{text['name']}'")
        for use in used:
            typer.echo(f"{use['place']}: {use['message']}")
        for recording in recordings:
            typer.echo(f"{recording['language']}: recording {recording['recording']} has no text beside it")
        for sound in unbuilt:
            typer.echo(f"not built yet: {sound} (hotline prompts build)")
        typer.echo(
            f"{len(texts)} without translation, {len(used)} used without text, "
            f"{len(recordings)} recordings without text, {len(unbuilt)} to build"
        )
    raise typer.Exit(1 if texts or used or unbuilt else 0)


def listen(
    name: Annotated[str, typer.Argument(metavar="NAME", help="a prompt's name, such as main_menu or router/pin")],
    path: Where = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """Play a prompt on this machine as callers hear it, or say where its file is.

    Without --lang: in the first language that has it.
    """
    settings = settings_of()
    prompts = _read(_site(path, settings))
    languages = [_known(lang, prompts)] if lang else sorted(prompts)
    prompt = next((prompts[one][name] for one in languages if name in prompts[one]), None)
    if prompt is None:
        known = {known for one in languages for known in prompts[one]}
        raise refuse(
            f"there is no prompt '{name}'" + (f" in {lang}" if lang else ""),
            did_you_mean(name, known) or "hotline prompts missing tells what each language lacks",
        )
    file = sound_file(prompts_folder(settings), prompt.sound)
    if not file.is_file():
        raise refuse(f"prompt '{name}' has no sound yet", "hotline prompts build")
    wanted = sounds_of({prompt.language: {name: prompt}})
    stale = bool(missing_sounds(wanted, prompts_folder(settings), engine_of(settings)))
    if json:
        print_json({"language": prompt.language, "name": name, "text": prompt.text, "file": str(file), "stale": stale})
        return
    typer.echo(f"{prompt.language}: {_said(prompt)}")
    if stale:
        typer.echo("its text, voice or recording has changed since: hotline prompts build")
    if not _play(file):
        typer.echo(f"no player on this machine can play it; the file is {file}")


def prompts_folder(settings: Settings) -> Path:
    """Return where the router writes sound files: ``prompts`` in the folder it shares with Asterisk."""
    return Folders.of(settings).prompts


def _play(file: Path) -> bool:
    """Play a file by the first player that can; False where none could."""
    for player in _PLAYERS:
        if shutil.which(player[0]) is None:
            continue
        if subprocess.run([*player, str(file)], capture_output=True, check=False).returncode == 0:
            return True
    return False


def _said(prompt: PromptText) -> str:
    text = printable(prompt.text) or "(no text)"
    return f"{text} [recording {prompt.recording}]" if prompt.recording is not None else text


def _untranslated(language: str, prompts: Prompts) -> list[str]:
    """Return what other languages have and this one lacks, but for the words of their grammars of numbers and dates."""
    words = {name for grammar in GRAMMARS for name in prompts_of(grammar)}
    grammar = grammar_for(language)
    own = set(prompts_of(grammar)) if language.partition("-")[0] == grammar else set()
    others = {name for texts in prompts.values() for name in texts}
    return sorted(others - prompts[language].keys() - (words - own))


def _known(lang: str, prompts: Prompts) -> str:
    if lang not in prompts:
        raise refuse(f"there are no prompts in language '{lang}'", f"there are: {', '.join(sorted(prompts))}")
    return lang


def _read(site: Path) -> Prompts:
    prompts, findings = read_prompts(site)
    if findings:
        raise SiteError("\n".join(str(finding) for finding in sorted(findings)), "correct the texts")
    return prompts


def _site(path: Path | None, settings: Settings) -> Path:
    return sites_at(path or settings.site)[0]
