"""The page of messages: who sees what, that nothing a caller sent is markup, and recordings in parts."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from phones import audio
from router.board.messages_http import WORDS, Row, add_message_routes
from router.errors import RouterAway

ROW: dict[str, Any] = {
    "message": "m1",
    "box": "night",
    "title": "",
    "stage": "open",
    "agent": "",
    "caller": "+8613800138000",
    "recording": "a",
    "left_at_ms": 1_790_000_000_000,
    "length_ms": 64_400,
    "due_at_ms": 1_790_003_600_000,
    "late": False,
}


class Source:
    """Messages made by hand; ``error`` is raised where set."""

    time_zone = "Asia/Shanghai"

    def __init__(self, folder: Path) -> None:
        self.rows: list[Row] = [ROW]
        self.error: Exception | None = None
        self._folder = folder

    async def messages(self, message: str = "") -> Sequence[Row]:
        if self.error is not None:
            raise self.error
        return [row for row in self.rows if message in ("", row["message"])]

    def file(self, row: Row) -> Path | None:
        return self._folder / f"{row['recording']}.wav"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    audio.write_wave(tmp_path / "a.wav", audio.tone(610, 1_000))
    return Source(tmp_path)


@pytest_asyncio.fixture
async def client(source: Source) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    add_message_routes(app, source, lambda request, row: row["box"] != "secret")
    async with TestClient(TestServer(app)) as client:
        yield client


Client = TestClient[web.Request, web.Application]


async def test_the_page_in_both_languages(client: Client) -> None:
    english = await (await client.get("/messages")).text()
    assert "<title>Messages</title>" in english and "1:04" in english and "2026-09-21 22:13" in english
    assert '<audio controls preload="metadata" src="/messages/m1.wav"' in english
    assert 'href="?lang=zh"' in english
    by_choice = await client.get("/messages?lang=zh")
    by_browser = await client.get("/messages", headers={"Accept-Language": "zh-CN"})
    for chinese in (by_choice, by_browser):
        text = await chinese.text()
        assert '<html lang="zh">' in text and "待处理" in text and "播放" in text


async def test_it_brings_nothing_inline_and_says_so(client: Client) -> None:
    answer = await client.get("/messages")
    text = await answer.text()
    assert (
        "<script" not in text and "style=" not in text and "<style" not in text and " on" not in text.split("<body>")[1]
    )
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "media-src 'self'" in policy and "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await client.get("/messages/style.css")).content_type == "text/css"


async def test_what_a_caller_sent_is_no_markup(client: Client, source: Source) -> None:
    source.rows = [{**ROW, "caller": "<script>alert(1)</script>", "title": '"><img src=x>'}]
    text = await (await client.get("/messages")).text()
    assert "<script" not in text and "<img" not in text
    assert "&lt;script&gt;" in text


async def test_who_may_not_hear_it_neither_sees_it_nor_finds_it(client: Client, source: Source) -> None:
    source.rows = [{**ROW, "box": "secret"}]
    assert WORDS["none"][0] in await (await client.get("/messages")).text()
    assert (await client.get("/messages/m1.wav")).status == 404


@pytest.mark.parametrize("path", ["m2.wav", "..%2fa.wav", "m1", "m1.mp3"])
async def test_what_is_not_there(client: Client, path: str) -> None:
    assert (await client.get(f"/messages/{path}")).status == 404


async def test_a_recording_that_is_gone_is_said_so(client: Client, source: Source) -> None:
    source.rows = [{**ROW, "recording": "b"}]
    text = await (await client.get("/messages")).text()
    assert "no recording" in text and "<audio" not in text
    assert (await client.get("/messages/m1.wav")).status == 404


async def test_a_recording_whole_and_in_part(client: Client, tmp_path: Path) -> None:
    data = (tmp_path / "a.wav").read_bytes()
    whole = await client.get("/messages/m1.wav")
    assert (whole.status, whole.content_type, await whole.read()) == (200, "audio/wav", data)
    part = await client.get("/messages/m1.wav", headers={"Range": "bytes=100-199"})
    assert (part.status, await part.read()) == (206, data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(data)}"
    beyond = await client.get("/messages/m1.wav", headers={"Range": f"bytes={len(data) + 1}-"})
    assert beyond.status == 416
    assert np.abs(audio.read_wave(tmp_path / "a.wav")).max() > 100, "the recording is not silence"


async def test_the_router_away(client: Client, source: Source) -> None:
    source.error = RouterAway("no router answers", "start the line")
    page = await client.get("/messages")
    assert page.status == 503 and "no router answers" in await page.text()
    assert (await client.get("/messages/m1.wav")).status == 503
