"""Lookups against a real web server and a real Redis: good answers, and every way an answer can be bad."""

import asyncio
import logging
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from redis.asyncio import Redis

from router.adapters.lookups import Lookups
from router.core.commands import LookUp
from router.core.events import ReplyArrived
from router.core.ids import CallId
from router.core.services import HttpSource, RedisSource, Source
from router.errors import SettingsError
from support.ports import free_port
from support.redis_program import redis_program

REDIS_PORT = free_port()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Desk:
    """Asks one source and returns what the core would hear."""

    def __init__(self) -> None:
        self.heard: list[ReplyArrived] = []
        self.sources: dict[str, Source] = {}
        self.requests: list[web.Request] = []
        self.handler: Handler | None = None
        self.lookups: Lookups
        self.port = 0

    async def ask(self, *, secret: bool = False, timeout_ms: int = 2_000, **fields: str) -> ReplyArrived:
        command = LookUp(
            call=CallId("t.1.c1"),
            request="t.1.c1.r1",
            source="crm",
            fields=fields,
            timeout_ms=timeout_ms,
            secret=secret,
        )
        await self.lookups.answer(command)
        return self.heard[-1]

    def http(self, **spec: Any) -> None:
        url = f"http://127.0.0.1:{self.port}/customers/{{number}}"
        self.sources["crm"] = HttpSource(**{"name": "crm", "url": url, "values": (("name", "customer.name"),), **spec})

    def says(self, body: str | bytes, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        async def handler(request: web.Request) -> web.Response:
            raw = body.encode() if isinstance(body, str) else body
            return web.Response(body=raw, status=status, content_type=kind, headers=headers)

        self.handler = handler


def _secret(name: str) -> str:
    if name != "crm":
        raise SettingsError(f"secret '{name}' is not set", "set it")
    return "s3cret"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()

    async def serve(request: web.Request) -> web.StreamResponse:
        made.requests.append(request)
        assert made.handler is not None
        return await made.handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    async with Lookups(
        find=lambda config, name: made.sources.get(name),
        secret=_secret,
        submit=made.heard.append,  # type: ignore[arg-type]
        redis_url=f"redis://127.0.0.1:{REDIS_PORT}/0",
    ) as made.lookups:
        made.http()
        yield made
    await runner.cleanup()


# --- web services -------------------------------------------------------------------------------------------


async def test_the_wanted_texts_are_taken_out_of_the_answer(desk: Desk) -> None:
    desk.http(
        values=(
            ("name", "customer.name"),
            ("age", "customer.age"),
            ("vip", "vip"),
            ("first", "orders.0.id"),
            ("no", "a.b"),
        )
    )
    desk.says('{"customer": {"name": "李雷", "age": 41}, "vip": true, "orders": [{"id": 7}]}')
    reply = await desk.ask(number="+86138")
    assert reply.status == "ok"
    assert reply.fields == {"name": "李雷", "age": "41", "vip": "yes", "first": "7", "no": ""}
    assert desk.requests[0].path == "/customers/+86138"
    assert desk.requests[0].raw_path == "/customers/%2B86138"


@pytest.mark.parametrize(
    ("status", "word"), [(404, "missing"), (401, "refused"), (403, "refused"), (302, "failed"), (500, "failed")]
)
async def test_the_http_status_decides(desk: Desk, status: int, word: str) -> None:
    desk.http(retries=0)
    desk.says("{}", status, Location="http://127.0.0.1:1/")
    assert (await desk.ask(number="1")).status == word


async def test_a_refusal_may_be_said_in_the_answer(desk: Desk) -> None:
    desk.http(accepted=(("result", "OK"),), values=())
    desk.says('{"result": "wrong"}')
    assert (await desk.ask(number="1")).status == "refused"
    desk.says('{"result": "ok"}')
    assert (await desk.ask(number="1")).status == "ok"


@pytest.mark.parametrize(
    "body",
    ["<html><body>Service unavailable</body></html>", "", "nonsense", '{"customer": ', "\xff\xfe",
     '{"customer": {"name": ["x"]}}',
     '{"customer": {"name": {"a": 1}}}', "[" * 60_000, '{"customer": {"name": "x"}}' + " " * 70_000],
    ids=["html", "empty", "text", "cut off", "wrong encoding", "list", "object", "deep", "huge"],
)  # fmt: skip
async def test_what_makes_no_sense_is_a_failure(desk: Desk, body: str) -> None:
    desk.http(retries=0)
    desk.says(body.encode("latin-1") if body.startswith("\xff") else body)
    reply = await desk.ask(number="1")
    assert (reply.status, reply.fields) == ("failed", {})


async def test_ten_megabytes_are_not_read_to_their_end(desk: Desk) -> None:
    desk.http(retries=0)
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1_000):
            await response.write(b"x" * 10_000)
            sent += 10_000
        return response

    desk.handler = flood
    assert (await desk.ask(number="1")).status == "failed"
    assert sent < 10_000_000


async def test_a_packed_answer_nobody_asked_for_is_a_failure(desk: Desk) -> None:
    desk.http(retries=0)
    desk.says(b"\x1f\x8b\x08\x00", 200, "application/json", **{"Content-Encoding": "gzip"})
    assert (await desk.ask(number="1")).status == "failed"


async def test_a_slow_answer_is_a_failure_in_time(desk: Desk) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    desk.handler = slow
    began = asyncio.get_running_loop().time()
    assert (await desk.ask(timeout_ms=200, number="1")).status == "failed"
    assert asyncio.get_running_loop().time() - began < 1


async def test_nobody_there_is_a_failure(desk: Desk) -> None:
    desk.http(url="http://127.0.0.1:1/{number}", retries=0)
    assert (await desk.ask(number="1")).status == "failed"


async def test_trouble_that_passes_is_tried_again_but_a_password_is_asked_once(desk: Desk) -> None:
    async def second_time(request: web.Request) -> web.Response:
        return web.json_response({"customer": {"name": "Li"}}, status=503 if len(desk.requests) == 1 else 200)

    desk.handler = second_time
    assert (await desk.ask(number="1")).fields == {"name": "Li"}
    desk.requests.clear()
    assert (await desk.ask(secret=True, number="1")).status == "failed"
    assert len(desk.requests) == 1


async def test_an_answer_is_kept_but_never_that_to_a_password(desk: Desk) -> None:
    desk.http(cache_ms=60_000)
    desk.says('{"customer": {"name": "Li"}}')
    for _ in range(3):
        assert (await desk.ask(number="1")).fields == {"name": "Li"}
    assert len(desk.requests) == 1
    await desk.ask(number="2")
    await desk.ask(secret=True, number="1")
    await desk.ask(secret=True, number="1")
    assert len(desk.requests) == 4


async def test_texts_are_cleaned_and_bounded(desk: Desk) -> None:
    desk.says('{"customer": {"name": "a\\r\\nb\\u0000\\u001b[31m' + "x" * 3_000 + '"}}')
    name = (await desk.ask(number="1")).fields["name"]
    assert name.isprintable()
    assert len(name) == 500


@pytest.mark.parametrize("number", ["1/../../admin", "a?b=c#d", "x\r\nHost: evil", "%2e%2e", "http://evil/"])
async def test_a_field_stays_one_part_of_the_address(desk: Desk, number: str) -> None:
    desk.says('{"customer": {"name": "x"}}')
    await desk.ask(number=number)
    assert desk.requests[0].raw_path.startswith("/customers/")
    assert desk.requests[0].raw_path.count("/") == 2
    assert not desk.requests[0].query_string


@pytest.mark.parametrize(("number", "word"), [("..", "failed"), ("", "missing")])
async def test_a_field_that_would_lead_elsewhere_or_anywhere_is_not_asked(desk: Desk, number: str, word: str) -> None:
    desk.http(retries=0)
    assert (await desk.ask(number=number)).status == word
    assert desk.requests == []


async def test_secrets_go_into_headers_and_into_no_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.http(
        headers=(("Authorization", "Bearer {secret:crm}"),), method="POST", body=(("pin", "{password}"),), retries=0
    )
    desk.says("nonsense", 500)
    with caplog.at_level(logging.DEBUG):
        await desk.ask(secret=True, number="1", password="654321")
    assert desk.requests[0].headers["Authorization"] == "Bearer s3cret"
    assert "HTTP status 500" in caplog.text
    assert "654321" not in caplog.text
    assert "s3cret" not in caplog.text


async def test_a_secret_that_is_not_set_is_said_with_its_cure(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.http(headers=(("X-Key", "{secret:other}"),))
    assert (await desk.ask(number="1")).status == "failed"
    assert "secret 'other' is not set; set it" in caplog.text


async def test_a_source_that_was_removed_is_a_failure(desk: Desk) -> None:
    desk.sources.clear()
    assert (await desk.ask(number="1")).status == "failed"


# --- Redis --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    program, name = redis_program()
    folder: Path = tmp_path_factory.mktemp("redis")
    arguments = ["--port", str(REDIS_PORT), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([name, *arguments], executable=program, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        server.terminate()
        server.wait(5)


@pytest.fixture
async def hashes(redis_server: None, desk: Desk) -> AsyncIterator[Redis]:
    desk.sources["crm"] = RedisSource(name="crm", key="customer:{number}", values=(("name", "n"), ("vip", "v")))
    redis = Redis(port=REDIS_PORT)
    for _ in range(100):
        try:
            await redis.ping()
            break
        except OSError:
            await asyncio.sleep(0.05)
    await redis.flushdb()
    yield redis
    await redis.aclose()


async def test_a_hash_is_read(desk: Desk, hashes: Redis) -> None:
    await hashes.hset("customer:1", mapping={"n": "李雷", "secret": "x"})
    reply = await desk.ask(number="1")
    assert (reply.status, reply.fields) == ("ok", {"name": "李雷", "vip": ""})
    assert (await desk.ask(number="2")).status == "missing"
    assert (await desk.ask(number="")).status == "missing"


async def test_all_fields_of_a_small_hash(desk: Desk, hashes: Redis) -> None:
    desk.sources["crm"] = RedisSource(name="crm", key="customer:{number}")
    await hashes.hset("customer:1", mapping={"a": "1", "b": "2"})
    assert (await desk.ask(number="1")).fields == {"a": "1", "b": "2"}
    assert (await desk.ask(number="2")).status == "missing"
    await hashes.hset("customer:1", mapping={f"f{count}": "x" for count in range(200)})
    assert (await desk.ask(number="1")).status == "failed"


@pytest.mark.parametrize("value", [b"\xff\xfe\xfa", b"x" * 100_000], ids=["wrong encoding", "huge"])
async def test_a_bad_field_is_a_failure(desk: Desk, hashes: Redis, value: bytes) -> None:
    await hashes.hset("customer:1", mapping={"n": value})
    assert (await desk.ask(number="1")).status == "failed"


async def test_another_type_of_key_is_a_failure(desk: Desk, hashes: Redis) -> None:
    await hashes.set("customer:1", "text")
    assert (await desk.ask(number="1")).status == "failed"


async def test_redis_away_is_a_failure(desk: Desk) -> None:
    desk.sources["crm"] = RedisSource(name="crm", key="customer:{number}", url="redis://127.0.0.1:1/0", retries=0)
    assert (await desk.ask(number="1")).status == "failed"
