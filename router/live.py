"""The version of the site that new calls get: how another takes its place, now, at a time, or when files are saved.

Calls under way finish on the version they began with. A version goes live whole or not at all.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import watchfiles

from router.adapters.control import Publish
from router.core.events import Event, SiteLoaded
from router.core.ids import Ms
from router.core.records import Record
from router.errors import HotlineError, SiteError
from router.publishing import Gate, Passed, taken_back
from router.settings import Settings
from router.shelf import SiteShelf
from router.site import Site
from router.versions import Change, Plan, Versions

log = logging.getLogger(__name__)

SAVED_FOR_MS = 300
"""How long files must rest after a save before they are looked at: editors write several at once."""
FOLDER_BACK_S = 2.0
"""How often a folder that has gone is looked for."""
LONGEST_NAP_S = 60.0
"""A plan's time is looked at again this often: the clock may be set meanwhile."""

Ask = Callable[[Event], Awaitable[list[Record]]]


class LiveSite:
    """The site of a running router. :meth:`begin` first, then :meth:`attach` the engine."""

    def __init__(self, settings: Settings, shelf: SiteShelf) -> None:
        self._settings = settings
        self._versions = Versions(settings.home)
        self._gate = Gate(settings, shelf, self._versions)
        self._publishing = asyncio.Lock()
        self._planned = asyncio.Event()
        self.trouble = ""
        """Why what was saved or planned last did not go live; "" where it did."""

    def begin(self, now: Ms) -> Site:
        """Return the version to start with. Raises SiteError where there is none that may be live."""
        self.site = self._gate.at_start(now)
        self._gate.name = self.site.name
        return self.site

    def attach(self, ask: Ask, clock: Callable[[], Ms]) -> None:
        """Say how the core is told and what time it is."""
        self._ask, self._clock = ask, clock

    def health(self) -> dict[str, Any]:
        """Return what is planned and what went wrong, for ``/health``."""
        return {"trouble": self.trouble, "planned": msgspec.to_builtins(self._versions.plan())}

    # --- what is asked ---

    async def publish(self, wanted: Publish) -> Mapping[str, Any]:
        """Let a folder or a kept version go live, or plan it.

        Raises SiteError with what keeps it from that; then nothing has changed.
        """
        async with self._publishing:
            if wanted.cancel:
                return self._cancel()
            if wanted.version:
                site = await asyncio.to_thread(self._gate.kept, wanted.version)
                return await self._go_live(site, how="rollback", by=wanted.by)
            folder = Path(wanted.path) if wanted.path else self._settings.site
            if wanted.at_ms and wanted.at_ms <= self._clock():
                raise HotlineError("that time is past", "name one that is still to come, or leave --at out")
            passed = await self._pass(folder, "plan" if wanted.at_ms else "publish", wanted.by)
            if not wanted.at_ms:
                return await self._go_live(passed.site, how="publish", by=wanted.by, folder=folder, passed=passed)
            plan = Plan(version=passed.site.version, at_ms=wanted.at_ms, by=wanted.by, folder=str(folder))
            self._keep_plan(plan)
            return {
                **self._told(self.site, passed.site, passed),
                "changed": False,
                "planned": msgspec.to_builtins(plan),
            }

    # --- what happens by itself ---

    async def run_plan(self) -> None:
        """Let what is planned go live at its time, for ever. One whose time passed while we were away goes at once."""
        while True:
            self._planned.clear()
            plan = self._versions.plan()
            if plan is None:
                await self._planned.wait()
                continue
            wait_s = (plan.at_ms - self._clock()) / 1000
            if wait_s > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(wait_s, LONGEST_NAP_S)):
                        await self._planned.wait()
                continue
            async with self._publishing:
                await self._carry_out(plan)

    async def watch(self) -> None:
        """Publish what is saved in the site's folder, for ever, where the live site wants that."""
        folder = self._settings.site.absolute()
        while True:
            if folder.is_dir():
                async for _ in watchfiles.awatch(folder, debounce=SAVED_FOR_MS, step=50, rust_timeout=1_000):
                    if self.site.publish_on_save:
                        async with self._publishing:
                            await self._saved(folder)
            await asyncio.sleep(FOLDER_BACK_S)

    # --- inside ---

    async def _pass(self, folder: Path, how: str, by: str) -> Passed:
        try:
            return await asyncio.to_thread(self._gate.passes, folder)
        except SiteError as error:
            self._note_refused(error, folder, how, by)
            raise

    async def _saved(self, folder: Path) -> None:
        try:
            site = await asyncio.to_thread(self._gate.read, folder)
        except SiteError as error:
            self._note_refused(error, folder, "on_save", "")
            self._not_live(error)
            return
        last = self._versions.last()
        if site.version == self.site.version or (last is not None and taken_back(last, site.version)):
            self.trouble = ""
            return
        try:
            passed = await self._pass(folder, "on_save", "")
            await self._go_live(passed.site, how="on_save", by="", folder=folder, passed=passed)
        except HotlineError as error:
            self._not_live(error)

    def _not_live(self, error: HotlineError) -> None:
        self.trouble = str(error)
        log.warning("what was saved is not live, version %s stays: %s", self.site.version, error)

    def _note_refused(self, error: SiteError, folder: Path, how: str, by: str) -> None:
        self._versions.note(
            Change(
                at_ms=self._clock(),
                version=self.site.version,
                how=how,
                by=by,
                folder=str(folder),
                refused=str(error),
            )
        )

    async def _carry_out(self, plan: Plan) -> None:
        try:
            site = await asyncio.to_thread(self._gate.kept, plan.version)
            await self._go_live(site, how="plan", by=plan.by, folder=Path(plan.folder))
        except HotlineError as error:
            self.trouble = f"the version planned is not live: {error}"
            log.error("version %s was planned for now and is not live: %s", plan.version, error)
        self._keep_plan(None)

    async def _go_live(
        self, site: Site, *, how: str, by: str, folder: Path | None = None, passed: Passed | None = None
    ) -> dict[str, Any]:
        before = self.site
        self.trouble = ""
        if site.version != before.version:
            await self._ask(SiteLoaded(config=site.version))
            self.site = site
            self._versions.note(
                Change(
                    at_ms=self._clock(),
                    version=site.version,
                    previous=before.version,
                    how=how,
                    by=by,
                    folder=str(folder or ""),
                    tests=passed.test_count if passed else 0,
                )
            )
            log.info("version %s is live (before: %s; %s)", site.version, before.version, how)
        return self._told(before, site, passed)

    def _told(self, before: Site, site: Site, passed: Passed | None) -> dict[str, Any]:
        return {
            "config": site.version,
            "previous": before.version,
            "changed": site.version != before.version,
            "restart_for": needs_restart(before, site),
            "tests": passed.test_count if passed else 0,
            "prompts": list(passed.prompts) if passed else [],
            "planned": msgspec.to_builtins(self._versions.plan()),
        }

    def _cancel(self) -> dict[str, Any]:
        plan = self._versions.plan()
        if plan is None:
            raise HotlineError("nothing is planned", "hotline config list shows what is")
        self._keep_plan(None)
        return {"cancelled": msgspec.to_builtins(plan)}

    def _keep_plan(self, plan: Plan | None) -> None:
        try:
            self._versions.keep_plan(plan)
        except OSError as error:
            raise HotlineError(
                f"the plan cannot be written: {error.strerror}", "is the home folder writable?"
            ) from None
        self._planned.set()


def needs_restart(before: Site, after: Site) -> list[str]:
    """Return what of a new version only comes with Asterisk's configuration, made at the start of the line."""
    return [
        name
        for name in ("trunks", "dids", "phones", "codes", "country")
        if getattr(before, name) != getattr(after, name)
    ]
