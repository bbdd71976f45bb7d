"""``hotline config``: the versions of the site: which was live when and by whom, what differs, and back to one."""

import difflib
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from router.adapters.control import Publish
from router.cli.moments import TO_THE_SECOND, on_clock
from router.cli.options import Json, settings_of
from router.cli.output import did_you_mean, print_json, printable, refuse
from router.cli.publish import tell, who
from router.cli.reach import with_router
from router.flowfile.zones import zone_names
from router.versions import Change, Versions

LIVE = "live"
FOLDER = "folder"
_READABLE = (".yaml", ".yml", ".csv", ".txt", ".md")
_LARGEST = 2_000_000
_HOW = {
    "on_save": "saved",
    "start": "router started",
    "publish": "published",
    "plan": "as planned",
    "rollback": "rolled back",
}

Version = Annotated[
    str,
    typer.Argument(metavar="[VERSION]", help="a version of `hotline config list`; or live, folder", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Versions of the site: list, compare, go back.", no_args_is_help=True)
    group.command("list")(list_versions)
    group.command("diff")(diff)
    group.command("rollback")(rollback)
    group.command("cancel")(cancel)
    app.add_typer(group, name="config")


def list_versions(
    json: Json = False, limit: Annotated[int, typer.Option("-n", min=1, help="how many, newest first")] = 20
) -> None:
    """List what went live when, how and by whom, newest first, and what was refused or is planned."""
    versions = Versions(settings_of().home)
    changes, plan, kept = versions.changes(), versions.plan(), versions.kept()
    live = versions.last()
    if json:
        print_json(
            {
                "live": live.version if live else None,
                "planned": msgspec.to_builtins(plan),
                "kept": kept,
                "changes": [msgspec.to_builtins(change) for change in reversed(changes)],
            }
        )
        return
    zone = _zone()
    if plan is not None:
        typer.echo(
            f"version {plan.version} goes live at {on_clock(plan.at_ms, zone, TO_THE_SECOND)} (by {plan.by or '?'})"
        )
    if not changes:
        typer.echo("no version has been live yet")
    for change in list(reversed(changes))[:limit]:
        typer.echo(_line(change, live, zone))
        for reason in change.refused.splitlines()[:2]:
            typer.echo(f"    {printable(reason)}")


def diff(older: Version = "", newer: Version = "") -> None:
    """Show what differs between two versions: by default between the one that is live and the site's folder.

    One version is compared with the live one. Exit 1 where they differ.
    """
    if older and not newer:
        older, newer = (LIVE, older) if older == FOLDER else (older, LIVE)
    before, after = _files(older or LIVE), _files(newer or FOLDER)
    differs = False
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        differs = True
        for line in _difference(name, old, new, older or LIVE, newer or FOLDER):
            typer.echo(line)
    if not differs:
        typer.echo("no difference")
    raise typer.Exit(1 if differs else 0)


def rollback(version: Version = "", json: Json = False) -> None:
    """Make an earlier version live again for new calls (default: the one before the present one).

    The site's folder stays as it is; the next publish or save makes it live again.
    """
    versions = Versions(settings_of().home)
    wanted = _known(version, versions) if version else _one_before(versions)
    done = with_router(lambda control: control.publish(Publish(version=wanted, by=who())))
    if json:
        print_json(done)
        return
    tell(done, None)
    if done["changed"]:
        typer.echo("the site's folder is as it was: correct it before it is published again (hotline config diff)")


def cancel(json: Json = False) -> None:
    """Take back what was planned by `hotline publish --at`."""
    done = with_router(lambda control: control.publish(Publish(cancel=True, by=who())))
    if json:
        print_json(done)
        return
    plan = done["cancelled"]
    typer.echo(f"version {plan['version']} does not go live at {on_clock(plan['at_ms'], _zone(), TO_THE_SECOND)}")


# --- versions by name ---


def _one_before(versions: Versions) -> str:
    last = versions.last()
    if last is None or not last.previous:
        raise refuse("no version was live before the present one", "hotline config list")
    return last.previous


def _known(version: str, versions: Versions) -> str:
    kept = versions.kept()
    found = [name for name in kept if name.startswith(version)]
    if len(found) != 1:
        raise refuse(
            f"there is no version '{version}'", did_you_mean(version, kept) or "hotline config list names them"
        )
    return found[0]


def _files(version: str) -> dict[str, bytes]:
    """Return the files of a version by their path in its folder."""
    settings = settings_of()
    versions = Versions(settings.home)
    if version == FOLDER:
        folder = settings.site
    elif version == LIVE:
        last = versions.last()
        if last is None:
            raise refuse("no version has been live yet", "start the line: hotline up")
        folder = versions.folder / last.version
    else:
        folder = versions.folder / _known(version, versions)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


# --- shown ---


def _line(change: Change, live: Change | None, zone: ZoneInfo | None) -> str:
    """Return ``2026-10-01 09:30:00  61815bf54259  publish by li, 12 tests passed (live)``."""
    version = "refused" if change.refused else change.version
    how = _HOW.get(change.how, change.how)
    by = f" by {printable(change.by)}" if change.by else ""
    tests = f", {change.tests} tests passed" if change.tests else ""
    at = on_clock(change.at_ms, zone, TO_THE_SECOND)
    return f"{at}  {version:<12}  {how}{by}{tests}{'  (live)' if change == live else ''}"


def _difference(name: str, old: bytes | None, new: bytes | None, before: str, after: str) -> list[str]:
    if not name.endswith(_READABLE) or max(len(old or b""), len(new or b"")) > _LARGEST:
        return [f"{name}: {'added' if old is None else 'removed' if new is None else 'changed'}"]
    lines, others = ((data or b"").decode("utf-8", errors="replace").splitlines() for data in (old, new))
    return list(difflib.unified_diff(lines, others, f"{before}/{name}", f"{after}/{name}", lineterm=""))


def _zone() -> ZoneInfo | None:
    """Return the site's time zone, None where its file does not say."""
    try:
        text = (settings_of().site / "site.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = next((line.partition(":")[2] for line in text.splitlines() if line.startswith("time_zone:")), "")
    zone = found.partition("#")[0].strip().strip("\"'")
    return ZoneInfo(zone) if zone in zone_names() else None
