"""``hotline check`` and ``hotline prompts missing`` as scripts and people see them."""

import json
import shutil
from pathlib import Path

import pytest

from router.cli import run
from router.cli.check import sites_at

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"


@pytest.fixture
def spoilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo with one mistake, seen from its parent folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DEMO, "mine")
    main = Path("mine/flows/main.yaml")
    main.write_text(main.read_text(encoding="utf-8").replace("prompt: main_menu", "promt: main_menu"), encoding="utf-8")
    return Path("mine")


def test_no_mistakes_is_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(DEMO)]) == 0
    assert capsys.readouterr().out == f"{DEMO}: no mistakes\n"


def test_a_mistake_is_exit_1_with_its_place_and_cure(spoilt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "mine"]) == 1
    line = 1 + spoilt.joinpath("flows/main.yaml").read_text(encoding="utf-8").split("promt")[0].count("\n")
    assert capsys.readouterr().out == (
        f"mine/flows/main.yaml:{line}:5: E203 'menu' node has no key 'promt'\n"
        "    hint: did you mean 'prompt'?\nmine: 1 mistake\n"
    )


def test_json_for_scripts(spoilt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "mine", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    [finding] = found["diagnostics"]
    assert (finding["file"], finding["code"], finding["column"]) == ("mine/flows/main.yaml", "E203", 5)


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(tmp_path / "nowhere")]) == 1
    assert "E001" in capsys.readouterr().out


def test_what_a_path_means(spoilt: Path) -> None:
    assert sites_at(Path("mine")) == [Path("mine")]
    assert sites_at(Path("mine/flows/main.yaml")) == [Path("mine")]
    assert sites_at(Path()) == [Path("mine")]


def test_missing_prompts_are_listed(
    spoilt: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_HOME", "home")
    (spoilt / "prompts" / "en").mkdir(parents=True)
    (spoilt / "prompts" / "en" / "own.yaml").write_text("only_english: Just so.\n", encoding="utf-8")
    assert run(["prompts", "missing", "mine"]) == 1
    said = capsys.readouterr().out
    assert "zh: no text or recording of 'only_english'" in said
    assert "not built yet: en/only_english" in said


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo with something that is most likely not meant."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DEMO, "mine")
    agents = Path("mine/agents.yaml")
    text = agents.read_text(encoding="utf-8").replace("groups:\n", "groups:\n  nobody_yet: {}\n", 1)
    agents.write_text(text, encoding="utf-8")
    return Path("mine")


def test_a_warning_is_listed_and_counts_only_if_strict(odd: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "mine"]) == 0
    said = capsys.readouterr().out
    assert "W461 nobody is in group 'nobody_yet'" in said
    assert said.endswith("mine: no mistakes, 1 warning\n")
    assert run(["check", "mine", "--strict"]) == 1
    capsys.readouterr()
    assert run(["check", "mine", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["diagnostics"][0]["severity"]) == (True, "warning")
    assert run(["check", "mine", "--json", "--strict"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_messages_in_chinese(spoilt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "mine", "--lang", "zh"]) == 1
    said = capsys.readouterr().out
    assert "E203 “menu”节点 没有键“promt”\n    建议：是不是“prompt”？\nmine：1 处错误\n" in said
