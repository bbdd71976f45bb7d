"""The control socket: HTTP on ``<home>/run/control.sock``, for the command line and the supervisor on this machine.

``GET /ready`` (200 or 503), ``GET /health``, ``GET /overview``, ``POST /ask`` (one of an agent's requests as JSON,
gives the records it led to), ``POST /held`` (what is remembered of a caller), ``POST /forget`` (closes the files that
still have what was forgotten), ``GET /messages`` (what callers have left; ``?message=m12``, ``?all=1``) and ``POST
/publish`` (:class:`Publish`: a folder of YAML or a kept version goes live, now or at a time; 422 with the mistakes or
failing tests). Errors are JSON: ``{"error": ..., "cure": ...}``. Whoever may open the socket may use it, so it is its
owner's alone.
"""

import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

import aiohttp
import msgspec
from aiohttp import web

from router.core.events import (
    AgentPauseAsked,
    AgentReadyAsked,
    AgentRegroupAsked,
    AgentSignInAsked,
    AgentSignOutAsked,
    AppointmentAsked,
    CallbackAddAsked,
    CallbackCancelAsked,
    CallbackRetryAsked,
    CallerErasureAsked,
    CallerErasureDone,
    CallerMessagesAsked,
    ComplaintMoveAsked,
    ComplaintOpenAsked,
    ConsultAsked,
    ExtensionAsked,
    MessageAsked,
    QueueCloseAsked,
    SurgeAsked,
    TakeBackAsked,
    TransferAsked,
    WrapUpExtendAsked,
)
from router.core.ids import Ms
from router.core.records import Record
from router.errors import HotlineError, RouterAway, SettingsError, SiteError

log = logging.getLogger(__name__)

AnyAsk = (
    AgentSignInAsked
    | AgentSignOutAsked
    | AgentReadyAsked
    | AgentPauseAsked
    | WrapUpExtendAsked
    | ConsultAsked
    | TakeBackAsked
    | TransferAsked
    | AgentRegroupAsked
    | QueueCloseAsked
    | SurgeAsked
    | ExtensionAsked
    | AppointmentAsked
    | MessageAsked
    | CallerMessagesAsked
    | CallerErasureAsked
    | CallbackAddAsked
    | CallbackCancelAsked
    | CallbackRetryAsked
    | ComplaintOpenAsked
    | ComplaintMoveAsked
)
"""What may be asked from outside. Facts about calls come from Asterisk only."""


class Publish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to go live: the folder ``path`` ("": the site of the router's settings), or a kept ``version``.

    ``at_ms`` 0 is now; ``by`` is who asks. ``cancel`` drops what is planned and does nothing else.
    """

    path: str = ""
    version: str = ""
    at_ms: Ms = 0
    by: str = ""
    cancel: bool = False


ANSWER_WITHIN_S = 10.0
PUBLISHED_WITHIN_S = 120.0
"""Checking, testing and keeping a big hotline may take longer than any other answer."""
_PATH_BYTES = 107
"""The longest path of a unix socket on Linux."""


def socket_path(home: Path) -> Path:
    """Return where the control socket of a home is."""
    return home.absolute() / "run" / "control.sock"


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


class Control:
    """Speaks to a router over its control socket; use as ``async with Control(home) as control``.

    Every method raises RouterAway where none answers.
    """

    def __init__(self, home: Path, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self.path = socket_path(home)
        self._answer_within_s = answer_within_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Prepare to speak; nothing is sent yet."""
        self._session = aiohttp.ClientSession(
            base_url="http://router",
            connector=aiohttp.UnixConnector(path=str(self.path)),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()

    async def ready(self) -> tuple[str, ...]:
        """Return the names of what the router still waits for; () when it is ready."""
        _, body = await self._request("GET", "/ready")
        return tuple(body["missing"])

    async def health(self) -> dict[str, Any]:
        """Return the state of the router's connections and how it keeps up."""
        health: dict[str, Any] = await self._good("GET", "/health")
        return health

    async def overview(self) -> dict[str, Any]:
        """Return the core's ``overview``: calls, queues, agents, phones."""
        overview: dict[str, Any] = await self._good("GET", "/overview")
        return overview

    async def messages(self, message: str = "", *, done_too: bool = False) -> list[dict[str, Any]]:
        """Return what callers have left, the oldest first: one message, those not done, or all."""
        query = urlencode({"message": message, "all": int(done_too)})
        messages: list[dict[str, Any]] = await self._good("GET", f"/messages?{query}")
        return messages

    async def ask(self, ask: AnyAsk) -> list[dict[str, Any]]:
        """Put an agent's request; return the records it led to, an ``AskRefused`` among them where it was refused."""
        records: list[dict[str, Any]] = await self._good("POST", "/ask", msgspec.json.encode(ask))
        return records

    async def held(self, caller: str) -> dict[str, Any]:
        """Return what is remembered of a caller (:class:`router.control.erasure.Held` as plain data)."""
        held: dict[str, Any] = await self._good("POST", "/held", msgspec.json.encode(caller))
        return held

    async def forget(self, done: CallerErasureDone) -> dict[str, Any]:
        """Note that a caller was erased; return with which entry of the journal and which record new files begin."""
        began: dict[str, Any] = await self._good("POST", "/forget", msgspec.json.encode(done))
        return began

    async def publish(self, wanted: Publish | None = None) -> dict[str, Any]:
        """Make a site folder (an absolute path) or a kept version live.

        Raises SiteError with all mistakes and failing tests.
        """
        body = msgspec.json.encode(wanted or Publish())
        done: dict[str, Any] = await self._good("POST", "/publish", body, within_s=PUBLISHED_WITHIN_S)
        return done

    async def _good(self, method: str, path: str, body: bytes | None = None, within_s: float | None = None) -> Any:
        status, reply = await self._request(method, path, body, within_s)
        if status == 200:
            return reply
        error, cure = str(reply.get("error", f"HTTP {status}")), str(reply.get("cure", ""))
        if reply.get("site"):
            raise SiteError(error, cure)
        raise RouterAway(error, cure) if status == 503 else HotlineError(error, cure)

    async def _request(
        self, method: str, path: str, body: bytes | None = None, within_s: float | None = None
    ) -> tuple[int, Any]:
        if self._session is None:
            raise RuntimeError("use 'async with Control(home)'")
        within = aiohttp.ClientTimeout(total=within_s or self._answer_within_s)
        try:
            async with self._session.request(method, path, data=body, timeout=within) as reply:
                text = await reply.read()
                return reply.status, json.loads(text)
        except (aiohttp.ClientConnectionError, FileNotFoundError) as error:
            raise RouterAway(
                f"no router answers at {self.path}", "start the line with: hotline up (or name its folder with --home)"
            ) from error
        except TimeoutError as error:
            raise RouterAway(
                f"the router at {self.path} did not answer within {within.total:g} s",
                "look at logs/router.log in the same home",
            ) from error
        except ValueError as error:
            raise RouterAway(
                f"what answers at {self.path} is no router", "name the line's folder with --home"
            ) from error
