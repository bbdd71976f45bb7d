"""``hotline test``, ``try`` and ``graph`` as people and scripts see them."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from router.cli import run

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"


class Said(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


Hotline = Callable[..., Said]


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo, seen from its parent folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DEMO, "mine")
    return Path("mine")


@pytest.fixture
def hotline(mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hotline:
    """Run a command with this on stdin."""

    def call(*words: str, stdin: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = run(list(words))
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return call


def test_the_demos_tests_pass(hotline: Hotline) -> None:
    said = hotline("test", "mine")
    assert said.code == 0
    assert "  ok      In the morning callers are wished a good morning" in said.out
    assert said.out.splitlines()[-1].startswith("mine: ")
    assert "failed" not in said.out


def test_a_failing_test_is_exit_1_with_its_place(hotline: Hotline, mine: Path) -> None:
    main = mine / "flows" / "main.yaml"
    text = main.read_text(encoding="utf-8").replace('"2": to_fault', '"2": to_complaint')
    main.write_text(text.replace('"3": to_complaint', '"3": to_fault'), encoding="utf-8")
    said = hotline("test", "mine")
    assert said.code == 1
    assert "FAILED  Who knows the line presses a key during the greeting" in said.out
    assert "expected: queue fault\n    found:    complaint" in said.out
    assert "mine/flows/main.test.yaml:" in said.out


def test_a_mistake_in_a_test_file_is_exit_1_with_its_cure(hotline: Hotline, mine: Path) -> None:
    (mine / "flows" / "direct.test.yaml").write_text("tests:\n  - name: x\n    expect: {que: y}\n", encoding="utf-8")
    said = hotline("test", "mine")
    assert said.code == 1
    assert "mine/flows/direct.test.yaml:3:14: E203 expect has no key 'que'" in said.out


def test_one_file_and_one_name(hotline: Hotline) -> None:
    said = hotline("test", "mine/flows/direct.test.yaml")
    assert said.code == 0
    assert "1 passed" in said.out
    assert hotline("test", "mine", "-k", "AFTERNOON").out.count("  ok  ") == 1
    nothing = hotline("test", "mine", "-k", "no such name")
    assert nothing.code == 2
    assert "no test's name contains" in nothing.err


def test_json_and_coverage(hotline: Hotline) -> None:
    found = json.loads(hotline("test", "mine", "--json").out)
    assert found["ok"] is True
    [site] = found["sites"]
    assert {case["failure"] for case in site["cases"]} == {None}
    assert {flow["flow"] for flow in site["coverage"]["flows"]} >= {"main", "direct", "emergency"}
    (Path("mine/flows/direct.test.yaml")).unlink()
    assert "no test comes to node to_enquiry" in hotline("test", "mine", "--coverage").out


def test_a_hotline_with_mistakes_is_not_tested(hotline: Hotline, mine: Path) -> None:
    (mine / "queues.yaml").write_text("queues: {}\n", encoding="utf-8")
    said = hotline("test", "mine")
    assert said.code == 1
    assert "E303" in said.err


def test_a_walk_by_script(hotline: Hotline) -> None:
    script = "\n\n\n2\na fault 1 ready\n+5s\nw\nh\n"
    said = hotline("try", "main", "--site", "mine", "--at", "2026-10-12 09:30", stdin=script)
    assert said.code == 0
    assert said.out.splitlines()[0] == "2026-10-12 09:30:00 Asia/Shanghai; ? for help"
    assert 'hears good_morning: "Good morning."' in said.out
    assert "waits in queue fault as standard, place 1" in said.out
    assert "[talking with 1001] w" in said.out
    assert said.out.splitlines()[-1].endswith("is over: answered")


def test_a_walk_by_number_caller_and_language(hotline: Hotline) -> None:
    said = hotline("try", "4001860", "--site", "mine", "--from", "13900139000", "--lang", "zh", stdin="\n\nh\n")
    assert "拨打 4001860，主叫 +8613900139000" in said.out
    assert "欢迎致电服务热线。" in said.out


def test_what_cannot_be_done_in_a_walk_is_said(hotline: Hotline) -> None:
    script = "x\n+5\nl ok\na nobody 1 ready\na enquiry some\ns\nv\n?\nq\n"
    said = hotline("try", "main", "--site", "mine", stdin=script)
    assert said.code == 0
    for complaint in (
        "'x' is nothing that can be done here",
        "write +500ms, +10s, +2m or +1h",
        "nothing is being looked up",
        "queues are: ",
        "write a enquiry and '2 ready'",
        "write s 5s",
        "no variables yet",
        "jump the clock",
    ):
        assert complaint in said.out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("try", "mian", "--site", "mine"), "did you mean 'main'?"),
        (("try", "main", "--site", "mine", "--at", "today"), "'today' is no date and time"),
        (("try", "main", "--site", "mine", "--lang", "xx"), "there is no language 'xx'"),
        (("graph", "mian", "--site", "mine"), "did you mean 'main'?"),
        (("graph", "main", "--site", "mine", "-o", "nowhere/main.svg"), "nowhere/main.svg: No such file or directory"),
    ],
)
def test_a_wrong_word_is_exit_2_with_what_was_meant(hotline: Hotline, words: tuple[str, ...], complaint: str) -> None:
    said = hotline(*words)
    assert said.code == 2
    assert complaint in said.err


def test_a_picture_goes_where_it_is_wanted(hotline: Hotline) -> None:
    assert hotline("graph", "main", "--site", "mine").out.lstrip().startswith("<?xml")
    assert hotline("graph", "mine/flows/main.yaml", "--format", "dot").out.startswith("digraph")
    said = hotline("graph", "main", "--site", "mine", "-o", "main.mmd", "--lang", "zh")
    assert said.code == 0
    assert said.out.startswith("main.mmd: flow main, ")
    assert "菜单" in Path("main.mmd").read_text(encoding="utf-8")
