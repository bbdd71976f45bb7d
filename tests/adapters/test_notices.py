"""Notices against a real web server and a real mail server of a few lines: delivered, refused, late."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from router.adapters.notices import Notices
from router.adapters.notices_mail import mail_of
from router.core.commands import SendNotice
from router.core.events import ReplyArrived
from router.core.ids import CallId
from router.core.services import Mail, Service, Webhook


class Desk:
    """Sends one notice and returns what the core would hear."""

    def __init__(self) -> None:
        self.heard: list[ReplyArrived] = []
        self.services: dict[str, Service] = {}
        self.bodies: list[tuple[web.Request, Any]] = []
        self.status = 200
        self.notices: Notices
        self.url = ""

    async def send(self, timeout_ms: int = 2_000, **fields: str) -> str:
        command = SendNotice(
            call=CallId("t.1.c1"), request="t.1.c1.r1", service="sms", fields=fields, timeout_ms=timeout_ms
        )
        await self.notices.deliver(command)
        return self.heard[-1].status


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()

    async def serve(request: web.Request) -> web.Response:
        form = request.content_type == "application/x-www-form-urlencoded"
        made.bodies.append((request, dict(await request.post()) if form else await request.json()))
        return web.Response(status=made.status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with Notices(
        find=lambda config, name: made.services.get(name),
        secret=lambda name: f"secret of {name}",
        submit=made.heard.append,  # type: ignore[arg-type]
    ) as made.notices:
        yield made
    await runner.cleanup()


async def test_a_webhook_gets_the_fields_and_can_tell_one_it_has(desk: Desk) -> None:
    desk.services["sms"] = Webhook(name="sms", url=f"{desk.url}/hook")
    assert await desk.send(text="hi", number="+86138") == "ok"
    request, body = desk.bodies[0]
    assert body == {"text": "hi", "number": "+86138"}
    assert request.headers["Idempotency-Key"] == "t.1.c1.r1"


async def test_an_sms_gateway_gets_a_form_of_its_own(desk: Desk) -> None:
    desk.services["sms"] = Webhook(
        name="sms",
        url=f"{desk.url}/send?key={{secret:gate}}",
        form=True,
        body=(("mobile", "{number}"), ("content", "【热线】{text}")),
        headers=(("X-Key", "{secret:gate}"),),
    )
    assert await desk.send(text="a\nb", number="138") == "ok"
    request, body = desk.bodies[0]
    assert body == {"mobile": "138", "content": "【热线】a b"}
    assert request.query["key"] == "secret of gate"
    assert request.headers["X-Key"] == "secret of gate"


@pytest.mark.parametrize("status", [302, 400, 500])
async def test_a_service_that_does_not_take_it_is_a_failure(desk: Desk, status: int) -> None:
    desk.services["sms"] = Webhook(name="sms", url=f"{desk.url}/hook")
    desk.status = status
    assert await desk.send(text="hi") == "failed"


async def test_nobody_there_or_no_such_service_is_a_failure(desk: Desk) -> None:
    desk.services["sms"] = Webhook(name="sms", url="http://127.0.0.1:1/hook")
    assert await desk.send(text="hi") == "failed"
    desk.services.clear()
    assert await desk.send(text="hi") == "failed"


async def test_a_log_says_nothing_of_what_was_sent(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.services["sms"] = Webhook(name="sms", url=f"{desk.url}/{{secret:gate}}")
    desk.status = 500
    with caplog.at_level(logging.DEBUG):
        await desk.send(text="private words")
    assert "HTTP status 500" in caplog.text
    assert "private words" not in caplog.text
    assert "secret of gate" not in caplog.text


# --- mail -----------------------------------------------------------------------------------------------------


def a_mail(port: int = 0, **spec: object) -> Mail:
    return Mail(
        **{  # type: ignore[arg-type]
            "name": "sms",
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "line@example.org",
            "to": ("desk@example.org",),
            "subject": "Message from {caller}",
            "text": "Box {box}\n{text}",
            "timeout_ms": 2_000,
            **spec,
        }
    )


async def _mail_server(mails: list[str], code: int = 250) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                text = await reader.readuntil(b"\r\n.\r\n")
                mails.append(text.decode())
                writer.write(b"%d done\r\n" % code)
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


@pytest.mark.parametrize(("code", "word"), [(250, "ok"), (554, "failed")])
async def test_a_mail_is_sent(desk: Desk, code: int, word: str) -> None:
    mails: list[str] = []
    server = await _mail_server(mails, code)
    desk.services["sms"] = a_mail(server.sockets[0].getsockname()[1])
    assert await desk.send(caller="+86138", box="desk", text="hello") == word
    server.close()
    assert "Subject: Message from +86138" in mails[0]
    assert "Box desk" in mails[0]


def test_a_caller_cannot_add_to_a_mails_head() -> None:
    mail = mail_of(a_mail(), {"caller": "x\r\nBcc: all@example.org"}, "r1")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Message from x  Bcc: all@example.org"
    assert mail["To"] == "desk@example.org"
