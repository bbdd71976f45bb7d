"""The page for operators' machines: ``/metrics`` for Prometheus, ``/livez`` and ``/readyz`` for whoever restarts us.

``/livez`` fails where the core hangs: a restart helps. ``/readyz`` fails while calls cannot be taken: Asterisk is away,
or the disk takes nothing. Redis away is told but fails neither: calls never wait for it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

log = logging.getLogger(__name__)

RETRY_S = 10.0

Check = Callable[[], Mapping[str, Any]]
"""Returns what was looked at, with ``ok``."""


class MetricsServer:
    """Serves three paths. No caller's data is on any of them."""

    def __init__(self, host: str, port: int, *, metrics: Callable[[], bytes], live: Check, ready: Check) -> None:
        self._host = host
        self._port = port
        self._metrics = metrics
        self._live = live
        self._ready = ready
        self.trouble = ""
        """Why nobody can ask, or ""."""

    async def run(self) -> None:
        """Serve until cancelled. A port that is taken is said once and tried again: calls do not depend on it."""
        app = web.Application()
        app.router.add_get("/metrics", self._answer_metrics)
        app.router.add_get("/livez", self._answer_live)
        app.router.add_get("/readyz", self._answer_ready)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            while True:
                try:
                    await web.TCPSite(runner, self._host, self._port).start()
                    self.trouble = ""
                    break
                except OSError as error:
                    if not self.trouble:
                        log.warning(
                            "no metrics at %s:%d: %s; choose another port with HOTLINE_METRICS_PORT (trying again)",
                            self._host, self._port, error.strerror or error,
                        )  # fmt: skip
                    self.trouble = str(error)
                await asyncio.sleep(RETRY_S)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _answer_metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=self._metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _answer_live(self, request: web.Request) -> web.Response:
        return _told(self._live())

    async def _answer_ready(self, request: web.Request) -> web.Response:
        return _told(self._ready())


def _told(found: Mapping[str, Any]) -> web.Response:
    body = msgspec.json.encode(found)
    return web.Response(body=body, status=200 if found["ok"] else 503, content_type="application/json")
