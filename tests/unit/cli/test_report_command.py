"""``hotline report``: where it goes, what it refuses, and how mail leaves."""

import email
import socket
import threading
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from router.cli import run
from router.flowfile import load_site
from router.kpi.archive import Archive
from support.tape import Tape

DEMO = Path(__file__).parents[3] / "ivr_flows" / "demo"
HOUR = 3_600


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A line's home with one day in its archive."""
    site = load_site(DEMO)
    for name, value in {"HOME": str(tmp_path), "SITE": str(DEMO), "REDIS_PORT": "1"}.items():
        monkeypatch.setenv(f"HOTLINE_{name}", value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    tape = Tape()
    tape.agent(8 * HOUR, "1001", "ready")
    tape.served("a", 8 * HOUR, "1001", wait_s=4, talk_s=60, wrap_s=10)
    with Archive(tmp_path / "archive", site.clock) as archive:
        archive.take(tape.entries())
        archive.flush()
    return tmp_path


@pytest.mark.parametrize(
    ("form", "begins"),
    [("html", b"<!DOCTYPE html>"), pytest.param("pdf", b"%PDF", marks=pytest.mark.slow), ("xlsx", b"PK")],
)
def test_in_a_folder_it_is_named_by_its_date(home: Path, form: str, begins: bytes) -> None:
    words = ["report", "day", "--date", "2026-06-21", "--format", form, "--out", f"{home}/out/"]
    assert run(words) == 0
    assert [path.name for path in (home / "out").iterdir()] == [f"day-2026-06-21.{form}"]
    assert (home / "out" / f"day-2026-06-21.{form}").read_bytes().startswith(begins)


def test_to_a_pipe_it_is_the_report_alone(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["report", "day", "--date", "2026-06-21", "--format", "csv", "--table", "agent"]) == 0
    out = capfdbinary.readouterr()
    assert out.out.splitlines()[1].startswith(b"1001,1,") and out.err == b""


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("fortnight", 2, "there is no report 'fortnight'"),
        ("dya", 2, "did you mean 'day'?"),
        ("day --date 2026-02-30", 2, "'2026-02-30' is no date"),
        ("day --date 2026-02-30", 2, "write 2026-11-21"),
        ("day --format docx", 2, "there is no format 'docx'"),
        ("day --lang de", 2, "there is no language 'de'"),
        ("day --date 2026-06-21 --agent 1001x", 2, "did you mean '1001'?"),
        ("day --date 2026-06-21 --queue nowhere", 2, "there is no queue 'nowhere'"),
        ("day --date 2026-06-21 --format csv --table agnt", 2, "did you mean 'agent'?"),
        ("day --date 2026-06-21 --table agent", 2, "--table is for csv"),
        ("day --date 2026-06-20", 1, "the archive has nothing from 2026-06-20 00:00"),
        ("shift", 1, "no shifts are known"),
        ("day --date 2026-06-21 --mail lead@example.org", 1, "no mail server is set"),
        ("day --date 2026-06-21 --out /proc/nowhere/x.html", 1, "cannot be written"),
    ],
)
def test_what_it_refuses_it_refuses_with_a_cure(
    home: Path, capfd: pytest.CaptureFixture[str], words: str, code: int, says: str
) -> None:
    assert run(["report", *words.split()]) == code
    said = capfd.readouterr()
    assert says in said.err and "try: " in said.err and "Traceback" not in said.err


def test_an_empty_archive_says_how_to_fill_it(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_ARCHIVE", str(home / "other"))
    assert run(["report", "day"]) == 1
    assert "hotline archive --once" in capfd.readouterr().err


def test_a_hand_over_names_what_is_open(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "figures").mkdir()
    (home / "figures" / "shifts.csv").write_text("shift,from,to\nmorning,07:00,15:00\n")
    assert run(["report", "handover", "--date", "2026-06-21", "--out", str(home / "x.html"), "-q"]) == 0
    text = (home / "x.html").read_text()
    assert "Hand-over 2026-06-21-morning" in text and "Callbacks still open" in text
    assert "Complaints still open" in text
    assert capfd.readouterr().out == ""


class Post(threading.Thread):
    """A mail server of one connection, on a port of its own."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(30)
        self.port = self._socket.getsockname()[1]
        self.to: list[str] = []
        self.mail: Message | None = None

    def run(self) -> None:
        """Take one mail."""
        connection, _ = self._socket.accept()
        with self._socket, connection, connection.makefile("rwb", buffering=0) as line:
            line.write(b"220 post\r\n")
            for said in line:
                word = said.strip().upper()
                if word.startswith(b"RCPT"):
                    self.to.append(said.decode().partition("<")[2].partition(">")[0])
                if word == b"DATA":
                    line.write(b"354 go on\r\n")
                    letter = b""
                    while not letter.endswith(b"\r\n.\r\n"):
                        letter += line.readline()
                    self.mail = email.message_from_bytes(letter[:-3])
                line.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server that runs."""
    server = Post()
    server.start()
    yield server
    server.join(10)


def test_it_goes_by_mail(home: Path, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"HOST": "127.0.0.1", "PORT": str(post.port), "SECURITY": "none", "FROM": "line@example.org"}
    for name, value in given.items():
        monkeypatch.setenv(f"HOTLINE_SMTP_{name}", value)
    words = ["report", "day", "--date", "2026-06-21", "--format", "csv", "--mail", "a@example.org,b@example.org"]
    assert run(words) == 0
    post.join(10)
    assert post.to == ["a@example.org", "b@example.org"]
    assert post.mail is not None and post.mail["Subject"] == "Day report 2026-06-21 - demo"
    (attached,) = [part for part in post.mail.walk() if part.get_filename()]
    assert attached.get_filename() == "day-2026-06-21.csv"
    assert "Speed of answer" in attached.get_payload(decode=True).decode("utf-8-sig")  # type: ignore[union-attr]


def test_a_mail_server_that_is_away_is_said_so(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"HOST": "127.0.0.1", "PORT": "1", "SECURITY": "none", "FROM": "line@example.org"}
    for name, value in given.items():
        monkeypatch.setenv(f"HOTLINE_SMTP_{name}", value)
    assert run(["report", "day", "--date", "2026-06-21", "--mail", "a@example.org"]) == 1
    assert "the mail could not be sent by 127.0.0.1:1" in capfd.readouterr().err
