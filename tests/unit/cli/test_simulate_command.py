"""``hotline simulate`` as people and scripts see it: figures, scenario files, and mistakes with their cures."""

import json
from pathlib import Path

import pytest

from router.cli import run

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"
MODEL = ["simulate", "--model", "--calls-per-hour", "200", "--aht", "180", "--agents", "14", "--calls", "2000"]
ASKED_FOR = (
    "p_wait asa_s service_level p_abandon mean_wait_s queue_len occupancy vip_wait_s standard_wait_s".split()  # noqa: SIM905
)


def figures(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, float]:
    assert run([*arguments, "--json"]) == 0
    found: dict[str, float] = json.loads(capsys.readouterr().out)
    return found


def test_every_figure_with_its_interval(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, *MODEL, "--vip-share", "0.2", "--patience", "60", "--target", "20", "--seed", "1")
    for name in ASKED_FOR:
        assert isinstance(found[name], float), name
        assert found[f"{name}_ci"] > 0, name
    assert (found["calls"], found["seed"], found["target_s"]) == (2_000, 1, 20)


def test_no_vips_is_null_and_not_zero(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, *MODEL, "--patience", "inf", "--vip-share", "0")
    assert found["vip_wait_s"] is None and found["vip_wait_s_ci"] is None
    assert found["standard_wait_s"] == found["mean_wait_s"]
    assert found["p_abandon"] == 0


def test_same_seed_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures(capsys, *MODEL) == figures(capsys, *MODEL)


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(MODEL) == 0
    out = capsys.readouterr().out
    assert "answered within 20 s / all" in out
    assert "calls/s" in out


def test_lognormal_handling_and_patience(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(
        capsys,
        *MODEL,
        "--handling",
        "lognormal",
        "--handling-cv",
        "0.5",
        "--patience",
        "30",
        "--patience-shape",
        "fixed",
    )
    assert 0 < found["p_abandon"] < 0.1


def test_recorded_spans_and_arrivals_with_a_roster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "aht.csv").write_text("seconds\n100\n100\n")
    (tmp_path / "calls.csv").write_text("arrived\n08:00:00\n08:00:10\n22:00\n")
    (tmp_path / "roster.csv").write_text("agent,from,to\n1001,08:00,17:00\n1002,21:30,06:00\n")
    found = figures(
        capsys,
        *("simulate", "--model", "--agents", "2", "--days", "1"),
        *("--arrivals", str(tmp_path / "calls.csv")),
        *("--handling-file", str(tmp_path / "aht.csv")),
        *("--roster", str(tmp_path / "roster.csv")),
    )
    assert found["measured_calls"] == 3
    assert found["asa_s"] == 30
    assert found["method"] == "repeated days"


SCENARIO = """
site: SITE
callers:
  standard: {did: "4001860", share: 3}
  vip: {did: "4001862"}
profile: {"08:00": 20, "08:30": 40}
handling: {mean: 120s, shape: lognormal, cv: 0.8}
patience: {mean: 60s}
answering: {mean: 4s, shape: exponential}
prompts: 3s
agents: 3
days: 2
"""


def test_a_scenario_file_on_a_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "monday.yaml"
    file.write_text(SCENARIO.replace("SITE", str(DEMO)))
    found = figures(capsys, "simulate", str(file), "--seed", "5")
    assert found["calls"] == pytest.approx(120, abs=40)
    assert found["agents"] == 3
    assert found["asa_s"] > 2
    assert found["lost_calls"] == 0
    more = figures(capsys, "simulate", str(file), "--seed", "5", "--agents", "20")
    assert more["mean_wait_s"] < found["mean_wait_s"], "a flag wins over the file"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--calls-per-hour", "-5", "--agents", "3"], "--calls-per-hour must be more than 0, got -5"),
        (["--calls-per-hour", "nan", "--agents", "3"], "--calls-per-hour must be more than 0, got nan"),
        (["--calls-per-hour", "5", "--agents", "0"], "--agents must be at least 1, got 0"),
        (["--calls-per-hour", "5"], "--agents must be at least 1, got 0"),
        (["--agents", "5"], "nothing says when calls arrive"),
        (["--calls-per-hour", "500", "--agents", "3"], "25.0 erlangs of work for 3 agents"),
        (["--calls-per-hour", "5", "--agents", "3", "--handling", "exponental"], "did you mean 'exponential'?"),
        (["--calls-per-hour", "5", "--agents", "3", "--patience", "soon"], "--patience cannot be 'soon'"),
        (["--calls-per-hour", "5", "--agents", "3", "--patience", "0"], "--patience cannot be 0 seconds"),
        (["--calls-per-hour", "5", "--agents", "3", "--aht", "0"], "--handling needs a mean of more than 0"),
        (["--calls-per-hour", "5", "--agents", "3", "--vip-share", "1.5"], "--vip-share must be between 0 and 1"),
        (["--calls-per-hour", "5", "--agents", "3", "--calls", "9"], "--calls must be at least 1000, got 9"),
        (["--calls-per-hour", "5", "--agents", "3", "--handling-file", "no.csv"], "no.csv cannot be read"),
        (["--calls-per-hour", "5", "--agents", "3", "--site", str(DEMO)], "--model is without a site"),
    ],
)
def test_wrong_flags(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--model", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert "try: " in complaint
    assert "Traceback" not in complaint


@pytest.mark.parametrize(
    ("flag", "text", "said"),
    [
        ("--handling-file", "seconds\n100\nten\n", ":3: 'ten' is no span"),
        ("--handling-file", "minutes\n100\n", ":1: no column 'seconds'"),
        ("--handling-file", "seconds\n", "no row below"),
        ("--handling-file", "seconds\n0\n", "every span in it is 0"),
        ("--arrivals", "arrived\n08:00\n08:61\n", ":3: '08:61' is no time of day"),
        ("--roster", "agent,from,to\n1001,08:00,08:00\n", ":2: the shift of 1001 has no length"),
        ("--roster", "agent,from,to\n77,08:00,09:00\n", "there is no agent 77"),
    ],
)
def test_wrong_tables(flag: str, text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.csv"
    table.write_text(text)
    rate = [] if flag == "--arrivals" else ["--calls-per-hour", "5"]
    assert run(["simulate", "--model", *rate, "--agents", "3", flag, str(table)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agents: 3\ncalls_per_hr: 5\n", ":2:1: E203 a scenario has no key 'calls_per_hr'"),
        ("agents: 3\ncalls_per_hour: 5\nhandling: {mean: 180}\n", ":3:18: E206 '180' needs a unit"),
        ("agents: 3\ncalls_per_hour: 5\nhandling: {mean: 180s, shape: gamma}\n", "it is none of the choices"),
        ("agents: 3\nprofile: {'08:15': 5}\n", "'08:15' is no half hour"),
        ("agents: 3\nprofile: {'08:30': -5}\n", "08:30 cannot have -5 calls"),
        ("agents: 3\ncalls_per_hour: 5\nprofile: {'08:30': 5}\n", "'calls_per_hour' and 'profile' says when"),
        ("agents: 3\ncalls_per_hour: 5\ncallers: {vip: {did: '1'}}\n", "'callers' need a site"),
        ("site: nowhere\ncalls_per_hour: 5\n", "is not a hotline's folder"),
        (f"site: {DEMO}\ncalls_per_hour: 5\ncallers: {{vip: {{did: '1'}}}}\n", "dial 1, which the site does not have"),
        (f"site: {DEMO}\ncalls_per_hour: 5\nagents: 999\n", "the site has 40 agents"),
        ("", "is empty"),
    ],
)
def test_wrong_scenarios(text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    assert run(["simulate", str(file)]) in (1, 2)
    assert said in capsys.readouterr().err
