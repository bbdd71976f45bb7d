"""A web service of the tests: customers, a login, notices; it can be slow, and it can be down."""

import asyncio
from typing import Any

from aiohttp import web


class OutsideService:
    """Answers on ``port`` of loopback. ``got`` are the JSON bodies posted, by path."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.customers: dict[str, dict[str, Any]] = {}
        self.passwords: dict[str, str] = {}
        self.got: dict[str, list[dict[str, Any]]] = {}
        self._runner: web.AppRunner | None = None

    async def start(self) -> "OutsideService":
        """Be up."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/customers/{number}", self._customer),
                web.get("/slow", self._slow),
                web.post("/login", self._login),
                web.post("/{name}", self._take),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        return self

    async def stop(self) -> None:
        """Be down: connections are refused."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _customer(self, request: web.Request) -> web.Response:
        customer = self.customers.get(request.match_info["number"])
        if customer is None:
            raise web.HTTPNotFound
        return web.json_response({"customer": customer})

    async def _slow(self, request: web.Request) -> web.Response:
        await asyncio.sleep(10)
        return web.json_response({"name": "late"})

    async def _login(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.got.setdefault("login", []).append(body)
        if self.passwords.get(body["account"]) != body["password"]:
            raise web.HTTPForbidden
        return web.json_response({"name": "somebody"})

    async def _take(self, request: web.Request) -> web.Response:
        self.got.setdefault(request.match_info["name"], []).append(await request.json())
        return web.json_response({})
