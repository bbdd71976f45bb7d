"""The wallboard with a real Redis, its real process and a real Chromium: its numbers are those of the stream."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page

from phones.behaviour import Answer
from router.adapters.record_codec import to_fields
from router.core import records
from router.core.records import Record
from router.drill.floor_day import FloorDay
from router.kpi.archive import Archive
from support.day_count import agents_now, counted
from support.ports import free_port
from support.tape import made
from system.board_page import CELLS, SEATS, SUMS, Stage, Wire, becomes, chromium, eventually, half_up, open_page, share
from system.rig import DIRECT, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

SHANGHAI_MS = 8 * 3_600_000
DAY_MS = 86_400_000


def now_ms() -> int:
    return int(time.time() * 1_000)


def midnight(at_ms: int) -> int:
    """When the day began in Shanghai."""
    return (at_ms + SHANGHAI_MS) // DAY_MS * DAY_MS - SHANGHAI_MS


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path)
    await stage.start_redis()
    try:
        yield stage
    finally:
        await stage.stop()


def the_day(stage: Stage, minutes: int = 50, calls_per_s: float = 0.25, **more: int) -> FloorDay:
    """Some hundred mixed calls: answered, given up soon and late, served by the menu, still there."""
    return FloorDay(
        stage.site, now_ms() - minutes * 60_000, calls_per_s=calls_per_s, agents=22, patience_ms=60_000, **more
    )


async def differs(page: Page, stream: list[Record]) -> str:
    """Say where the page says something else than a plain count of the stream does."""
    now = now_ms()
    cells, sums, seats = await page.evaluate(CELLS), await page.evaluate(SUMS), await page.evaluate(SEATS)
    wrong = []
    for queue, shown in cells.items():
        day, recent = counted(stream, midnight(now), queue), counted(stream, now - 900_000, queue)
        answered = day.number("answered")
        expected = {
            "waiting": str(len(day.asked_at)),
            "answered": str(answered),
            "sl_day": share(day.level(now)),
            "sl_now": share(recent.level(now)),
            "abandoned": share(day.abandonment()),
            "late": share(100 * day.late / answered if answered else None),
            "rings": share(100 * day.within / day.rung if day.rung else None),
        }
        if (asa_ms := day.asa_ms()) is not None:
            expected["asa"] = f"{half_up(round(asa_ms) / 1_000)}s"
        wrong += [
            f"{queue} {name}: {shown[name]}, not {value}" for name, value in expected.items() if shown[name] != value
        ]
    whole = counted(stream, midnight(now))
    if sums["waiting"] != str(len(whole.asked_at)):
        wrong.append(f"waiting in all: {sums['waiting']}, not {len(whole.asked_at)}")
    states = agents_now(stream)
    wrong += [
        f"agent {agent}: {seats.get(agent)}, not {state}"
        for agent, state in states.items()
        if seats.get(agent) != state
    ]
    if not cells:
        wrong.append("no queue is shown")
    return "; ".join(wrong)


async def equal(page: Page, stream: list[Record]) -> None:
    await eventually(lambda: differs(page, stream), "the page equals the stream", 20)


async def test_the_page_says_what_the_stream_says_after_hundreds_of_mixed_calls(stage: Stage, browser: Browser) -> None:
    day = the_day(stage)
    stream = day.start() + day.until(now_ms())
    await stage.put(stream)
    await stage.start_board()
    page = await open_page(browser, stage.kiosk("all"))
    assert "token" not in page.url
    await equal(page, stream)
    assert sum(type(record) is records.CallEnded for record in stream) > 500
    # live: what happens now comes without a reload
    await page.evaluate("window.kept = true")
    for _ in range(12):
        await asyncio.sleep(0.25)
        more = day.until(now_ms())
        stream += more
        await stage.put(more)
    await equal(page, stream)
    rest = day.hang_up_all()
    stream += [msgspec.structs.replace(record, at_ms=min(record.at_ms, now_ms() + 60_000)) for record in rest]
    await stage.put(stream[len(stream) - len(rest) :])
    await equal(page, stream)
    assert await page.evaluate("window.kept") and not page.complaints  # type: ignore[attr-defined]


async def test_messages_nobody_has_answered_are_counted_by_queue(stage: Stage, browser: Browser) -> None:
    day = the_day(stage, 2)
    stream = day.start() + day.until(now_ms())
    last = stream[-1]

    def told(kind: type[Record], place: int, message: str, **fields: object) -> Record:
        return made(kind, seq=last.seq + place, at_ms=last.at_ms + place, message=message, queue="fault", **fields)

    stream += [told(records.MessageLeft, place, f"m{place}", box="desk", recording="r") for place in (1, 2, 3)]
    stream.append(told(records.MessageDone, 4, "m1", box="desk", agent="1001"))
    await stage.put(stream)
    await stage.start_board()
    page = await open_page(browser, stage.kiosk("all"))
    await becomes(page, f"({CELLS})().fault?.messages === '2'")
    await stage.put([told(records.MessageDeleted, 5, "m2", box="desk", recording="r", was="open")])
    await becomes(page, f"({CELLS})().fault?.messages === '1' && ({CELLS})().enquiry.messages === '0'")


async def test_a_page_whose_connection_is_cut_says_so_and_misses_nothing(stage: Stage, browser: Browser) -> None:
    day = the_day(stage, 20)
    stream = day.start() + day.until(now_ms())
    await stage.put(stream)
    await stage.start_board()
    wire = await Wire(stage.port).start()
    try:
        page = await open_page(browser, stage.kiosk("all", wire.port))
        await equal(page, stream)
        await page.evaluate("window.kept = true")
        wire.cut()
        more = day.until(now_ms())
        stream += more
        await stage.put(more)
        await becomes(page, "document.body.classList.contains('stale')", within_s=15)
        assert re.search(r"0:\d\d old", await page.inner_text("#fresh"))
        more = day.until(now_ms())
        stream += more
        await stage.put(more)
        wire.mend()
        await becomes(page, "!document.body.classList.contains('stale')", within_s=15)
        await equal(page, stream)
        assert await page.evaluate("window.kept")
    finally:
        await wire.stop()


async def test_redis_and_the_board_may_be_restarted(stage: Stage, browser: Browser) -> None:
    day = the_day(stage, 20)
    stream = day.start() + day.until(now_ms())
    await stage.put(stream)
    await stage.start_board()
    page = await open_page(browser, stage.kiosk("all"))
    await equal(page, stream)
    stage.stop_redis()
    await becomes(page, "document.body.classList.contains('stale')", within_s=20)
    assert "Redis does not answer" in await page.inner_text("#fresh")
    await stage.start_redis()
    stream += (more := day.until(now_ms()))
    await stage.put(more)
    await becomes(page, "!document.body.classList.contains('stale')", within_s=20)
    await equal(page, stream)
    await page.evaluate("window.kept = true")
    await stage.kill_board()
    stream += (more := day.until(now_ms()))
    await stage.put(more)
    await stage.start_board()
    await becomes(page, "!document.body.classList.contains('stale')", within_s=20)
    await equal(page, stream)
    assert await page.evaluate("window.kept"), "the screen's cookie outlives the board, and the page its connection"


async def test_a_stream_trimmed_past_the_board_is_read_anew_and_said(stage: Stage, browser: Browser) -> None:
    day = the_day(stage, 20)
    stream = day.start() + day.until(now_ms())
    await stage.put(stream)
    await stage.start_board()
    page = await open_page(browser, stage.kiosk("all"))
    await equal(page, stream)
    assert stage.board is not None
    stage.board.send_signal(signal.SIGSTOP)
    await asyncio.sleep(1.5)  # its read that was under way ends with nothing
    await stage.put(more := day.until(now_ms() + 120_000))
    async with stage.client() as redis:
        await redis.xtrim(stage.key, maxlen=5, approximate=False)
    stage.board.send_signal(signal.SIGCONT)
    await becomes(page, "document.getElementById('note').textContent.includes('trimmed')", within_s=20)
    assert more


async def test_what_the_stream_no_longer_has_of_today_comes_from_the_archive(stage: Stage, browser: Browser) -> None:
    day = the_day(stage, 20)
    stream = day.start() + day.until(now_ms() - 300_000)
    await stage.put(stream)
    kept = len(stream) * 3 // 4
    with Archive(stage.home / "archive", stage.site.clock) as archive:
        archive.take((f"{record.at_ms}-{record.seq}", to_fields(record)) for record in stream[:kept])
        archive.flush()
    async with stage.client() as redis:  # the stream goes back to the middle of what is archived
        await redis.xtrim(stage.key, maxlen=len(stream) // 2, approximate=False)
    await stage.start_board()
    page = await open_page(browser, stage.kiosk("all"))
    await equal(page, stream)
    stream += (more := day.until(now_ms()))
    await stage.put(more)
    await equal(page, stream)
    assert not await page.inner_text("#note")
    await page.context.close()
    # without what lies between, the board says since when it counts
    await stage.kill_board()
    async with stage.client() as redis:
        await redis.xtrim(stage.key, maxlen=len(stream) - kept - 5, approximate=False)
    await stage.start_board()
    page = await open_page(browser, stage.kiosk("all"))
    await becomes(page, "document.getElementById('note').textContent.includes('older records are gone')")


async def test_strangers_and_newer_records_in_the_stream_do_no_harm(stage: Stage, browser: Browser) -> None:
    day = the_day(stage, 10)
    stream = day.start()
    await stage.put(stream)
    async with stage.client() as redis:
        await redis.xadd(
            stage.key, {"hello": "<script>alert(1)</script>"}, id=f"{stream[-1].at_ms}-{stream[-1].seq + 500}"
        )
    stream += (more := day.until(now_ms()))
    await stage.put(more)
    await stage.start_board()
    page = await open_page(browser, stage.kiosk("all"))
    await equal(page, stream)
    last = stream[-1]
    async with stage.client() as redis:
        at_ms, seq = now_ms() + 1, last.seq + 1
        newer = {"type": "MoonPhase", "seq": str(seq), "at_ms": str(at_ms), "v": "9", "config": "x", "phase": "full"}
        await redis.xadd(stage.key, newer, id=f"{at_ms}-{seq}")  # type: ignore[arg-type]
    again = FloorDay(stage.site, now_ms() + 2, calls_per_s=5, agents=0, seq=seq, epoch=2)
    stream += (more := again.until(now_ms() + 10) or again.start())
    await stage.put(more)
    await becomes(page, f"Number(document.body.dataset.drawn) >= {more[-1].seq}")
    await equal(page, stream)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160), (1024, 768), (768, 1024)])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_it_fits_the_screen_in_both_languages(
    stage: Stage, browser: Browser, width: int, height: int, language: str
) -> None:
    day = the_day(stage, 20)
    await stage.put(day.start() + day.until(now_ms()))
    await stage.start_board()
    for theme in ("dark", "light"):
        address = f"{stage.kiosk('all')}&lang={language}&theme={theme}"
        page = await open_page(browser, address, width, height)
        await page.wait_for_selector("[data-agent]")
        await becomes(page, "document.getElementById('trend').naturalWidth > 0")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if width >= 1200:
            assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        # nothing sticks out of a queue's row, and no cell runs into its neighbour
        overlaps = await page.evaluate(
            """() => [...document.querySelectorAll('.queue')].flatMap(queue => {
                const cells = [...queue.querySelectorAll('.cell b')].map(cell =>
                    [cell.closest('.cell').dataset.cell, cell.getBoundingClientRect()]);
                const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
                    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
                return cells.flatMap(([name, a], index) => cells.slice(index + 1)
                    .filter(([, b]) => meets(a, b)).map(([other]) => name + '/' + other));
            })"""
        )
        assert not overlaps
        size = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('.tile .big')).fontSize)")
        assert size >= height / 12 if width >= 1200 else size >= 40
        assert await page.evaluate("document.documentElement.dataset.theme") == theme
        assert ("等候" in await page.inner_text("#sum")) == (language == "zh")
        assert not page.complaints  # type: ignore[attr-defined]
        await page.context.close()


async def test_a_room_shows_its_own_queues_in_its_own_language(stage: Stage, browser: Browser) -> None:
    await stage.put(the_day(stage).start())
    await stage.start_board()
    page = await open_page(browser, stage.kiosk("front"))
    await eventually(lambda: _queues_are(page, {"enquiry", "fault"}), "its queues")
    assert "等候" in await page.inner_text("#sum")
    assert await page.evaluate("document.documentElement.dataset.theme") == "light"
    await page.click("#lang")
    await becomes(page, "document.getElementById('sum').textContent.includes('Waiting')")
    await page.goto(stage.kiosk("front"))
    await becomes(page, "document.getElementById('sum').textContent.includes('Waiting')")


async def _queues_are(page: Page, expected: set[str]) -> str:
    shown = set(await page.evaluate(CELLS))
    return "" if shown == expected else f"{shown}, not {expected}"


async def test_who_may_look(stage: Stage) -> None:
    await stage.put(the_day(stage).start())
    await stage.start_board()
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(stage.url, cookie_jar=jar) as http:
        for path, status in (
            ("/", 401),
            ("/room/front", 401),
            ("/room/nowhere", 404),
            ("/room/front?token=wrong", 401),
            ("/live?room=front", 401),
            ("/trend/front.svg", 401),
            ("/static/../board.py", 404),
            ("/messages", 401),
            ("/messages/m1.wav", 401),
        ):
            async with http.get(path, allow_redirects=False) as answer:
                assert answer.status == status, path
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
        form = {"password": stage.password, "next": "//elsewhere.example/"}
        async with http.post("/sign-in", data=form, headers={"Origin": "http://elsewhere.example"}) as answer:
            assert answer.status == 403
        async with http.post("/sign-in", data=form, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
        async with http.get("/") as answer:
            text = await answer.text()
            assert answer.status == 200 and "<script>" not in text and "style=" not in text and "onclick" not in text
        async with http.get("/messages") as answer:
            # let in, though no router is there to ask
            assert answer.status == 503 and "unsafe" not in answer.headers["Content-Security-Policy"]
        async with http.post("/sign-out", allow_redirects=False) as answer:
            assert answer.status == 303
        async with http.get("/", allow_redirects=False) as answer:
            assert answer.status == 401
    # a screen's token opens its own room and no other
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get(stage.kiosk("front")) as answer:
            assert answer.status == 200
        for path in ("/room/all", "/messages"):
            async with http.get(f"{stage.url}{path}") as answer:
                assert answer.status == 401, path
    async with aiohttp.ClientSession(stage.url) as http:
        statuses = []
        for _ in range(7):
            async with http.post("/sign-in", data={"password": "guess"}) as answer:
                statuses.append(answer.status)
        assert statuses == [401] * 5 + [429] * 2 and answer.headers["Retry-After"].isdigit()


async def test_alarms_are_shown_sounded_and_told_outside(stage: Stage, browser: Browser) -> None:
    told: list[dict[str, str]] = []

    async def hook(request: web.Request) -> web.Response:
        told.append(await request.json())
        # the first try fails: it is tried again
        return web.Response(status=500 if len(told) == 1 else 204)

    app = web.Application()
    app.router.add_post("/alarm", hook)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        (stage.site_folder / "notices.yaml").write_text(
            f"webhook:\n  supervisor: {{url: 'http://127.0.0.1:{port}/alarm'}}\n"
        )
        board = stage.site_folder / "board.yaml"
        board.write_text(board.read_text().replace("settle: 0}", "settle: 0, tell: [supervisor]}"))
        day = the_day(stage, 1)
        stream = day.start()
        await stage.put(stream)
        await stage.start_board()
        page = await open_page(browser, stage.kiosk("all"))
        await page.click("#sound")
        await becomes(page, "document.getElementById('sound').textContent.includes('on')")
        seq = stream[-1].seq
        common = {"v": 1, "config": "c"}
        trouble = records.Alert(
            seq=seq + 1, at_ms=now_ms(), kind="nobody_on_call", subject="<b>gas</b>", call_id="", detail="", **common
        )
        await stage.put([trouble])
        await page.wait_for_selector("[data-kind=nobody_on_call].bad")
        assert "<b>gas</b>" in await page.inner_text("#alarms")
        await becomes(page, "Number(document.body.dataset.sounded) >= 2")

        async def heard() -> str:
            return "" if len(told) >= 2 else f"{told}"

        await eventually(heard, "told outside, again after a failure")
        assert told[0] == told[1]
        assert (told[1]["alarm"], told[1]["change"]) == ("nobody_on_call", "begins") and "gas" in told[1]["text_zh"]
    finally:
        await runner.cleanup()


async def test_a_hundred_queues_and_five_hundred_agents(stage: Stage, browser: Browser) -> None:
    queues = "".join(f"  q{number}: {{groups: [g{number % 10}]}}\n" for number in range(100))
    head = (stage.site_folder / "queues.yaml").read_text()
    (stage.site_folder / "queues.yaml").write_text(head + queues)
    groups = "".join(f"  g{number}: {{title: Group {number}}}\n" for number in range(10))
    ranges = "".join(
        f'  "{2000 + number * 46}-{2000 + number * 46 + 45}": {{groups: [g{number}]}}\n' for number in range(10)
    )
    agents = (stage.site_folder / "agents.yaml").read_text()
    agents = agents.replace("groups:\n", "groups:\n" + groups, 1).replace("agents:\n", "agents:\n" + ranges, 1)
    (stage.site_folder / "agents.yaml").write_text(agents)
    stage = _again(stage)
    day = FloorDay(stage.site, now_ms() - 300_000, calls_per_s=3)
    stream = day.start() + day.until(now_ms())
    await stage.put(stream)
    await stage.start_board()
    try:
        page = await open_page(browser, stage.kiosk("all"))
        await page.wait_for_selector("[data-agent]")
        assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert len(await page.evaluate(SEATS)) > 100
        first = set(await page.evaluate(CELLS))
        # everybody's turn comes
        await becomes(
            page,
            """first => ![...document.querySelectorAll('[data-queue]')]
                .some(queue => first.includes(queue.dataset.queue))""",
            list(first),
            30.0,
        )
        tablet = await open_page(browser, stage.kiosk("all"), 1024, 768)
        await tablet.wait_for_selector("[data-agent]")
        assert len(await tablet.evaluate(CELLS)) == len(stage.site.floor.queues)
        assert len(await tablet.evaluate(SEATS)) == 500
        assert await tablet.evaluate("document.documentElement.scrollWidth <= innerWidth")
        stream += (more := day.until(now_ms()))
        await stage.put(more)
        await equal(tablet, stream)
    finally:
        await stage.kill_board()


def _again(stage: Stage) -> Stage:
    """The same stage with its YAML read anew."""
    from router.flowfile import load_site

    stage.site = load_site(stage.site_folder)
    return stage


# --- with real calls --------------------------------------------------------------------------------------------


async def _differs_from_line(page: Page, rig: Rig) -> str:
    from router.adapters.record_codec import from_fields

    entries = await rig.redis().xrange(rig.line.stream)
    return await differs(page, [from_fields(fields) for _, fields in entries])


async def test_real_calls_and_a_restart_of_the_router(own_rig: Rig, browser: Browser) -> None:
    await own_rig.start()
    await own_rig.line.start_board()
    gate_token = _token(own_rig)
    page = await open_page(browser, f"{own_rig.line.board_url}room/all?token={gate_token}")
    for agent in ("1001", "1002"):
        await own_rig.agent(agent, Answer(after_ms=200))
    for _ in range(3):
        call = await own_rig.ring(DIRECT)
        await asyncio.sleep(0.6)
        await call.hang_up()
    await eventually(lambda: _differs_from_line(page, own_rig), "the page equals the stream of real calls", 20)
    assert int((await page.evaluate(CELLS))["quick"]["answered"]) >= 2
    await own_rig.line.kill_router()
    await becomes(page, "document.getElementById('fresh').textContent.includes('router')", within_s=15)
    await own_rig.line.start_router()

    async def both_reachable() -> bool:
        rows = (await own_rig.overview())["phones"]
        return {"1001", "1002"} <= {row["phone"] for row in rows if row["reachable"]}

    await until(both_reachable, 15.0, lambda: "phones are known again")
    call = await own_rig.ring(DIRECT)
    await asyncio.sleep(1.0)
    await call.hang_up()
    await eventually(lambda: _differs_from_line(page, own_rig), "the page equals the stream after the restart", 20)


def _token(rig: Rig) -> str:
    from router.board.keys import gate_of

    return gate_of(rig.line.secrets).token("all")
