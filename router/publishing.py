"""The gate a change passes before it is live: every file checked, every test passed, every prompt made, a copy kept.

Nothing here touches the running core; :mod:`router.app` lets a version that has passed go live.
"""

import logging
from pathlib import Path

import msgspec

from router.adapters.prompts import Progress, Sound, build_sounds, engine_of
from router.core.ids import Ms
from router.errors import HotlineError, JournalError, SiteError
from router.flowfile.music import read_music
from router.flowfile.prompts import Prompts, read_prompts, sound_name
from router.flowtest import require
from router.line.folders import Folders
from router.settings import Settings
from router.shelf import SiteShelf
from router.site import Site
from router.versions import Change, Versions

log = logging.getLogger(__name__)


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A version that may go live, how many tests it passed and the prompts that were made for it."""

    site: Site
    test_count: int
    prompts: tuple[str, ...] = ()


class Gate:
    """Lets versions of one site through. ``name`` is the running site's, "" before one runs."""

    def __init__(self, settings: Settings, shelf: SiteShelf, versions: Versions) -> None:
        self._settings = settings
        self._shelf = shelf
        self._versions = versions
        self.name = ""

    def read(self, folder: Path) -> Site:
        """Check a folder. Raises SiteError with all its mistakes."""
        return self._shelf.read(folder)

    def passes(self, folder: Path) -> Passed:
        """Check and test a folder, make its prompts and keep a copy of it.

        Raises SiteError naming every mistake or failing test; nothing has changed then. SetupError where a prompt
        cannot be made.
        """
        site = self._shelf.read(folder)
        if self.name and site.name != self.name:
            raise SiteError(
                f"the site is called '{site.name}', the one that runs '{self.name}'",
                "give another hotline a home and a router of its own",
            )
        results = require(folder, site)
        made = build_site_prompts(folder, self._settings)
        self._shelf.keep(folder, site)
        return Passed(site=site, test_count=len(results.cases), prompts=tuple(made))

    def at_start(self, now: Ms) -> Site:
        """Return the version a starting router goes on with.

        It is what the site's folder holds, except where that does not pass or was taken back by a rollback: then it is
        the version that was live last. Raises SiteError where there is none.
        """
        folder = self._settings.site
        last = self._versions.last()
        try:
            site = self._shelf.read(folder)
            if last is not None and taken_back(last, site.version):
                log.warning("%s holds version %s, which was taken back; %s stays live", folder, *_both(site, last))
                return self._shelf[last.version]
            if last is not None and last.version == site.version:
                self._shelf.keep(folder, site)
                return site
            results = require(folder, site)
            self._shelf.keep(folder, site)
        except SiteError as error:
            if last is None:
                raise
            log.error("%s cannot go live, version %s stays: %s; %s", folder, last.version, error, error.cure)
            self._versions.note(
                Change(at_ms=now, version=last.version, how="start", folder=str(folder), refused=str(error))
            )
            try:
                return self._shelf[last.version]
            except JournalError as lost:
                raise error from lost
        previous = last.version if last is not None else ""
        self._versions.note(
            Change(
                at_ms=now,
                version=site.version,
                previous=previous,
                how="start",
                folder=str(folder),
                tests=len(results.cases),
            )
        )
        return site

    def kept(self, version: str) -> Site:
        """Return a version of which there is a copy. Raises HotlineError where there is none that can be read."""
        if version not in self._versions.kept():
            raise HotlineError(f"there is no version '{version}'", "hotline config list names them")
        return self._shelf[version]


def taken_back(last: Change, version: str) -> bool:
    """Say whether a version is the one that the last change, a rollback, took back."""
    return last.how == "rollback" and last.previous == version


def build_site_prompts(
    site: Path, settings: Settings, progress: Progress | None = None, *, again: bool = False
) -> list[str]:
    """Make the sound files of a hotline's folder; return what was made (``en/router/pin``...), all of them ``again``.

    Raises ``SiteError`` where the texts have mistakes, ``SetupError`` where a file cannot be made, ``SettingsError``
    where the engine's settings are wrong.
    """
    prompts, findings = read_prompts(site)
    if findings:
        raise SiteError("\n".join(str(finding) for finding in sorted(findings)), "correct the texts")
    folder = Folders.of(settings).prompts
    sounds = [*sounds_of(prompts), *music_of(site)]
    return build_sounds(sounds, folder, progress, engine_of(settings), again=again)


def sounds_of(prompts: Prompts) -> list[Sound]:
    """Return the sound files that prompts need."""
    return [
        Sound(
            path=prompt.sound,
            language=prompt.language,
            text=prompt.text,
            recording=prompt.recording,
            place=f"{prompt.place.file}:{prompt.place.line}",
        )
        for texts in prompts.values()
        for prompt in texts.values()
    ]


def music_of(site: Path) -> list[Sound]:
    """Return the sound files that a hotline's music needs, beside those of its prompts."""
    return [
        Sound(path=f"music/{name}/{sound_name(recording.stem)}", language="", text="", recording=recording, music=True)
        for name, recordings in read_music(site).items()
        for recording in recordings
    ]


def _both(site: Site, last: Change) -> tuple[str, str]:
    return site.version, last.version
