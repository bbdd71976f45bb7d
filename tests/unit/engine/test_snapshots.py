"""The replica: snapshots from closed segments, and what they replace; the shelf of site versions."""

from pathlib import Path

import msgspec
import pytest

from router.adapters.journal import Journal, JournalBusy, journal_lock
from router.adapters.journal_codec import Entry
from router.adapters.journal_replay import SUFFIX, Makers, recover
from router.adapters.journal_segments import segments
from router.adapters.journal_snapshots import snapshots
from router.callcontrol import CallControl
from router.core import events
from router.core.events import Event
from router.core.ids import ChannelId
from router.errors import JournalError, SiteError
from router.replica import make_snapshot
from router.shelf import SiteShelf, makers
from router.site import Site
from support.sites import NOON, small_site

KEY = b"k" * 32
SITES = {"v1": small_site()}
MAKERS = Makers(
    lambda config: CallControl(SITES, config or "v1"), lambda s: CallControl.restore(s, SITES), SITES.__getitem__
)


def arrived(number: int) -> Event:
    return events.CallArrived(channel=ChannelId(f"A{number}"), did="4001860", caller=events.Caller())


def journal(folder: Path, first: int, last: int, segment_bytes: int = 1_000_000) -> None:
    """Write entries ``first`` to ``last``: a start of the router, then a call each."""
    writer = Journal(folder, KEY, first - 1, segment_bytes=segment_bytes)
    for number in range(first, last + 1):
        event = events.RouterStarted(epoch=1, config="v1") if number == 1 else arrived(number)
        writer.append([writer.codec.encode(Entry(NOON + number, event))])  # type: ignore[arg-type]
    writer.close()


def test_a_snapshot_replaces_the_closed_segments_and_changes_nothing(tmp_path: Path) -> None:
    journal(tmp_path, 1, 9, segment_bytes=300)
    before = recover(tmp_path, KEY, MAKERS)
    in_use = segments(tmp_path, SUFFIX)[-1]
    made = make_snapshot(tmp_path, KEY, MAKERS)
    assert made is not None
    assert segments(tmp_path, SUFFIX) == [in_use]
    after = recover(tmp_path, KEY, MAKERS)
    assert after.core.snapshot() == before.core.snapshot()
    assert (after.entries, after.epoch, after.last_ms) == (before.entries, 1, NOON + 9)


def test_nothing_closed_nothing_done(tmp_path: Path) -> None:
    assert make_snapshot(tmp_path, KEY, MAKERS) is None
    journal(tmp_path, 1, 3)
    assert make_snapshot(tmp_path, KEY, MAKERS) is None
    assert snapshots(tmp_path) == []


def test_the_next_snapshot_begins_at_the_last(tmp_path: Path) -> None:
    journal(tmp_path, 1, 5)
    journal(tmp_path, 6, 8)
    make_snapshot(tmp_path, KEY, MAKERS)
    assert [entries for entries, _ in snapshots(tmp_path)] == [5]
    journal(tmp_path, 9, 9)
    make_snapshot(tmp_path, KEY, MAKERS)
    assert [entries for entries, _ in snapshots(tmp_path)] == [8]
    assert recover(tmp_path, KEY, MAKERS).entries == 9
    assert len(recover(tmp_path, KEY, MAKERS).core.overview(NOON)["calls"]) == 8


def test_killed_before_the_old_files_were_removed(tmp_path: Path) -> None:
    journal(tmp_path, 1, 5)
    kept = {path: path.read_bytes() for _, path in segments(tmp_path, SUFFIX)}
    journal(tmp_path, 6, 8)
    make_snapshot(tmp_path, KEY, MAKERS)
    for path, data in kept.items():
        path.write_bytes(data)
    assert recover(tmp_path, KEY, MAKERS).entries == 8


def test_a_damaged_journal_makes_no_snapshot_and_loses_no_file(tmp_path: Path) -> None:
    journal(tmp_path, 1, 5)
    journal(tmp_path, 6, 6)
    path = segments(tmp_path, SUFFIX)[0][1]
    path.write_bytes(path.read_bytes().replace(b"A3", b"A9"))
    with pytest.raises(JournalError, match="damaged line"):
        make_snapshot(tmp_path, KEY, MAKERS)
    assert len(segments(tmp_path, SUFFIX)) == 2
    assert snapshots(tmp_path) == []


def test_one_replica_at_a_time(tmp_path: Path) -> None:
    with journal_lock(tmp_path, "replica"), pytest.raises(JournalBusy):
        make_snapshot(tmp_path, KEY, MAKERS)


def load(folder: Path) -> Site:
    """Stands in for reading YAML: the version is what the folder's one file says."""
    try:
        version = (folder / "site.yaml").read_text()
    except OSError:
        raise SiteError(f"{folder}: E001 not there") from None
    if version == "wrong":
        raise SiteError("site.yaml:1:1: E203 wrong")
    return msgspec.structs.replace(SITES["v1"], version=version)


class TestShelf:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "flows"
        folder.mkdir()
        return folder

    def test_a_published_version_is_there_after_its_folder_changed(self, tmp_path: Path, folder: Path) -> None:
        shelf = SiteShelf(tmp_path, load)
        for version in ("v1", "v2"):
            (folder / "site.yaml").write_text(version)
            assert shelf.publish(folder).version == version
        again = SiteShelf(tmp_path, load)
        assert sorted(again) == ["v1", "v2"]
        assert again["v1"].version == "v1"

    def test_mistakes_are_told_and_nothing_is_kept(self, tmp_path: Path, folder: Path) -> None:
        (folder / "site.yaml").write_text("wrong")
        shelf = SiteShelf(tmp_path, load)
        with pytest.raises(SiteError, match="E203"):
            shelf.publish(folder)
        assert len(shelf) == 0

    def test_a_version_that_is_gone_or_changed_names_the_folder(self, tmp_path: Path, folder: Path) -> None:
        (folder / "site.yaml").write_text("v1")
        SiteShelf(tmp_path, load).publish(folder)
        (tmp_path / "sites" / "v1" / "site.yaml").write_text("v1b")
        with pytest.raises(JournalError, match="was changed"):
            SiteShelf(tmp_path, load)["v1"]
        with pytest.raises(JournalError, match=r"version v7 .* cannot be read"):
            SiteShelf(tmp_path, load)["v7"]

    def test_a_replay_that_needs_a_lost_version_stops_instead_of_guessing(self, tmp_path: Path, folder: Path) -> None:
        journal(tmp_path / "journal", 1, 3)
        with pytest.raises(JournalError, match="version v1"):
            recover(tmp_path / "journal", KEY, makers(SiteShelf(tmp_path, load), "v2"))

    def test_a_fresh_core_starts_with_the_version_its_journal_began_with(self, tmp_path: Path, folder: Path) -> None:
        (folder / "site.yaml").write_text("v1")
        shelf = SiteShelf(tmp_path, load)
        shelf.publish(folder)
        journal(tmp_path / "journal", 1, 3)
        recovered = recover(tmp_path / "journal", KEY, makers(shelf, "v2"))
        assert recovered.core.overview(NOON)["config"] == "v1"
