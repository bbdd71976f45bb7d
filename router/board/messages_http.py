"""The page on which messages are heard, and their recordings, as routes of somebody else's server.

The server asks who looks; ``may_play`` says whether they may hear a message. What they may not is not shown to them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from router.errors import HotlineError

Row = Mapping[str, Any]
"""A message, as the router's list has it (``GET /messages`` of its control socket)."""
MayPlay = Callable[[web.Request, Row], bool]

CSP: Final = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "media-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Messages", "留言"),
    "none": ("No messages.", "没有留言。"),
    "other": ("中文", "English"),
    "message": ("No.", "编号"),
    "box": ("Box", "信箱"),
    "left": ("Left at", "留言时间"),
    "length": ("Length", "时长"),
    "caller": ("Caller", "来电人"),
    "withheld": ("withheld", "号码保密"),
    "state": ("State", "状态"),
    "due": ("Answer by", "答复期限"),
    "late": ("late", "已超时"),
    "hear": ("Hear", "播放"),
    "open": ("open", "待处理"),
    "claimed": ("with {agent}", "{agent} 处理中"),
    "done": ("done by {agent}", "{agent} 已处理"),
    "no_file": ("no recording", "没有录音"),
    "away": ("The router does not answer: {error}", "路由程序没有应答：{error}"),
}
"""What the page says, in English and Chinese."""

_PAGE = """\
<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ say('title') }}</title>
<link rel="stylesheet" href="{{ base }}/style.css">
</head>
<body>
<header><h1>{{ say('title') }}</h1>
<a href="?lang={{ other }}" lang="{{ other }}" hreflang="{{ other }}">{{ say('other') }}</a></header>
{% if trouble %}<p role="alert">{{ trouble }}</p>
{% elif not rows %}<p>{{ say('none') }}</p>
{% else %}<table>
<thead><tr>
{% for name in ('message', 'box', 'left', 'length', 'caller', 'state', 'due', 'hear') %}\
<th scope="col">{{ say(name) }}</th>
{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}<tr{% if row.late %} class="late"{% endif %}>
<td>{{ row.message }}</td><td>{{ row.box }}</td><td>{{ row.left }}</td><td>{{ row.length }}</td>
<td>{{ row.caller }}</td><td>{{ row.state }}</td><td>{{ row.due }}{% if row.late %} ({{ say('late') }}){% endif %}</td>
<td>{% if row.heard %}<audio controls preload="metadata" src="{{ base }}/{{ row.message }}.wav"\
 aria-label="{{ say('hear') }} {{ row.message }}"></audio>{% else %}{{ say('no_file') }}{% endif %}</td>
</tr>
{% endfor %}</tbody>
</table>
{% endif %}</body>
</html>
"""
_STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; }
body { margin: 1.5rem; }
header { display: flex; justify-content: space-between; align-items: baseline; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8884; vertical-align: middle; }
td { font-variant-numeric: tabular-nums; }
.late td { font-weight: 600; }
audio { height: 2rem; max-width: 20rem; }
@media (max-width: 50rem) { thead { display: none; } tr { display: block; padding: .5rem 0; }
  td { display: block; border: 0; padding: .1rem 0; } }
"""


class MessageSource(Protocol):
    """Where messages and their recordings come from."""

    def messages(self, message: str = "") -> Awaitable[Sequence[Row]]:
        """Messages that are to be answered, the oldest first, or the one named, done or not.

        Raises HotlineError where nobody says.
        """

    def file(self, row: Row) -> Path | None:
        """The file of a message's recording; None where there is none."""

    @property
    def time_zone(self) -> str:
        """The site's time zone, such as ``Asia/Shanghai``."""


def add_message_routes(app: web.Application, source: MessageSource, may_play: MayPlay, base: str = "/messages") -> None:
    """Add the page at ``base`` and the recordings below it (``/messages/m12.wav``, with range requests).

    Whoever may not hear a message neither sees it in the list nor finds its recording.
    """
    page = _Page(source, may_play, base)
    app.router.add_get(base, page.show)
    app.router.add_get(f"{base}/style.css", page.style)
    app.router.add_get(f"{base}/{{message:[A-Za-z0-9._-]+}}.wav", page.recording)


class _Page:
    def __init__(self, source: MessageSource, may_play: MayPlay, base: str) -> None:
        self._source = source
        self._may_play = may_play
        self._base = base
        environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=False)
        self._template = environment.from_string(_PAGE)

    async def show(self, request: web.Request) -> web.Response:
        """The list of messages, the newest first."""
        language = _language(request)
        words = {name: pair[language == "zh"] for name, pair in WORDS.items()}
        rows: list[dict[str, Any]] = []
        trouble = ""
        try:
            zone = ZoneInfo(self._source.time_zone)
            found = [row for row in await self._source.messages() if self._may_play(request, row)]
            rows = [self._row(row, words, zone) for row in reversed(found)]
        except HotlineError as error:
            trouble = words["away"].format(error=error)
        text = self._template.render(
            language=language,
            other="en" if language == "zh" else "zh",
            base=self._base,
            rows=rows,
            trouble=trouble,
            say=words.__getitem__,
        )
        headers = {**_HEADERS, "Content-Security-Policy": CSP}
        return web.Response(text=text, content_type="text/html", headers=headers, status=503 if trouble else 200)

    async def style(self, request: web.Request) -> web.Response:
        """How the page looks."""
        return web.Response(text=_STYLE, content_type="text/css", headers={"X-Content-Type-Options": "nosniff"})

    async def recording(self, request: web.Request) -> web.StreamResponse:
        """A message's recording, whole or a part of it."""
        wanted = request.match_info["message"]
        try:
            row = next(iter(await self._source.messages(wanted)), None)
        except HotlineError as error:
            raise web.HTTPServiceUnavailable(text=str(error), headers=_HEADERS) from None
        path = self._source.file(row) if row is not None and self._may_play(request, row) else None
        if path is None or not path.is_file():
            raise web.HTTPNotFound(text="no such message", headers=_HEADERS)
        return web.FileResponse(path, headers={**_HEADERS, "Content-Type": "audio/wav"})

    def _row(self, row: Row, words: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
        path = self._source.file(row)
        minutes, seconds = divmod(round(row["length_ms"] / 1000), 60)
        return {
            "message": row["message"],
            "box": row["title"] or row["box"],
            "left": _moment(row["left_at_ms"], zone),
            "length": f"{minutes}:{seconds:02}",
            "caller": row["caller"] or words["withheld"],
            "state": words[row["stage"]].format(agent=row["agent"]),
            "due": _moment(row["due_at_ms"], zone),
            "late": row["late"] and row["stage"] != "done",
            "heard": path is not None and path.is_file(),
        }


def _language(request: web.Request) -> str:
    asked: str = request.query.get("lang") or request.headers.get("Accept-Language") or ""
    return "zh" if asked.lower().startswith("zh") else "en"


def _moment(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%Y-%m-%d %H:%M") if at_ms else "-"
