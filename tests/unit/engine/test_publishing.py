"""What goes live and what does not: the gate, the history, plans, saving, going back. No Asterisk, no journal."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from router.adapters.control import Publish
from router.core.events import Event, SiteLoaded
from router.core.records import Record
from router.errors import HotlineError, SiteError
from router.flowfile import load_site
from router.live import LiveSite
from router.settings import Settings
from router.shelf import SiteShelf
from router.versions import Change, Plan, Versions

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"
NOON = 1_790_000_000_000


class Line:
    """A line's publishing part: a copy of the demo, a home, and what the core was told."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "demo"
        if not self.site.exists():
            shutil.copytree(DEMO, self.site)
        self.settings = Settings(home=folder / "home", site=self.site)
        self.now = NOON
        self.told: list[str] = []
        self.versions = Versions(self.settings.home)
        self.live = LiveSite(self.settings, SiteShelf(self.settings.home, load_site))
        self.started = self.live.begin(self.now).version
        self.live.attach(self._ask, lambda: self.now)

    async def _ask(self, event: Event) -> list[Record]:
        assert isinstance(event, SiteLoaded)
        self.told.append(event.config)
        return []

    def save(self, name: str, old: str, new: str) -> None:
        """Change a text in a file."""
        path = self.site / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def retitle(self, title: str) -> None:
        """Make a harmless change, so that it is another version."""
        (self.site / "README.txt").write_text(title, encoding="utf-8")

    def how(self) -> list[str]:
        return [f"{change.how}{' refused' if change.refused else ''}" for change in self.versions.changes()]


async def until(is_so: Callable[[], bool]) -> None:
    """Wait a moment for something that happens in another task."""
    give_up = asyncio.get_running_loop().time() + 5
    while not is_so():
        assert asyncio.get_running_loop().time() < give_up, "it never became so"
        await asyncio.sleep(0.02)


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr("router.publishing.build_sounds", lambda *_, **__: [])
    return Line(tmp_path)


async def test_a_change_that_passes_goes_live_whole_and_is_remembered(line: Line) -> None:
    line.retitle("new")
    done = await line.live.publish(Publish(by="li"))
    assert done["changed"]
    assert done["previous"] == line.started
    assert done["tests"] > 5
    assert line.told == [done["config"]]
    last = line.versions.last()
    assert last is not None
    assert (last.how, last.by, last.version, last.previous, last.at_ms) == (
        "publish", "li", done["config"], line.started, NOON,
    )  # fmt: skip
    assert set(line.versions.kept()) == {line.started, done["config"]}
    assert not (await line.live.publish(Publish()))["changed"]
    assert line.how() == ["start", "publish"]


async def test_a_mistake_or_a_failing_test_changes_nothing_and_is_named(line: Line) -> None:
    line.save("queues.yaml", "groups: [inbound]", "groups: [inbuond]")
    with pytest.raises(SiteError, match=r"queues\.yaml:\d+:\d+: E304"):
        await line.live.publish(Publish(by="li"))
    line.save("queues.yaml", "inbuond", "inbound")
    line.save("flows/main.yaml", "tries: 3", "tries: 2")
    with pytest.raises(SiteError, match=r"test 'A caller without tones .*' failed at .*main\.test\.yaml:\d+"):
        await line.live.publish(Publish())
    assert line.told == []
    assert line.live.site.version == line.started
    assert line.versions.kept() == [line.started]
    assert line.how() == ["start", "publish refused", "publish refused"]
    assert "E304" in line.versions.changes()[1].refused


async def test_another_hotline_is_refused(line: Line) -> None:
    line.save("site.yaml", "name: demo", "name: other")
    with pytest.raises(SiteError, match="called 'other'"):
        await line.live.publish(Publish())


async def test_back_to_an_earlier_version_and_staying_there(line: Line, tmp_path: Path) -> None:
    line.retitle("new")
    done = await line.live.publish(Publish())
    back = await line.live.publish(Publish(version=line.started, by="wang"))
    assert (back["config"], back["previous"]) == (line.started, done["config"])
    assert line.told == [done["config"], line.started]
    with pytest.raises(HotlineError, match="no version 'nonsense'"):
        await line.live.publish(Publish(version="nonsense"))
    await line.live._saved(line.site)
    assert line.live.site.version == line.started, "a file touched does not bring back what was taken back"
    assert Line(tmp_path).started == line.started, "nor does a restart"
    again = await line.live.publish(Publish())
    assert again["config"] == done["config"], "but publishing does"


async def test_a_restart_never_goes_live_with_half_an_edit(line: Line, tmp_path: Path) -> None:
    line.save("flows/main.yaml", "type: menu", "type: menuu")
    restarted = Line(tmp_path)
    assert restarted.started == line.started
    assert restarted.how()[-1] == "start refused"
    line.save("flows/main.yaml", "type: menuu", "type: menu")
    line.retitle("whole again")
    assert Line(tmp_path).started not in (line.started, "")


def test_the_first_start_with_a_mistake_says_so(tmp_path: Path) -> None:
    shutil.copytree(DEMO, tmp_path / "demo")
    (tmp_path / "demo" / "trunks.yaml").unlink()
    with pytest.raises(SiteError, match="E002"):
        Line(tmp_path)


async def test_a_plan_goes_live_at_its_time_as_it_was_when_planned(line: Line) -> None:
    line.retitle("tomorrow")
    done = await line.live.publish(Publish(at_ms=NOON + 1_000, by="li"))
    assert not done["changed"]
    assert done["planned"] == {"version": done["config"], "at_ms": NOON + 1_000, "by": "li", "folder": str(line.site)}
    line.retitle("edited since")
    task = asyncio.create_task(line.live.run_plan())
    await asyncio.sleep(0.01)
    assert line.told == []
    line.now = NOON + 2_000
    line.live._planned.set()
    await until(lambda: line.versions.plan() is None)
    task.cancel()
    assert line.told == [done["config"]]
    assert line.how() == ["start", "plan"]
    assert line.versions.plan() is None


async def test_a_plan_survives_a_restart_and_can_be_taken_back(line: Line, tmp_path: Path) -> None:
    line.retitle("tomorrow")
    await line.live.publish(Publish(at_ms=NOON + 5_000))
    again = Line(tmp_path)
    assert again.live.health()["planned"]["at_ms"] == NOON + 5_000
    assert (await again.live.publish(Publish(cancel=True)))["cancelled"]["at_ms"] == NOON + 5_000
    with pytest.raises(HotlineError, match="nothing is planned"):
        await again.live.publish(Publish(cancel=True))
    with pytest.raises(HotlineError, match="past"):
        await line.live.publish(Publish(at_ms=NOON - 1))


async def test_a_save_goes_live_within_a_second_and_a_bad_one_does_not(line: Line) -> None:
    task = asyncio.create_task(line.live.watch())
    await asyncio.sleep(0.3)
    loop = asyncio.get_running_loop()
    began = loop.time()
    line.retitle("saved")
    await until(lambda: bool(line.told))
    assert loop.time() - began < 3, "a second where nobody else wants the processor"
    live = line.live.site.version
    line.save("flows/main.yaml", "type: menu", "type: menuu")
    await until(lambda: bool(line.live.trouble))
    assert "E204" in line.live.trouble
    assert line.live.site.version == live
    line.save("flows/main.yaml", "type: menuu", "type: menu")
    await until(lambda: not line.live.trouble)
    task.cancel()
    assert line.live.site.version == live
    assert line.how() == ["start", "on_save", "on_save refused"]


class TestVersions:
    def test_a_line_cut_off_by_a_crash_costs_that_line_only(self, tmp_path: Path) -> None:
        versions = Versions(tmp_path)
        versions.note(Change(at_ms=1, version="a", how="start"))
        with (versions.folder / "history.jsonl").open("ab") as file:
            file.write(b'{"at_ms":2,"vers')
        versions.note(Change(at_ms=3, version="b", previous="a", how="publish", by="li"))
        assert [change.version for change in versions.changes()] == ["a", "b"]
        last = versions.last()
        assert last is not None
        assert last.version == "b"

    def test_what_was_refused_is_never_the_live_one(self, tmp_path: Path) -> None:
        versions = Versions(tmp_path)
        versions.note(Change(at_ms=1, version="a", how="start"))
        versions.note(Change(at_ms=2, version="a", how="publish", refused="x" * 5_000))
        last = versions.last()
        assert last is not None
        assert last.at_ms == 1
        assert len(versions.changes()[1].refused) == 2_000

    def test_a_plan_is_one(self, tmp_path: Path) -> None:
        versions = Versions(tmp_path)
        assert versions.plan() is None
        versions.keep_plan(Plan(version="a", at_ms=1))
        versions.keep_plan(Plan(version="b", at_ms=2))
        assert versions.plan() == Plan(version="b", at_ms=2)
        (versions.folder / "planned.json").write_text("nonsense")
        assert versions.plan() is None
        versions.keep_plan(None)
        versions.keep_plan(None)
