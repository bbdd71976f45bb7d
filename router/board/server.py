"""The board's web server: the page, the events it lives on, the chart, signing in. It only ever reads.

``/`` the whole centre and ``/room/NAME`` a room, for people who signed in or a screen with its token
(``/room/NAME?token=...``); ``/live`` what changes, over a WebSocket.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from router.board.board import ALL_ROOM, Board
from router.board.gate import ALL_ROOMS, KIOSK_S, SESSION_S, Gate, Tries
from router.board.rows import as_json, head_json
from router.board.trend import Trend
from router.board.words import LANGUAGES, words_of

log = logging.getLogger(__name__)

BEAT_S: Final = 1.0
MOST_PAGES: Final = 500
PEOPLE_ONLY: Final = "/messages"
WRITE_WITHIN_S: Final = 15.0
FORM_BYTES: Final = 8_192
THEMES: Final = ("dark", "light")
_SESSION, _KIOSK = "hotline_board", "hotline_screen"
_YEAR_S: Final = 365 * 24 * 3600
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

CSP: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
# A chart has its colours and sizes in attributes of style; it is a picture, and may do nothing at all.
CHART_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class BoardServer:
    """Serves one board. ``now_s`` gives seconds for cookies and bounds on guesses."""

    def __init__(self, board: Board, gate: Gate, *, title: str, now_s: Callable[[], float]) -> None:
        self._board, self._gate, self._title, self._now_s = board, gate, title, now_s
        self._tries = Tries()
        self._trend = Trend()
        self._statics = _statics()
        self.build = hashlib.sha256(b"".join(data for data, _ in self._statics.values())).hexdigest()[:12]
        self.page_count = 0
        self._told: dict[tuple[str, int, int], bytes] = {}
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("router.board"), autoescape=True, undefined=jinja2.StrictUndefined
        )
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    def app(self) -> web.Application:
        """Return the application; others may add routes before it is started."""
        app = web.Application(client_max_size=FORM_BYTES, middlewares=[_guarded, self._people_only])
        app.on_response_prepare.append(_add_headers)
        app.add_routes(
            [
                web.get("/", self._centre),
                web.get("/room/{room}", self._room),
                web.get("/live", self._live),
                web.get("/may", self._may_page),
                web.get("/trend/{room}.svg", self._chart),
                web.get("/sign-in", self._door),
                web.post("/sign-in", self._sign_in),
                web.post("/sign-out", self._sign_out),
                web.get("/static/{name}", self._static),
                web.get("/ready", self._ready),
            ]
        )
        return app

    @web.middleware
    async def _people_only(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Callers' messages are for people who signed in; no screen's token opens them."""
        if request.path.startswith(PEOPLE_ONLY) and not self.signed_in(request):
            return self._door_page(request, "", status=401)
        return await handler(request)

    async def start(self, app: web.Application, host: str, port: int) -> None:
        """Open the port."""
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Close the port and every page's connection."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
        self._trend.close()

    # --- who may look ----------------------------------------------------------------------------------------

    def signed_in(self, request: web.Request) -> bool:
        """Say whether somebody signed in with the password."""
        return self._gate.rooms_of(request.cookies.get(_SESSION, ""), int(self._now_s())) == ALL_ROOMS

    def _may(self, request: web.Request, room: str) -> bool:
        if self.signed_in(request):
            return True
        return self._gate.rooms_of(request.cookies.get(_screen(room), ""), int(self._now_s())) == room

    # --- pages -----------------------------------------------------------------------------------------------

    async def _centre(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request, ALL_ROOM)

    async def _room(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["room"]
        if name not in self._board.rooms:
            return self._door_page(request, "no_room", status=404, form=False)
        token = request.query.get("token", "")
        if token:
            return self._admit(request, name, token)
        return await self._page(request, name)

    def _admit(self, request: web.Request, room: str, token: str) -> web.StreamResponse:
        """A screen shows its token: it gets a cookie, and an address without the token."""
        address = _address(request)
        wait_s = self._tries.wait_s(address, self._now_s())
        if wait_s:
            return self._too_many(request, wait_s)
        if not self._gate.token_fits(room, token):
            self._tries.failed(address, self._now_s())
            return self._door_page(request, "ask_room", status=401)
        kept = {name: value for name, value in request.query.items() if name in ("lang", "theme")}
        response = web.HTTPSeeOther(request.rel_url.with_query(kept))
        _set_cookie(request, response, _screen(room), self._gate.cookie(room, int(self._now_s())), KIOSK_S)
        return response

    async def _page(self, request: web.Request, name: str) -> web.StreamResponse:
        if not self._may(request, name):
            if name == ALL_ROOM:
                return self._door_page(request, "", status=401)
            return self._door_page(request, "ask_room", status=401)
        room = self._board.rooms[name]
        language, theme = self._language(request, room.language), self._theme(request, room.theme)
        signed_in = self.signed_in(request)
        words = words_of(language)
        rooms = []
        if signed_in and len(self._board.rooms) > 1:
            for other in self._board.rooms.values():
                path = "/" if other.name == ALL_ROOM else f"/room/{other.name}"
                title = other.title or (words["all"] if other.name == ALL_ROOM else other.name)
                rooms.append({"path": path, "title": title, "here": other.name == name})
        return self._render(
            request,
            "board.html.j2",
            language,
            theme,
            room=room,
            title=room.title or (self._title if name == ALL_ROOM else name),
            rooms=rooms,
            signed_in=signed_in,
            zone=self._board.site.clock.zone,
        )

    def _render(
        self, request: web.Request, template: str, language: str, theme: str, *, status: int = 200, **values: Any
    ) -> web.Response:
        text = self._templates.get_template(template).render(
            lang=language, theme=theme, build=self.build, words=words_of(language), **values
        )
        response = web.Response(text=text, content_type="text/html", status=status)
        for name in ("lang", "theme"):
            given = request.query.get(name, "")
            if given in LANGUAGES + THEMES:
                _set_cookie(request, response, f"hotline_{name}", given, _YEAR_S)
        return response

    def _language(self, request: web.Request, of_room: str = "") -> str:
        for wanted in (request.query.get("lang"), request.cookies.get("hotline_lang"), of_room):
            if wanted in LANGUAGES:
                return wanted
        return "zh" if request.headers.get("Accept-Language", "").lower().startswith("zh") else "en"

    def _theme(self, request: web.Request, of_room: str = "") -> str:
        for wanted in (request.query.get("theme"), request.cookies.get("hotline_theme"), of_room):
            if wanted in THEMES:
                return wanted
        return "dark"

    # --- the door --------------------------------------------------------------------------------------------

    async def _door(self, request: web.Request) -> web.StreamResponse:
        return self._door_page(request, "")

    def _door_page(
        self, request: web.Request, message: str, *, status: int = 200, form: bool = True, **fill: object
    ) -> web.Response:
        language = self._language(request)
        said = words_of(language)[message].format(**fill) if message else ""
        wanted = request.path if request.path.startswith(("/room/", PEOPLE_ONLY)) else request.query.get("next", "/")
        return self._render(
            request,
            "sign_in.html.j2",
            language,
            self._theme(request),
            status=status,
            title=self._title,
            message=said,
            form=form,
            next=_inside(wanted),
        )

    def _too_many(self, request: web.Request, wait_s: int) -> web.Response:
        response = self._door_page(request, "too_many", status=429, seconds=wait_s)
        response.headers["Retry-After"] = str(wait_s)
        return response

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        if not _same_origin(request):
            raise web.HTTPForbidden(text="sign in from the board's own page")
        address = _address(request)
        wait_s = self._tries.wait_s(address, self._now_s())
        if wait_s:
            return self._too_many(request, wait_s)
        form = await request.post()
        given = form.get("password", "")
        # counted before it is checked: many tries at once must not all slip through while one is checked
        self._tries.failed(address, self._now_s())
        if not isinstance(given, str) or not await asyncio.to_thread(self._gate.password_fits, given):
            return self._door_page(request, "wrong_password", status=401)
        self._tries.succeeded(address)
        response = web.HTTPSeeOther(_inside(str(form.get("next", "/"))))
        _set_cookie(request, response, _SESSION, self._gate.cookie(ALL_ROOMS, int(self._now_s())), SESSION_S)
        return response

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        if not _same_origin(request):
            raise web.HTTPForbidden(text="sign out from the board's own page")
        response = web.HTTPSeeOther("/sign-in")
        response.del_cookie(_SESSION, path="/")
        return response

    # --- what pages fetch ------------------------------------------------------------------------------------

    async def _static(self, request: web.Request) -> web.StreamResponse:
        found = self._statics.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        data, kind = found
        fresh = "public, max-age=31536000, immutable" if request.query_string == self.build else "no-cache"
        return web.Response(body=data, content_type=kind, charset="utf-8", headers={"Cache-Control": fresh})

    def _known_room(self, request: web.Request, name: str) -> str:
        if name not in self._board.rooms:
            raise web.HTTPNotFound
        if not self._may(request, name):
            raise web.HTTPUnauthorized
        return name

    async def _may_page(self, request: web.Request) -> web.StreamResponse:
        self._known_room(request, request.query.get("room", ""))
        return web.Response(status=204)

    async def _chart(self, request: web.Request) -> web.StreamResponse:
        room = self._known_room(request, request.match_info["room"])
        board = self._board
        svg = await self._trend.svg(
            board.trend(room),
            board.day_start(),
            board.site.wall.thresholds.service_level,
            self._theme(request),
            self._language(request),
        )
        return web.Response(
            body=svg,
            content_type="image/svg+xml",
            headers={"Content-Security-Policy": CHART_CSP, "Cache-Control": "private, max-age=300"},
        )

    async def _ready(self, request: web.Request) -> web.StreamResponse:
        head = self._board.head()
        ready = head["trouble"] in ("", "router_away")
        return web.json_response({"ready": ready, "trouble": head["trouble"]}, status=200 if ready else 503)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        room = self._known_room(request, request.query.get("room", ""))
        if not _same_origin(request):
            raise web.HTTPForbidden(text="only the board's own page may listen")
        if self.page_count >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text="too many pages look at this board")
        page = _OpenPage(room, self._version_of(request.query.get("after", "")), self._board.changed())
        socket = web.WebSocketResponse(max_msg_size=256, timeout=1.0, compress=False)
        await socket.prepare(request)
        self.page_count += 1
        listening = asyncio.create_task(_listen(socket, page))
        try:
            await self._follow(socket, page)
        except (ConnectionError, TimeoutError):
            pass  # the page is gone
        finally:
            listening.cancel()
            self._board.forget(page.wake)
            self.page_count -= 1
            await socket.close()
        return socket

    async def _follow(self, socket: web.WebSocketResponse, page: "_OpenPage") -> None:
        """Tell a page what changes, the next rows when it has drawn the last: nothing piles up for a slow one."""
        while not self._closing.is_set() and not socket.closed and page.room in self._board.rooms:
            page.wake.clear()
            text = b""
            if page.drawn and (page.first or self._board.version != page.version):
                text = self._rows_message(page.room, page.version)
                page.version, page.first = self._board.version, False
                page.drawn = not text
            text = text or head_json(self._board.head()) + b"}"
            async with asyncio.timeout(WRITE_WITHIN_S):
                await socket.send_str(text.decode())
            try:
                async with asyncio.timeout(BEAT_S):
                    await page.something_to_say(self._board)
            except TimeoutError:
                pass

    def _rows_message(self, room: str, version: int) -> bytes:
        key = (room, version, self._board.version)
        told = self._told.get(key)
        if told is None:
            if len(self._told) > 200:
                self._told.clear()
            patch = self._board.since(room, version)
            told = self._told[key] = as_json(patch) if patch.rows or patch.whole else b""
        if not told:
            return b""
        event_id = f"{self._board.run_id}.{self._board.version}"
        return head_json({"id": event_id, "build": self.build, **self._board.head()}) + told

    def _version_of(self, event_id: str) -> int:
        """Return the version a page knows: 0 where it is none of this run's."""
        run_id, _, version = event_id.partition(".")
        return int(version) if run_id == self._board.run_id and version.isdecimal() and len(version) < 16 else 0


class _OpenPage:
    """One page that listens: what it knows, and whether it has drawn what it was told last."""

    def __init__(self, room: str, version: int, wake: asyncio.Event) -> None:
        self.room, self.version, self.wake = room, version, wake
        self.first = self.drawn = True

    async def something_to_say(self, board: Board) -> None:
        """Wait until there are rows that the page does not know, and it is free to draw them."""
        while not (self.drawn and board.version != self.version):
            await self.wake.wait()
            self.wake.clear()


async def _listen(socket: web.WebSocketResponse, page: _OpenPage) -> None:
    """A page says one thing only: that it has drawn what it got."""
    async for _ in socket:
        page.drawn = True
        page.wake.set()
    page.drawn = True
    page.wake.set()


def _screen(room: str) -> str:
    return f"{_KIOSK}_{room}"


def _address(request: web.Request) -> str:
    return request.remote or "?"


def _inside(path: str) -> str:
    """Return a path of our own pages, never an address elsewhere."""
    parts = urlsplit(path)
    own = not parts.scheme and not parts.netloc and path.startswith("/") and not path.startswith(("//", "/\\"))
    known = parts.path == "/" or parts.path.startswith(("/room/", PEOPLE_ONLY))
    return parts.path if own and known and path.isprintable() and "\\" not in path else "/"


def _same_origin(request: web.Request) -> bool:
    origin = request.headers.get("Origin", "")
    if not origin or origin == "null":
        return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    return urlsplit(origin).netloc == request.host


def _set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, max_age_s: int) -> None:
    secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(name, value, max_age=max_age_s, path="/", httponly=True, samesite="Lax", secure=secure or None)


def _statics() -> dict[str, tuple[bytes, str]]:
    folder = files("router.board") / "static"
    return {
        entry.name: (entry.read_bytes(), _TYPES[Path(entry.name).suffix])
        for entry in sorted(_entries(folder), key=lambda one: str(one.name))
        if Path(entry.name).suffix in _TYPES
    }


def _entries(folder: Any) -> Iterable[Any]:
    return folder.iterdir()  # type: ignore[no-any-return]


@web.middleware
async def _guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """No trace of a fault of ours goes out."""
    try:
        return await handler(request)
    except (web.HTTPException, asyncio.CancelledError, ConnectionError):
        raise
    except Exception:
        log.exception("%s failed; please report this", request.path)
        raise web.HTTPInternalServerError from None


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        if name not in response.headers:
            response.headers[name] = value
