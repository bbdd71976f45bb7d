"""The transport to ARI: one event socket, several command lanes; aioari runs on top of it.

Where Asterisk takes REST over its WebSocket (20.14, 21.9, 22.4 and newer) commands go that way, else over plain HTTP.
All sockets live and die together: when one is lost, all are given up and opened anew, so that "connected" has one
meaning and what was missed is asked for once.
"""

import asyncio
import contextlib
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

import aioari
import aiohttp
import msgspec

from router.adapters.ari_lanes import ANSWERS_S, Fenced, HttpLane, Lane, Reply, SocketLane, send_over_http
from router.adapters.ari_operations import Operations, Request
from router.core.spans import Buckets
from router.errors import SwitchError

log = logging.getLogger(__name__)

OF_NO_CALL = "truth"
"""The lane of requests that belong to no call."""
_CONNECT_S = 5.0
_PROBE_S = 2.0
_HEARTBEAT_S = 4.0
"""The event socket is pinged this often; two seconds without an answer mean Asterisk is dead or stopped."""

_SPEAKS_REST_FROM = {20: 14, 21: 9, 22: 4}


def speaks_rest(version: str) -> bool | None:
    """Say whether an Asterisk takes REST over its WebSocket; None where the version does not tell (try it)."""
    found = re.match(r"(?:certified[/-])?(\d+)\.(\d+)", version)
    if found is None:
        return None
    major, minor = int(found[1]), int(found[2])
    return major > 22 or minor >= _SPEAKS_REST_FROM.get(major, 1_000_000)


class _System(msgspec.Struct, frozen=True):
    version: str = ""


class _Info(msgspec.Struct, frozen=True):
    system: _System = _System()


class _Response:
    """An answer in the shape aioari expects."""

    def __init__(self, reply: Reply) -> None:
        self.status = reply.status
        self._text = reply.body

    async def text(self) -> str:
        """Return the body."""
        return self._text


class AriTransport:
    """Sockets to one Asterisk's ARI. :meth:`open` may be called again after :meth:`drop`.

    ``url`` is ARI's, ``http://host:port/ari``. ``on_event`` gets each message of the event socket as text, inside the
    socket's read: it may only translate and enqueue. ``on_lost`` is told once per connection, before anything that was
    waiting for an answer gets its reply of status 0.
    """

    def __init__(
        self,
        *,
        url: str,
        user: str,
        password: str,
        app: str,
        lane_count: int,
        on_event: Callable[[str], None],
        on_lost: Callable[[SwitchError], None] = lambda _: None,
        timeout_s: float = 10.0,
    ) -> None:
        self.app = app
        self.version = ""
        self._url = url.rstrip("/")
        self._user = user
        self._password = password
        self._lane_count = max(lane_count, 1)
        self._on_event = on_event
        self._on_lost = on_lost
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._client: Any = None
        self._operations: Operations | None = None
        self._lanes: list[Lane] = []
        self.answers_s = Buckets(ANSWERS_S)
        """How long Asterisk took to answer a request, since the start."""
        self._events: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._gone: asyncio.Future[SwitchError] | None = None

    # --- life ---------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open everything. Raises :class:`SwitchError` saying what is wrong and what to do about it."""
        await self.drop()
        self._gone = asyncio.get_running_loop().create_future()
        if self._session is None:
            login = b64encode(f"{self._user}:{self._password}".encode()).decode()
            self._session = aiohttp.ClientSession(headers={"Authorization": f"Basic {login}"})
        try:
            async with asyncio.timeout(4 * _CONNECT_S):
                version = await self._ask_version()
                if self._operations is None or version != self.version:
                    self._client = aioari.Client(f"{self._url.removesuffix('/ari')}/", self)
                    await self._client.init()
                    self._operations = Operations.from_resources(self._client.swagger.resources)
                    self.version = version
                self._events = await self._client.swagger.events.eventWebsocket(app=self.app)
                self._reader = asyncio.create_task(self._read())
                self._reader.add_done_callback(self._reader_ended)
                over_socket = speaks_rest(version)
                if over_socket is None:
                    over_socket = await self._try_rest()
                for number in range(1, self._lane_count + 1):
                    lane = await self._open_lane(number, over_socket)
                    lane.answers_s = self.answers_s
                    self._lanes.append(lane)
        except TimeoutError:
            await self.drop()
            raise SwitchError(
                f"ARI at {self._url} does not answer", cure="is Asterisk busy or stopped? see its log"
            ) from None
        except (aiohttp.ClientError, OSError, KeyError, ValueError) as error:
            await self.drop()
            raise self._explained(error) from error
        except SwitchError:
            await self.drop()
            raise
        log.info(
            "ARI at %s: Asterisk %s, commands over %s",
            self._url,
            version,
            f"{self._lane_count} sockets" if over_socket else "plain HTTP",
        )

    async def lost(self) -> SwitchError:
        """Wait until a socket is lost and return why; :class:`Fenced` where another router took our place."""
        assert self._gone is not None, "open() first"
        return await asyncio.shield(self._gone)

    async def drop(self) -> None:
        """Close all sockets; open requests get a reply of status 0."""
        lanes, self._lanes = self._lanes, []
        for lane in lanes:
            await lane.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
            self._reader = None
        if self._events is not None:
            await self._events.close()
            self._events = None

    async def close(self) -> None:
        """Close all for good."""
        await self.drop()
        if self._session is not None:
            await self._session.close()
            self._session = None

    # --- commands -----------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether commands can be sent."""
        return bool(self._lanes) and self._gone is not None and not self._gone.done()

    def encode(self, name: str, body: object = None, /, **values: str | int | bool) -> Request:
        """Make the request of an ARI operation, see :meth:`Operations.encode`."""
        if self._operations is None:
            raise SwitchError("not connected to Asterisk")
        return self._operations.encode(name, body, **values)

    def waiting_counts(self) -> dict[str, int]:
        """How many requests of each lane, by its number, are not answered yet."""
        return {str(number): lane.waiting_count for number, lane in enumerate(self._lanes, start=1)}

    def send(self, key: str, request: Request) -> "asyncio.Future[Reply]":
        """Send a request on the lane of ``key``, a call's id or :data:`OF_NO_CALL`.

        Requests of one key are carried out in order.
        The future always gets a :class:`Reply`; status 0 where there was no answer.
        """
        if not self.connected:
            future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            future.set_result(Reply(0, "not connected to Asterisk"))
            return future
        call = "" if key == OF_NO_CALL else key
        return self._lanes[crc32(key.encode()) % len(self._lanes)].send(request, call)

    # --- what aioari asks of a transport ------------------------------------------------------------------

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        data: str | None = None,
    ) -> _Response:
        """Carry out one request of aioari (it reads the Swagger with it). Raises :class:`SwitchError` from 400 on."""
        assert self._session is not None, "open() first"
        async with self._session.request(
            method,
            url,
            params=dict(params or {}),
            headers=dict(headers or {}),
            data=data,
            timeout=aiohttp.ClientTimeout(total=self._timeout_s),
        ) as response:
            reply = Reply(response.status, await response.text())
        if reply.status >= 400:
            raise SwitchError(f"ARI refused {method} {url}: {reply.reason}", status=reply.status)
        return _Response(reply)

    async def ws_connect(self, url: str, params: Mapping[str, str] | None = None) -> aiohttp.ClientWebSocketResponse:
        """Open the event socket for aioari; pinged, so that a silently dead Asterisk is noticed."""
        return await self._socket(url, dict(params or {}), heartbeat_s=_HEARTBEAT_S)

    # --- inside -------------------------------------------------------------------------------------------

    async def _socket(
        self, url: str, params: dict[str, str], heartbeat_s: float | None
    ) -> aiohttp.ClientWebSocketResponse:
        assert self._session is not None
        return await self._session.ws_connect(url, params=params, heartbeat=heartbeat_s, max_msg_size=0)

    async def _open_lane(self, number: int, over_socket: bool) -> Lane:
        assert self._session is not None
        name = f"ARI command lane {number} ({self._url})"
        if not over_socket:
            return HttpLane(self._session, self._url, timeout_s=self._timeout_s, gone=self._lose, name=name)
        # No ping here: a lane that waits for a channel's thread cannot answer one, and that is no reason to drop all.
        socket = await self._socket(f"{self._url}/events", {"app": f"{self.app}-lane{number}"}, heartbeat_s=None)
        return SocketLane(socket, timeout_s=self._timeout_s, gone=self._lose, name=name)

    async def _try_rest(self) -> bool:
        assert self._session is not None
        socket = await self._socket(f"{self._url}/events", {"app": f"{self.app}-lane1"}, heartbeat_s=None)
        probe = SocketLane(socket, timeout_s=_PROBE_S, gone=lambda _: None, name="ARI probe")
        reply = await probe.send(Request("GET", "asterisk/info", (("only", "system"),)))
        await probe.close()
        return reply.ok

    async def _read(self) -> None:
        assert self._events is not None
        async for message in self._events:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._on_event(message.data)
        self._lose(SwitchError(f"Asterisk closed the event socket ({self._url})"))

    def _reader_ended(self, reader: "asyncio.Task[None]") -> None:
        error = None if reader.cancelled() else reader.exception()
        if error is not None:
            log.error("reading ARI's events failed", exc_info=error)
            self._lose(SwitchError(f"reading ARI's events failed: {error}"))

    def fence(self) -> None:
        """Take note that another router connected under our name."""
        self._lose(Fenced(f"ARI application {self.app}"))

    def _lose(self, error: SwitchError) -> None:
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(error)
            self._on_lost(error)

    async def _ask_version(self) -> str:
        assert self._session is not None
        reply = await send_over_http(
            self._session,
            self._url,
            Request("GET", "asterisk/info", (("only", "system"),)),
            aiohttp.ClientTimeout(total=_CONNECT_S),
        )
        if reply.status in (401, 403):
            raise SwitchError(
                f"ARI at {self._url} refuses the user {self._user} or the password",
                status=reply.status,
                cure="check HOTLINE_ARI_PASSWORD and HOTLINE_ARI_USER against Asterisk's ari.conf",
            )
        if not reply.ok:
            raise SwitchError(
                f"no ARI at {self._url} (HTTP {reply.status})",
                status=reply.status,
                cure="check HOTLINE_ARI_URL, and that Asterisk has loaded res_ari (ari.conf: enabled=yes)",
            )
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.json.decode(reply.body, type=_Info).system.version
        raise SwitchError(f"what answers at {self._url} is no ARI", cure="check HOTLINE_ARI_URL")

    def _explained(self, error: Exception) -> SwitchError:
        if isinstance(error, aiohttp.ClientConnectorError | ConnectionRefusedError):
            return SwitchError(
                f"nothing listens at {self._url}",
                cure="is Asterisk running? check HOTLINE_ARI_URL and HOTLINE_ARI_PORT",
            )
        if isinstance(error, aiohttp.InvalidURL):
            return SwitchError(f"{self._url!r} is no address", cure="HOTLINE_ARI_URL is like http://127.0.0.1:8088/ari")
        return SwitchError(f"ARI at {self._url} broke off: {error}", cure="see Asterisk's log")
