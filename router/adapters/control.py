"""The control socket: HTTP on ``<home>/run/control.sock``, for the command line and the supervisor on this machine.

``GET /ready`` (200 or 503), ``GET /health``, ``GET /overview``, ``POST /ask`` (one of an agent's requests as JSON,
gives the records it led to), ``POST /held`` (what is remembered of a caller), ``POST /forget`` (closes the files that
still have what was forgotten), ``GET /messages`` (what callers have left; ``?message=m12``, ``?all=1``) and ``POST
/publish`` (:class:`Publish`: a folder of YAML or a kept version goes live, now or at a time; 422 with the mistakes or
failing tests). Errors are JSON: ``{"error": ..., "cure": ...}``. Whoever may open the socket may use it, so it is its
owner's alone.
"""

import json
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import msgspec

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
    CallCodeAsked,
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
from router.errors import HotlineError, RouterAway, SiteError

if TYPE_CHECKING:
    import aiohttp

AnyAsk = (
    AgentSignInAsked
    | AgentSignOutAsked
    | AgentReadyAsked
    | AgentPauseAsked
    | WrapUpExtendAsked
    | CallCodeAsked
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


def socket_path(home: Path) -> Path:
    """Return where the control socket of a home is."""
    return home.absolute() / "run" / "control.sock"


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
        import aiohttp  # loaded by who really speaks: most commands only might

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
        import aiohttp

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
