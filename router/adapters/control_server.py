"""Serves the control socket of a running router; what it offers is said in ``control.py``."""

import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from router.adapters.control import AnyAsk, Publish, socket_path
from router.core.events import CallerErasureDone
from router.core.records import Record
from router.errors import HotlineError, RouterAway, SettingsError, SiteError

log = logging.getLogger(__name__)

_PATH_BYTES = 107
"""The longest path of a unix socket on Linux."""


async def _no_files(done: CallerErasureDone) -> Mapping[str, Any]:
    return {}


class Services(NamedTuple):
    """What the control socket offers, as functions of the running router."""

    ask: Callable[[AnyAsk], Awaitable[list[Record]]]
    overview: Callable[[], Mapping[str, Any]]
    health: Callable[[], Mapping[str, Any]]
    ready: Callable[[], tuple[str, ...]]
    """Names of what is still missing; () when ready."""
    publish: Callable[[Publish], Awaitable[Mapping[str, Any]]]
    """Makes a site folder or a kept version live. Raises SiteError with what keeps it from that."""
    messages: Callable[[str, bool], Sequence[Mapping[str, Any]]] = lambda wanted, done_too: ()
    """What callers have left, the oldest first: one message by its number (or "" for all), those that are done too."""
    held: Callable[[str], Mapping[str, Any]] = lambda caller: {}
    """What is remembered of a caller, by number."""
    forget: Callable[[CallerErasureDone], Awaitable[Mapping[str, Any]]] = _no_files
    """Notes an erasure and begins new files of journal and outbox behind it; says with which entry and record."""


class ControlServer:
    """Serves one router's control socket."""

    def __init__(self, home: Path, services: Services) -> None:
        self.path = socket_path(home)
        self._services = services
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Open the socket, replacing one a killed router left. Raises SettingsError for a path too long."""
        if len(os.fsencode(self.path)) > _PATH_BYTES:
            raise SettingsError(
                f"{self.path}: longer than the {_PATH_BYTES} bytes a socket's path may have",
                "choose a shorter HOTLINE_HOME",
            )
        app = web.Application(middlewares=[_errors])
        app.add_routes(
            [
                web.get("/ready", self._ready),
                web.get("/health", self._health),
                web.get("/overview", self._overview),
                web.get("/messages", self._messages),
                web.post("/ask", self._ask),
                web.post("/publish", self._publish),
                web.post("/held", self._held),
                web.post("/forget", self._forget),
            ]
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        # Created with no rights for others, so that there is no moment in which they could open it.
        before = os.umask(0o177)
        try:
            await web.UnixSite(self._runner, str(self.path)).start()
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """Close the socket and remove it."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            self.path.unlink(missing_ok=True)

    async def _ready(self, request: web.Request) -> web.Response:
        missing = self._services.ready()
        return _reply({"ready": not missing, "missing": list(missing)}, 503 if missing else 200)

    async def _health(self, request: web.Request) -> web.Response:
        return _reply(self._services.health())

    async def _overview(self, request: web.Request) -> web.Response:
        return _reply(self._services.overview())

    async def _messages(self, request: web.Request) -> web.Response:
        done_too = request.query.get("all") == "1"
        return _reply(list(self._services.messages(request.query.get("message", ""), done_too)))

    async def _ask(self, request: web.Request) -> web.Response:
        ask: AnyAsk = msgspec.json.decode(await request.read(), type=AnyAsk)
        records = await self._services.ask(ask)
        return _reply(records)

    async def _held(self, request: web.Request) -> web.Response:
        return _reply(self._services.held(msgspec.json.decode(await request.read(), type=str)))

    async def _forget(self, request: web.Request) -> web.Response:
        done = msgspec.json.decode(await request.read(), type=CallerErasureDone)
        return _reply(await self._services.forget(done))

    async def _publish(self, request: web.Request) -> web.Response:
        body = await request.read()
        wanted = msgspec.json.decode(body, type=Publish) if body else Publish()
        return _reply(await self._services.publish(wanted))


@web.middleware
async def _errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except SiteError as error:
        return _reply({"error": str(error), "cure": error.cure, "site": True}, 422)
    except msgspec.MsgspecError as error:
        return _reply({"error": f"not understood: {error}", "cure": "see the control socket in docs/"}, 400)
    except RouterAway as error:
        return _reply({"error": str(error), "cure": error.cure}, 503)
    except HotlineError as error:
        return _reply({"error": str(error), "cure": error.cure}, 409)
    except web.HTTPException:
        raise
    except Exception as error:
        log.exception("%s failed", request.path)
        return _reply(
            {"error": f"the router failed at this: {error!r}", "cure": "look at its log, logs/router.log"}, 500
        )


def _reply(value: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")
