"""Command lanes to ARI: each carries its requests strictly in order; a stuck channel holds up only its own lane."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

import aiohttp
import msgspec

from router.adapters.ari_operations import Request
from router.core.spans import Buckets
from router.errors import SwitchError

log = logging.getLogger(__name__)

ANSWERS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

Gone = Callable[[SwitchError], None]
"""Told once when a socket is lost."""


class Reply(msgspec.Struct, frozen=True):
    """ARI's answer to a request: HTTP status and body. ``status`` 0: there was no answer (see ``body``)."""

    status: int
    body: str = ""

    @property
    def ok(self) -> bool:
        """Whether the request was carried out."""
        return 200 <= self.status < 300

    @property
    def reason(self) -> str:
        """Asterisk's own words for a refusal."""
        try:
            words = msgspec.json.decode(self.body, type=dict[str, object])
        except msgspec.DecodeError:
            return self.body[:200]
        return str(words.get("message") or words.get("error") or "")[:200]


class Lane(Protocol):
    """A way to send requests in order."""

    def send(self, request: Request, call: str = "") -> "asyncio.Future[Reply]":
        """Send a request now; the future always gets a :class:`Reply`, never an error."""
        ...

    async def close(self) -> None:
        """Give up; what is not answered yet gets a reply of status 0."""
        ...

    answers_s: Buckets

    @property
    def waiting_count(self) -> int:
        """How many requests are not answered yet."""
        ...


class _Pair(msgspec.Struct, frozen=True):
    name: str
    value: str


class _RestRequest(msgspec.Struct, frozen=True, tag="RESTRequest", tag_field="type", omit_defaults=True):
    request_id: str
    method: str
    uri: str
    query_strings: tuple[_Pair, ...] = ()
    content_type: str = ""
    message_body: str = ""


class _Incoming(msgspec.Struct, frozen=True):
    type: str
    request_id: str = ""
    status_code: int = 0
    message_body: str = ""


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(_Incoming)


class SocketLane:
    """REST over an ARI WebSocket (Asterisk 20.14, 21.9, 22.4 and newer)."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, timeout_s: float, gone: Gone, name: str) -> None:
        self._socket = socket
        self._timeout_s = timeout_s
        self._gone = gone
        self._name = name
        self._ids = itertools.count(1)
        self.answers_s = Buckets(ANSWERS_S)
        """How long Asterisk took to answer; a transport may put one of its own here."""
        self._open: dict[str, tuple[asyncio.Future[Reply], asyncio.TimerHandle, float]] = {}
        self._outbox: deque[str] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        self._tasks = (asyncio.create_task(self._read()), asyncio.create_task(self._write()))

    def send(self, request: Request, call: str = "") -> "asyncio.Future[Reply]":
        """Send a request now; ``call`` is whose it is, for the log."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        if self._closed:
            future.set_result(Reply(0, "not connected to Asterisk"))
            return future
        number = str(next(self._ids))
        self._open[number] = (future, loop.call_later(self._timeout_s, self._late, number, request, call), loop.time())
        self._outbox.append(
            _ENCODER.encode(
                _RestRequest(
                    request_id=number,
                    method=request.method,
                    uri=request.uri,
                    query_strings=tuple(_Pair(key, value) for key, value in request.query),
                    content_type="application/json" if request.body else "",
                    message_body=request.body,
                )
            ).decode()
        )
        self._wake.set()
        return future

    @property
    def waiting_count(self) -> int:
        """How many requests are not answered yet."""
        return len(self._open)

    async def close(self) -> None:
        """Close the socket; open requests get a reply of status 0."""
        self._fail()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()

    def _late(self, number: str, request: Request, call: str) -> None:
        waiting = self._open.pop(number, None)
        if waiting is not None and not waiting[0].done():
            log.warning(
                "ARI did not answer %s %s within %g s",
                request.method,
                request.uri,
                self._timeout_s,
                extra={"call_id": call},
            )
            waiting[0].set_result(Reply(0, f"no answer within {self._timeout_s:g} s"))

    def _fail(self) -> None:
        self._closed = True
        for future, timer, _ in self._open.values():
            timer.cancel()
            if not future.done():
                future.set_result(Reply(0, "the connection to Asterisk was lost"))
        self._open.clear()

    async def _write(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._outbox:
                    await self._socket.send_str(self._outbox.popleft())
        except (aiohttp.ClientError, ConnectionError) as error:
            self._lost(SwitchError(f"{self._name} broke: {error}"))

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                incoming = _DECODER.decode(message.data)
            except msgspec.DecodeError as error:
                log.warning("%s: unreadable message from Asterisk: %s", self._name, error)
                continue
            if incoming.type == "RESTResponse":
                waiting = self._open.pop(incoming.request_id, None)
                if waiting is not None:
                    waiting[1].cancel()
                    self.answers_s.add(waiting[0].get_loop().time() - waiting[2])
                    if not waiting[0].done():
                        waiting[0].set_result(Reply(incoming.status_code, incoming.message_body))
            elif incoming.type == "ApplicationReplaced":
                self._lost(Fenced(self._name))
                return
        self._lost(SwitchError(f"{self._name} was closed by Asterisk"))

    def _lost(self, error: SwitchError) -> None:
        if not self._closed:
            self._gone(error)
            self._fail()


class HttpLane:
    """REST over plain HTTP, one request at a time, for an Asterisk that does not take it over the socket."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, *, timeout_s: float, gone: Gone, name: str
    ) -> None:
        self._session = session
        self._base_url = base_url
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._gone = gone
        self._name = name
        self.answers_s = Buckets(ANSWERS_S)
        """How long Asterisk took to answer; a transport may put one of its own here."""
        self._queue: deque[tuple[Request, asyncio.Future[Reply]]] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        self._task = asyncio.create_task(self._work())

    def send(self, request: Request, call: str = "") -> "asyncio.Future[Reply]":
        """Send a request as soon as those before it are answered; ``call`` is whose it is."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_result(Reply(0, "not connected to Asterisk"))
        else:
            self._queue.append((request, future))
            self._wake.set()
        return future

    @property
    def waiting_count(self) -> int:
        """How many requests are not answered yet."""
        return len(self._queue)

    async def close(self) -> None:
        """Stop working; open requests get a reply of status 0."""
        self._closed = True
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._fail()

    def _fail(self) -> None:
        self._closed = True
        while self._queue:
            _, future = self._queue.popleft()
            if not future.done():
                future.set_result(Reply(0, "the connection to Asterisk was lost"))

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                request, future = self._queue[0]
                began_s = future.get_loop().time()
                try:
                    reply = await send_over_http(self._session, self._base_url, request, self._timeout)
                except TimeoutError:
                    reply = Reply(0, f"no answer within {self._timeout.total:g} s")
                except aiohttp.ClientError as error:
                    self._gone(SwitchError(f"{self._name} broke: {error}"))
                    self._fail()
                    return
                self._queue.popleft()
                self.answers_s.add(future.get_loop().time() - began_s)
                if not future.done():
                    future.set_result(reply)


async def send_over_http(
    session: aiohttp.ClientSession, base_url: str, request: Request, timeout: aiohttp.ClientTimeout
) -> Reply:
    """Send one request over HTTP. Raises ``TimeoutError`` and ``aiohttp.ClientError``."""
    headers = {"Content-Type": "application/json"} if request.body else {}
    async with session.request(
        request.method,
        f"{base_url}/{request.uri}",
        params=list(request.query),
        data=request.body or None,
        headers=headers,
        timeout=timeout,
    ) as response:
        return Reply(response.status, await response.text())


class Fenced(SwitchError):
    """Another router took our place at Asterisk: we must not give orders any more."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} was taken over by another router: this one gives no more orders",
            cure="stop one of the two routers, or give one another HOTLINE_ARI_APP; then restart this one",
        )
