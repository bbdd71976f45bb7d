"""Prompts by real engines and the real sox: telephone quality at both rates, one loudness, and what Asterisk picks."""

import array
import asyncio
import itertools
import math
import os
import re
import socket
import sys
import threading
import wave
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from router.adapters.prompt_audio import LEVEL_DB, RATES_HZ, SoundRefused, check_recording, measure
from router.adapters.prompt_command import CommandEngine
from router.adapters.prompt_http import HttpEngine
from router.adapters.prompts import Sound, build_sounds
from router.cli.prompts import build_site_prompts, prompts_folder
from router.errors import SetupError
from router.settings import Settings
from system.rig import MAIN, Rig

pytestmark = pytest.mark.system
ROOT = Path(__file__).resolve().parents[2]
WELCOME = Sound(path="en/welcome", language="en", text="Welcome.", place="prompts/en/flows.yaml:3")
PIN = Sound(path="en/router/pin", language="en", text="Your PIN.", place="prompts/en/router.yaml:7")

ENGINE = """\
import math, struct, sys, wave
file, voice, text = sys.argv[1:]
if text == "refuse":
    sys.exit("no such word")
with wave.open(file, "wb") as out:
    out.setnchannels(1), out.setsampwidth(2), out.setframerate(24000)
    level = 0 if text == "hush" else 9000
    out.writeframes(b"".join(
        struct.pack("<h", int(level * math.sin(i * 2 * math.pi * int(voice) / 24000))) for i in range(24000)))
"""
"""An engine that says every text as one second of a tone, the voice being its frequency."""


def tone(path: Path, *, seconds: float = 1.0, level: float = 8_000, hertz: int = 440, rate: int = 44_100) -> Path:
    """Write a stereo recording as a studio would, its peaks cut where they go beyond full scale."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = array.array("h")
    for at in range(int(seconds * rate)):
        sample = round(level * math.sin(2 * math.pi * hertz * at / rate))
        samples.extend([max(-32_768, min(32_767, sample))] * 2)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return path


def samples_of(path: Path, rate: int) -> "array.array[int]":
    """Read a file Asterisk is to play: mono, 16 bit, at the rate its suffix promises."""
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (rate, 2, 1), path
        return array.array("h", sound.readframes(sound.getnframes()))


def hertz_of(path: Path, rate: int) -> float:
    """Return the frequency of a tone by its crossings of zero."""
    samples = samples_of(path, rate)
    middle = samples[len(samples) // 4 : len(samples) * 3 // 4]
    crossings = sum(1 for one, next_one in itertools.pairwise(middle) if one < 0 <= next_one)
    return crossings * rate / len(middle)


def test_every_shipped_prompt_is_telephone_quality_and_equally_loud(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    made = build_site_prompts(ROOT / "ivr_flows" / "demo", settings)
    assert {"en/main_menu", "zh/main_menu", "en/router/away", "zh/router/pin"} <= set(made)
    for path in made:
        for suffix, rate in RATES_HZ.items():
            samples = samples_of(prompts_folder(settings) / f"{path}.{suffix}", rate)
            assert len(samples) > rate * 0.2, f"{path} is hardly a word"
            level = 20 * math.log10(math.sqrt(sum(s * s for s in samples) / len(samples)) / 32768)
            assert abs(level - LEVEL_DB) < 3, f"{path}.{suffix} is at {level:.1f} dB"


# --- recordings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "aiff", "au", "gsm"])
def test_a_recording_of_any_form_is_taken_and_levelled(tmp_path: Path, suffix: str) -> None:
    studio = tone(tmp_path / "studio.wav")
    recording = tmp_path / f"welcome.{suffix}"
    if suffix != "wav":
        rate = ["-r", "8000", "-c", "1"] if suffix == "gsm" else []
        assert os.spawnlp(os.P_WAIT, "sox", "sox", str(studio), *rate, str(recording)) == 0
    else:
        recording = studio
    sound = Sound(path="en/welcome", language="en", text="", recording=recording)
    assert build_sounds([sound], tmp_path / "out") == ["en/welcome"]
    for name, rate in RATES_HZ.items():
        file = tmp_path / "out" / f"en/welcome.{name}"
        assert hertz_of(file, rate) == pytest.approx(440, abs=8)
        with wave.open(str(file)) as heard:
            assert heard.getnframes() == pytest.approx(1.15 * rate, rel=0.06)


def test_recordings_nobody_should_hear_are_refused(tmp_path: Path) -> None:
    check_recording(tone(tmp_path / "loud.wav", level=32_767))
    check_recording(tone(tmp_path / "soft.wav", level=150))
    with pytest.raises(SoundRefused, match="clipped") as raised:
        check_recording(tone(tmp_path / "clipped.wav", level=90_000))
    assert raised.value.cure == "record it again at a lower level"
    with pytest.raises(SoundRefused, match="silent"):
        check_recording(tone(tmp_path / "silent.wav", level=0))
    with pytest.raises(SoundRefused, match=r"0\.05 s long"):
        check_recording(tone(tmp_path / "click.wav", seconds=0.05))
    with pytest.raises(SoundRefused, match=r"310\.00 s long"):
        check_recording(tone(tmp_path / "story.wav", seconds=310, rate=1_000))
    (tmp_path / "letter.wav").write_text("Dear caller", encoding="utf-8")
    with pytest.raises(SoundRefused, match="cannot read it as sound"):
        check_recording(tmp_path / "letter.wav")


def test_a_refused_recording_is_named_and_the_old_sound_stays(tmp_path: Path) -> None:
    recording = tone(tmp_path / "welcome.wav")
    sound = Sound(path="en/welcome", language="en", text="Welcome.", recording=recording)
    build_sounds([sound], tmp_path / "out")
    before = (tmp_path / "out/en/welcome.wav").read_bytes()
    tone(recording, level=0)
    with pytest.raises(SetupError, match=rf"'en/welcome' \(recording {recording}\): it is silent.*old sound stays"):
        build_sounds([sound], tmp_path / "out")
    assert (tmp_path / "out/en/welcome.wav").read_bytes() == before


# --- engines --------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path) -> CommandEngine:
    """The tone engine as a command line."""
    (tmp_path / "engine.py").write_text(ENGINE, encoding="utf-8")
    line = f"{sys.executable} '{tmp_path}/engine.py' {{file}} {{voice}} {{text}}"
    return CommandEngine(line, {"en": "500", "zh": "800"}, 20)


def test_a_command_speaks_with_the_voice_of_the_language(tmp_path: Path, command: CommandEngine) -> None:
    sounds = [WELCOME, Sound(path="zh/welcome", language="zh-HK", text="欢迎; touch $(pwd)/x '{voice}'")]
    assert build_sounds(sounds, tmp_path / "out", engine=command) == ["en/welcome", "zh/welcome"]
    for language, hertz in (("en", 500), ("zh", 800)):
        for suffix, rate in RATES_HZ.items():
            assert hertz_of(tmp_path / f"out/{language}/welcome.{suffix}", rate) == pytest.approx(hertz, abs=8)
    assert measure(tmp_path / "out/en/welcome.wav").rms_db == pytest.approx(LEVEL_DB, abs=1.0)


def test_a_failing_engine_names_prompt_place_and_what_it_said(tmp_path: Path, command: CommandEngine) -> None:
    out = tmp_path / "out"
    build_sounds([WELCOME, PIN], out, engine=command)
    before = (out / "en/welcome.wav").read_bytes()
    refused = Sound(path="en/welcome", language="en", text="refuse", place=WELCOME.place)
    silent = Sound(path="en/new", language="en", text="hush", place="prompts/en/flows.yaml:9")
    changed = Sound(path="en/router/pin", language="en", text="Your secret.", place=PIN.place)
    with pytest.raises(SetupError) as raised:
        build_sounds([refused, silent, changed], out, engine=command)
    first, second = str(raised.value).splitlines()
    assert re.search(r"'en/welcome' \(prompts/en/flows.yaml:3\): python\S* ended with 1: no such word; its old", first)
    assert second.startswith("prompt 'en/new' (prompts/en/flows.yaml:9): it is silent; it has no sound yet")
    assert raised.value.cure
    assert (out / "en/welcome.wav").read_bytes() == before
    assert build_sounds([changed], out, engine=command) == [], "the one that could be made was made"
    assert build_sounds([WELCOME], out, engine=command) == [], "what it was before is still what it is"


class Service:
    """An HTTP engine on a port of its own: what it was asked, and what it answers."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.tone = tone(folder / "tone.wav", hertz=600).read_bytes()
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    async def _start(self) -> None:
        app = web.Application()
        routes: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "/say": self._say, "/slow": self._slow, "/page": self._page, "/busy": self._busy, "/flood": self._flood,
        }  # fmt: skip
        app.add_routes([web.post(path, answer) for path, answer in routes.items()])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def stop(self) -> None:
        """Close it."""
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _say(self, request: web.Request) -> web.Response:
        self.asked.append((await request.text(), request.query["voice"], request.headers.get("Authorization", "")))
        return web.Response(body=self.tone, content_type="application/octet-stream")

    async def _slow(self, request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response(body=self.tone)

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text="<html>hello</html>", content_type="text/html")

    async def _busy(self, request: web.Request) -> web.Response:
        return web.Response(status=503, text="model is loading")

    async def _flood(self, request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse()
        await reply.prepare(request)
        for _ in range(100):
            await reply.write(b"RIFF" + bytes(1_000_000))
        return reply


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """An HTTP engine."""
    running = Service(tmp_path)
    yield running
    running.stop()


def test_an_http_engine_is_posted_the_text_and_answers_with_sound(tmp_path: Path, service: Service) -> None:
    engine = HttpEngine(service.url + "/say?voice={voice}", {"zh": "小 燕&x"}, 10, token="t0ken")
    sound = Sound(path="zh/welcome", language="zh", text="欢迎致电。")
    assert build_sounds([sound], tmp_path / "out", engine=engine) == ["zh/welcome"]
    assert service.asked == [("欢迎致电。", "小 燕&x", "Bearer t0ken")]
    assert hertz_of(tmp_path / "out/zh/welcome.wav16", 16_000) == pytest.approx(600, abs=8)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/slow", "did not answer within 0.5 s"),
        ("/page", "answered with text/html, not with audio: <html>"),
        ("/busy", "answered 503: model is loading"),
        ("/nowhere", "answered 404"),
    ],
)
def test_an_http_engine_that_fails(tmp_path: Path, service: Service, path: str, said: str) -> None:
    engine = HttpEngine(service.url + path, {}, 0.5)
    with pytest.raises(SetupError, match=re.escape(said)) as raised:
        build_sounds([WELCOME], tmp_path / "out", engine=engine)
    assert str(raised.value).startswith("prompt 'en/welcome' (prompts/en/flows.yaml:3): ")
    assert raised.value.cure
    assert not (tmp_path / "out/en").exists()


def test_an_http_engine_that_never_stops_sending_is_cut_off(tmp_path: Path, service: Service) -> None:
    with pytest.raises(SetupError, match="sent more than 50000000 bytes"):
        build_sounds([WELCOME], tmp_path / "out", engine=HttpEngine(service.url + "/flood", {}, 10))


def test_an_http_engine_that_is_away_is_asked_a_few_times_only(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        engine = HttpEngine(f"http://127.0.0.1:{nobody.getsockname()[1]}/", {}, 5)
        sounds = [Sound(path=f"en/p{i}", language="en", text="x") for i in range(100)]
        with pytest.raises(SetupError, match="cannot be reached") as raised:
            build_sounds(sounds, tmp_path / "out", engine=engine)
    lines = str(raised.value).splitlines()
    assert len(lines) <= 10
    assert lines[-1].endswith("more were not tried")


# --- what callers hear ----------------------------------------------------------------------------------------


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("payload", "codec", "suffix"), [(9, "G722", "wav16"), (8, "PCMA", "wav")])
async def test_a_wideband_caller_hears_the_wideband_file(rig: Rig, payload: int, codec: str, suffix: str) -> None:
    assert rig.line.asterisk is not None
    pid = rig.line.asterisk.process.pid
    port = rig.line.settings.sip_port
    opened = await asyncio.to_thread(_ring_and_see, pid, port, payload, codec)
    assert {Path(file).suffix for file in opened} == {f".{suffix}"}, opened


def _ring_and_see(pid: int, sip_port: int, payload: int, codec: str) -> set[str]:
    """Ring the hotline with one codec, watch which prompts Asterisk opens, hang up."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
    ):
        for end in (sip, rtp):
            end.bind(("127.0.0.1", 0))
        sip.settimeout(5)
        sip.connect(("127.0.0.1", sip_port))
        us = f"127.0.0.1:{sip.getsockname()[1]}"
        sdp = (
            "v=0\r\no=w 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {rtp.getsockname()[1]} RTP/AVP {payload}\r\na=rtpmap:{payload} {codec}/8000\r\n"
        )

        def send(method: str, to: str, sequence: int, body: str = "") -> None:
            sip.send(
                f"{method} sip:{MAIN}@127.0.0.1:{sip_port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {us};branch=z9hG4bK{method}{payload}{us}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:13800138000@127.0.0.1>;tag=w{payload}\r\nTo: {to}\r\nCall-ID: w{payload}-{us}\r\n"
                f"CSeq: {sequence} {method}\r\nContact: <sip:w@{us}>\r\nContent-Type: application/sdp\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )

        send("INVITE", f"<sip:{MAIN}@127.0.0.1>", 1, sdp)
        while not (reply := sip.recv(8_192).decode()).startswith("SIP/2.0 2"):
            assert reply.startswith("SIP/2.0 1"), reply
        found = re.search(r"^To: (.*?)\r$", reply, re.M)
        assert found is not None
        send("ACK", found[1], 1)
        opened: set[str] = set()
        rtp.settimeout(2)
        for _ in range(40):
            rtp.recv(2_048)
            opened |= _prompts_open(pid)
        send("BYE", found[1], 2)
        sip.recv(8_192)
        return opened


def _prompts_open(pid: int) -> set[str]:
    """Return the prompts that a process or one of its descendants has open."""
    found = set()
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        for link in Path(f"/proc/{child}/fd").iterdir():
            try:
                target = str(link.readlink())
            except FileNotFoundError:
                continue
            if re.search(r"\.(wav|wav16|sln|sln16)$", target):
                found.add(target)
        found |= _prompts_open(int(child))
    return found
