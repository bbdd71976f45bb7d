"""Folders: what the settings make of them."""

import stat
from pathlib import Path, PurePosixPath

import pytest

from router.errors import SettingsError, SetupError
from router.line.folders import RECORDINGS_INSIDE, Folders, archive_folder, figures_folder
from router.settings import Settings


def test_by_default_everything_is_under_the_home(tmp_path: Path) -> None:
    folders = Folders.of(Settings(home=tmp_path / "home"))
    folders.make()
    assert folders.prompts.is_dir() and folders.prompts.is_relative_to(tmp_path / "home")
    assert folders.asterisk_recordings == RECORDINGS_INSIDE
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_shared_folder_has_a_path_on_each_side(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, asterisk="existing", shared=f"{tmp_path}/ours:/theirs")
    folders = Folders.of(settings)
    assert folders.recordings == tmp_path / "ours" / "recordings"
    assert folders.asterisk_recordings == PurePosixPath("/theirs/recordings")


@pytest.mark.parametrize("shared", ["/only/one", ":/theirs", "/ours:theirs"])
def test_half_a_shared_folder_is_refused(shared: str) -> None:
    with pytest.raises(SettingsError, match="HOTLINE_SHARED"):
        Folders.of(Settings(shared=shared))


def test_a_root_built_elsewhere(tmp_path: Path) -> None:
    assert Folders.of(Settings(home=tmp_path)).root == tmp_path / "asterisk-root"
    assert Folders.of(Settings(home=tmp_path, asterisk_root="/srv/root")).root == Path("/srv/root")


def test_archive_and_figures_may_lie_elsewhere(tmp_path: Path) -> None:
    at_home = Settings(home=tmp_path)
    assert (archive_folder(at_home), figures_folder(at_home)) == (tmp_path / "archive", tmp_path / "figures")
    elsewhere = Settings(home=tmp_path, archive="/srv/archive", figures="kept")
    assert archive_folder(elsewhere) == Path("/srv/archive")
    assert figures_folder(elsewhere) == Path.cwd() / "kept"


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="file") as caught:
        Folders.of(Settings(home=tmp_path / "file" / "home")).make()
    assert "HOTLINE_HOME" in caught.value.cure
