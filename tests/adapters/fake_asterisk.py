"""A fake of Asterisk's ARI over real sockets: it answers, and on order it delays, refuses, drops or stays silent.

Like the real one it serves the requests of one socket in order, one at a time.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BasicAuth, WSMsgType, web

PASSWORD = "right"

_OPERATIONS: dict[str, tuple[tuple[str, str, str, str, str], ...]] = {
    # resource: (nickname, method, path, query parameters, body parameters)
    "applications": (
        ("get", "GET", "/applications/{applicationName}", "", ""),
        ("filter", "PUT", "/applications/{applicationName}/eventFilter", "", "filter"),
    ),
    "channels": (
        ("list", "GET", "/channels", "", ""),
        ("create", "POST", "/channels/create", "endpoint app appArgs channelId", "variables"),
        ("dial", "POST", "/channels/{channelId}/dial", "timeout", ""),
        ("answer", "POST", "/channels/{channelId}/answer", "", ""),
        ("ring", "POST", "/channels/{channelId}/ring", "", ""),
        ("hangup", "DELETE", "/channels/{channelId}", "reason_code", ""),
        ("startMoh", "POST", "/channels/{channelId}/moh", "mohClass", ""),
        ("stopMoh", "DELETE", "/channels/{channelId}/moh", "", ""),
        ("playWithId", "POST", "/channels/{channelId}/play/{playbackId}", "media", ""),
    ),
    "bridges": (
        ("list", "GET", "/bridges", "", ""),
        ("create", "POST", "/bridges", "type bridgeId", ""),
        ("destroy", "DELETE", "/bridges/{bridgeId}", "", ""),
        ("addChannel", "POST", "/bridges/{bridgeId}/addChannel", "channel absorbDTMF", ""),
        ("removeChannel", "POST", "/bridges/{bridgeId}/removeChannel", "channel", ""),
    ),
    "playbacks": (
        ("get", "GET", "/playbacks/{playbackId}", "", ""),
        ("stop", "DELETE", "/playbacks/{playbackId}", "", ""),
    ),
    "recordings": (("getLive", "GET", "/recordings/live/{recordingName}", "", ""),),
    "endpoints": (("listByTech", "GET", "/endpoints/{tech}", "", ""),),
    "events": (("eventWebsocket", "GET", "/events", "app", ""),),
}


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    uri: str
    query: dict[str, str]
    body: Any
    over: str
    """``http``, or the application of the socket it came over."""

    @property
    def line(self) -> str:
        """Method and place."""
        return f"{self.method} {self.uri}"


@dataclass
class FakeAsterisk:
    """What the fake has and how it behaves; change at will."""

    version: str = "22.10.1"
    over_socket: bool = True
    """Whether it knows RESTRequest; an older Asterisk says nothing at all to one."""
    channels: list[dict[str, Any]] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    bridges: dict[str, list[str]] = field(default_factory=dict)
    """Channels by bridge."""
    playbacks: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Status and words by a pattern of ``METHOD uri``."""
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    """Requests whose ``METHOD uri`` matches wait here before they are served."""
    asked: list[Asked] = field(default_factory=list)
    sockets: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    port: int = 0

    @property
    def url(self) -> str:
        """ARI's address."""
        return f"http://127.0.0.1:{self.port}/ari"

    def lines(self, but: str = "GET|PUT") -> list[str]:
        """What was asked so far, commands only."""
        return [asked.line for asked in self.asked if not re.match(but, asked.method)]

    async def until(self, line: str, count: int = 1) -> Asked:
        """Wait until a request like this came in for the ``count``-th time."""
        async with asyncio.timeout(3):
            while True:
                found = [asked for asked in self.asked if re.fullmatch(line, asked.line)]
                if len(found) >= count:
                    return found[count - 1]
                await asyncio.sleep(0.002)

    async def tell(self, kind: str, app: str = "hotline", **fields: Any) -> None:
        """Send an event."""
        await self.sockets[app].send_str(json.dumps({"type": kind, "application": app, **fields}))

    async def drop(self) -> None:
        """Cut all sockets, as a network does."""
        cut, self.sockets = self.sockets, {}
        for socket in cut.values():
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()

    # --- serving ------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeAsterisk"]:
        """Listen on a free port (the same one when called again)."""
        application = web.Application()
        application.router.add_get("/ari/events", self._events)
        application.router.add_get("/ari/api-docs/{name}.json", self._docs)
        application.router.add_route("*", "/ari/{uri:.+}", self._http)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await self.drop()
            await runner.cleanup()

    def _allowed(self, request: web.Request) -> bool:
        written = request.headers.get("Authorization", "")
        return bool(written) and BasicAuth.decode(written).password == PASSWORD

    async def _docs(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "resources":
            apis = [{"path": f"/api-docs/{resource}.{{format}}", "description": resource} for resource in _OPERATIONS]
            return web.json_response({"basePath": self.url, "apis": apis, "swaggerVersion": "1.1"})
        apis = []
        for nickname, method, path, query, body in _OPERATIONS[name]:
            parameters = [
                *(_parameter(found, "path", True) for found in re.findall(r"{(\w+)}", path)),
                *(_parameter(found, "query", False) for found in query.split()),
                *(_parameter(found, "body", False) for found in body.split()),
            ]
            operation = {"nickname": nickname, "httpMethod": method, "parameters": parameters, "responseClass": "void"}
            if nickname == "eventWebsocket":
                operation["upgrade"] = "websocket"
            apis.append({"path": path, "operations": [operation]})
        return web.json_response({"basePath": self.url, "resourcePath": f"/{name}", "apis": apis, "models": {}})

    async def _http(self, request: web.Request) -> web.Response:
        if not self._allowed(request):
            return web.json_response({"error": "Authentication required"}, status=401)
        body = await request.json() if request.can_read_body else None
        asked = Asked(request.method, request.match_info["uri"], dict(request.query), body, "http")
        status, answer = await self._serve(asked)
        return web.Response(status=status, text=answer)

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        if not self._allowed(request):
            raise web.HTTPUnauthorized
        app = request.query["app"]
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if (replaced := self.sockets.get(app)) is not None and not replaced.closed:
            with contextlib.suppress(ConnectionError):
                await replaced.send_str(json.dumps({"type": "ApplicationReplaced", "application": app}))
        self.sockets[app] = socket
        async for message in socket:
            if message.type is not WSMsgType.TEXT or not self.over_socket:
                continue
            wanted = json.loads(message.data)
            query = {pair["name"]: pair["value"] for pair in wanted.get("query_strings", ())}
            body = json.loads(wanted["message_body"]) if wanted.get("message_body") else None
            status, answer = await self._serve(Asked(wanted["method"], wanted["uri"], query, body, app))
            if not socket.closed:
                reply = {"type": "RESTResponse", "request_id": wanted["request_id"], "status_code": status}
                await socket.send_str(json.dumps(reply | {"reason_phrase": "", "message_body": answer}))
        if self.sockets.get(app) is socket:
            del self.sockets[app]
        return socket

    async def _serve(self, asked: Asked) -> tuple[int, str]:
        self.asked.append(asked)
        for pattern, gate in self.gates.items():
            if re.fullmatch(pattern, asked.line):
                await gate.wait()
        for pattern, (status, words) in self.refusals.items():
            if re.fullmatch(pattern, asked.line):
                return status, json.dumps({"message": words})
        match asked.line.split("/"):
            case ["GET asterisk", "info"]:
                return 200, json.dumps({"system": {"version": self.version}})
            case ["GET applications", name]:
                return 200, json.dumps({"name": name, "channel_ids": self.members, "bridge_ids": list(self.bridges)})
            case ["GET channels"]:
                return 200, json.dumps(self.channels)
            case ["GET bridges"]:
                return 200, json.dumps([{"id": bridge, "channels": inside} for bridge, inside in self.bridges.items()])
            case ["GET playbacks", playback]:
                return (
                    (200, json.dumps({"id": playback})) if playback in self.playbacks else (404, '{"message":"gone"}')
                )
            case ["GET recordings", "live", recording]:
                live = recording in self.recordings
                return (200, json.dumps({"name": recording})) if live else (404, '{"message":"gone"}')
            case ["GET endpoints", _]:
                return 200, json.dumps([{"technology": "PJSIP", "resource": "1001", "state": "online"}])
            case ["POST channels", "create"]:
                return 200, json.dumps({"id": asked.query["channelId"]})
            case _:
                return 204, ""


def _parameter(name: str, place: str, required: bool) -> dict[str, Any]:
    return {"name": name, "paramType": place, "required": required, "dataType": "string"}
