"""``hotline config`` and ``publish --at`` without a router: what is listed, what differs, what is refused at once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from router.cli import run
from router.flowfile import load_site
from router.shelf import SiteShelf
from router.versions import Change, Plan, Versions

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"
NOON = 1_790_000_000_000


class Said(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


class Home:
    """A home with two versions of the demo; the second is live."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "demo"
        shutil.copytree(DEMO, self.site)
        shelf = SiteShelf(folder / "home", load_site)
        self.versions = Versions(folder / "home")
        self.first = shelf.publish(self.site).version
        (self.site / "queues.yaml").write_text(
            (self.site / "queues.yaml").read_text(encoding="utf-8") + "# changed\n", encoding="utf-8"
        )
        (self.site / "word.bin").write_bytes(b"\x00\x01")
        self.second = shelf.publish(self.site).version
        self.versions.note(Change(at_ms=NOON, version=self.first, how="start"))
        self.versions.note(
            Change(at_ms=NOON + 1, version=self.first, how="on_save", refused="a.yaml:1:1: E203 x\nmore")
        )
        self.versions.note(
            Change(at_ms=NOON + 2, version=self.second, previous=self.first, how="publish", by="li", tests=12)
        )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.chdir(tmp_path)
    home = Home(tmp_path)
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOTLINE_SITE", str(home.site))
    monkeypatch.setenv("COLUMNS", "200")
    return home


@pytest.fixture
def hotline(home: Home, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def call(*words: str) -> Said:
        code = run(list(words))
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return call


def test_what_was_live_when_and_by_whom(hotline: Callable[..., Said], home: Home) -> None:
    home.versions.keep_plan(Plan(version=home.first, at_ms=NOON + 60_000, by="wang"))
    said = hotline("config", "list")
    assert said.code == 0
    plan, *rows = said.out.splitlines()
    assert plan == f"version {home.first} goes live at 2026-09-21 22:14:20 (by wang)"
    assert rows == [
        f"2026-09-21 22:13:20  {home.second}  published by li, 12 tests passed  (live)",
        "2026-09-21 22:13:20  refused       saved",
        "    a.yaml:1:1: E203 x",
        "    more",
        f"2026-09-21 22:13:20  {home.first}  router started",
    ]
    found = json.loads(hotline("config", "list", "--json").out)
    assert (found["live"], len(found["changes"]), found["planned"]["by"]) == (home.second, 3, "wang")


def test_a_home_without_history_says_so(hotline: Callable[..., Said], home: Home) -> None:
    shutil.rmtree(home.versions.folder)
    assert "no version has been live yet" in hotline("config", "list").out
    assert hotline("config", "diff").code == 2
    assert hotline("config", "rollback").code == 2


def test_what_differs(hotline: Callable[..., Said], home: Home) -> None:
    assert hotline("config", "diff") == (0, "no difference\n", "")
    said = hotline("config", "diff", home.first[:6])
    assert said.code == 1
    assert f"--- {home.first[:6]}/queues.yaml\n+++ live/queues.yaml\n" in said.out
    assert "+# changed\n" in said.out
    assert "word.bin: added" in said.out
    (home.site / "flows" / "direct.yaml").unlink()
    said = hotline("config", "diff")
    assert said.code == 1
    assert "--- live/flows/direct.yaml" in said.out
    assert "-" in said.out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("config", "rollback", "ffff"), "there is no version 'ffff'"),
        (("config", "diff", "ffff"), "there is no version 'ffff'"),
        (("publish", "--at", "soon"), "'soon' is no time"),
        (("publish", "--at", "2020-01-01 00:00"), "2020-01-01 00:00 is past"),
    ],
)
def test_a_wrong_word_is_exit_2(hotline: Callable[..., Said], words: tuple[str, ...], complaint: str) -> None:
    said = hotline(*words)
    assert said.code == 2
    assert complaint in said.err


def test_without_a_router_nothing_is_taken_back(hotline: Callable[..., Said]) -> None:
    for words in (("config", "rollback"), ("config", "cancel")):
        said = hotline(*words)
        assert said.code == 1
        assert "no router answers" in said.err


def test_a_failing_test_is_named_before_the_router_is_asked(hotline: Callable[..., Said], home: Home) -> None:
    main = home.site / "flows" / "main.yaml"
    main.write_text(main.read_text(encoding="utf-8").replace("tries: 3", "tries: 2"), encoding="utf-8")
    said = hotline("publish")
    assert said.code == 1
    assert "test 'A caller without tones" in said.err
    assert "hotline test" in said.err
