"""The versions of the site that calls may still need: a copy of each published one, loaded when wanted.

A call ends on the version it began with, and a replay of the journal meets old versions again; so the YAML of each is
kept under ``<home>/sites/<version>/``.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from router.adapters.journal_replay import Makers
from router.callcontrol import CallControl
from router.errors import JournalError, SiteError
from router.site import Site

Loader = Callable[[Path], Site]


class SiteShelf(Mapping[str, Site]):
    """Site versions by name. ``load`` reads a folder of YAML (:func:`router.flowfile.load_site`)."""

    def __init__(self, home: Path, load: Loader) -> None:
        self._folder = home.absolute() / "sites"
        self._load = load
        self._loaded: dict[str, Site] = {}

    def publish(self, folder: Path) -> Site:
        """Read a site folder, keep a copy of it, and return the site. Raises SiteError with all its mistakes."""
        site = self.read(folder)
        self.keep(folder, site)
        return site

    def read(self, folder: Path) -> Site:
        """Read a site folder; nothing is kept. Raises SiteError with all its mistakes."""
        return self._load(folder)

    def keep(self, folder: Path, site: Site) -> None:
        """Keep a copy of a folder that reads as ``site``. Raises SiteError where it has changed meanwhile."""
        kept = self._folder / site.version
        if not kept.is_dir():
            self._copy(folder, kept, site.version)
        self._loaded[site.version] = site

    def __getitem__(self, version: str) -> Site:
        """Return a version, reading its copy at first. Raises JournalError where that is gone or was changed."""
        site = self._loaded.get(version)
        if site is None:
            site = self._loaded[version] = self._read(version)
        return site

    def __iter__(self) -> Iterator[str]:
        """The versions there are copies of, and those in memory."""
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        kept = {path.name for path in found if path.is_dir() and not path.name.startswith(".")}
        return iter(sorted(kept | self._loaded.keys()))

    def __len__(self) -> int:
        """How many versions there are."""
        return sum(1 for _ in self)

    def _read(self, version: str) -> Site:
        folder = self._folder / version
        try:
            site = self._load(folder)
        except SiteError as error:
            raise JournalError(
                f"version {version} of the site is needed for what the journal remembers, and cannot be read: {error}",
                f"put back {folder}, or move the journal folder beside it away (calls under way are forgotten)",
            ) from error
        if site.version != version:
            raise JournalError(
                f"{folder} was changed: it is version {site.version} now",
                "put back the copy; change the site's own folder and publish that instead",
            )
        return site

    def _copy(self, folder: Path, kept: Path, version: str) -> None:
        beside = kept.with_name(f".{version}.part")
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(folder, beside, ignore=shutil.ignore_patterns(".*", "*~"))
        if self._load(beside).version != version:
            shutil.rmtree(beside, ignore_errors=True)
            raise SiteError(f"{folder} changed while it was read", "publish it again")
        beside.rename(kept)


def makers(shelf: SiteShelf, version: str) -> Makers[CallControl]:
    """Say how to make the core from these sites; a fresh one starts with ``version``."""

    def fresh(config: str | None) -> CallControl:
        return CallControl(shelf, config or version)

    def restore(snapshot: Mapping[str, Any]) -> CallControl:
        core = CallControl.restore(snapshot, shelf)
        for config in core.configs_in_use():
            shelf[config]
        return core

    return Makers(fresh, restore, shelf.__getitem__)
