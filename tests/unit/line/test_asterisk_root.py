"""Asterisk's root: which versions do, and what a folder that is no root says."""

import warnings
from pathlib import Path

import pytest

from router.errors import SetupError
from router.line.asterisk_root import AsteriskVersionWarning, check_version, command, inspect, is_built

STATUS = """Package: adduser
Version: 3.1

Package: asterisk
Status: install ok installed
Architecture: amd64
Version: 1:22.10.1+dfsg+~cs6.17.60671434-1

Package: asterisk-config
Version: 1:9.9
"""


def built(folder: Path, status: str = STATUS) -> Path:
    for name, text in {
        "usr/sbin/asterisk": "",
        "var/lib/dpkg/status": status,
        "etc/passwd": "root:x:0:0::/root:/bin/sh\nasterisk:x:101:102::/var/lib/asterisk:/bin/false\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_built_root_says_its_version_and_account(tmp_path: Path) -> None:
    assert not is_built(tmp_path)
    root = inspect(built(tmp_path))
    assert is_built(tmp_path)
    assert (root.version, root.uid, root.gid) == ("22.10.1", 101, 102)


@pytest.mark.parametrize("version", ["22.3.9", "20.14.0", "18.1"])
def test_too_old_is_refused(version: str) -> None:
    with pytest.raises(SetupError, match="too old"):
        check_version(version)


@pytest.mark.parametrize("version", ["22.4", "22.10.1+dfsg"])
def test_the_22_series_from_22_4_on_is_taken_without_a_word(version: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_version(version)


def test_a_newer_series_is_taken_with_a_warning() -> None:
    with pytest.warns(AsteriskVersionWarning, match=r"23\.1"):
        check_version("23.1.0")


def test_a_folder_without_asterisk_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=str(tmp_path)):
        inspect(tmp_path)


def test_the_build_needs_no_mirror_named(tmp_path: Path) -> None:
    words = command(tmp_path / "root")
    assert words[0] == "mmdebstrap" and words[-2:] == ["forky", str(tmp_path / "root")]
    assert not any("://" in word for word in words)
