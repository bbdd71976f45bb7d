"""docker-compose.yml brings up the same parts as `make run`: ports, mounts, versions, health checks, secrets."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from router.line import asterisk_root
from router.line.folders import RECORDINGS_INSIDE, SOUNDS_INSIDE, Folders
from router.line.redis import conf
from router.line.secrets import Secrets
from router.settings import Settings

REPOSITORY = Path(__file__).parents[3]
SECRETS = ("REDIS_PASSWORD", "ARI_PASSWORD", "AMI_PASSWORD", "SITE_KEY", "JOURNAL_KEY")
PARTS: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICES = PARTS["services"]


def default(text: str) -> str:
    """What a value of the file is where nobody sets the variables in it."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def mounts(service: str) -> dict[str, str]:
    """Where each volume of a service is mounted."""
    return {volume.split(":")[0]: volume.split(":")[1] for volume in SERVICES[service]["volumes"]}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings the router's container gets."""
    for name, value in SERVICES["router"]["environment"].items():
        if name.removeprefix("HOTLINE_") not in SECRETS:
            monkeypatch.setenv(name, default(value))
    return Settings.model_validate({})


def test_it_has_the_parts_of_make_run() -> None:
    assert set(SERVICES) == {"redis", "prepare", "asterisk", "router", "wallboard", "archive"}


def test_ports_and_addresses_are_those_of_make_run(settings: Settings) -> None:
    plain = Settings()
    for name in (
        "host",
        "sip_port",
        "rtp_first",
        "rtp_last",
        "ari_port",
        "ami_port",
        "board_port",
        "ari_user",
        "ami_user",
        "ari_app",
    ):
        assert getattr(settings, name) == getattr(plain, name), name
    assert settings.redis_url == f"redis://{plain.host}:{plain.redis_port}/0"
    (published,) = SERVICES["redis"]["ports"]
    assert default(published) == f"127.0.0.1:{plain.redis_port}:6379"
    # Asterisk and router share the machine's network, so they bind what the settings say
    assert {SERVICES[name]["network_mode"] for name in ("asterisk", "router", "prepare", "wallboard")} == {"host"}


def test_both_sides_see_one_shared_folder(settings: Settings) -> None:
    folders = Folders.of(settings)
    assert mounts("router")["prompts"] == str(folders.prompts)
    assert mounts("router")["recordings"] == str(folders.recordings)
    assert mounts("router")["asterisk-etc"] == str(folders.asterisk_etc)
    assert mounts("asterisk") == {
        "asterisk-etc": "/etc/asterisk",
        "prompts": str(SOUNDS_INSIDE),
        "recordings": str(RECORDINGS_INSIDE),
    }
    assert folders.asterisk_recordings == RECORDINGS_INSIDE
    assert SERVICES["prepare"]["volumes"] == SERVICES["router"]["volumes"]
    used = {volume for name in SERVICES for volume in mounts(name) if not volume.startswith(".")}
    assert used == set(PARTS["volumes"])


def test_versions_are_those_of_make_run() -> None:
    image = (REPOSITORY / "asterisk_conf" / "Dockerfile").read_text()
    assert f"FROM debian:{asterisk_root.SUITE}-slim" in image
    for package in asterisk_root.PACKAGES:
        assert re.search(rf"install .*\b{package}\b", image)
    router = (REPOSITORY / "router" / "Dockerfile").read_text()
    assert "FROM python:3.11-slim" in router and "-c constraints.txt" in router
    program = shutil.which("redis-cli")
    if program is not None:
        ours = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        major = re.search(r"redis-cli (\d+)", ours)
        assert major is not None and SERVICES["redis"]["image"] == f"redis:{major[1]}"


def test_redis_keeps_data_as_ours_does(tmp_path: Path) -> None:
    chosen = Settings(home=tmp_path)
    ours = conf(chosen, Secrets.load_or_create(tmp_path, {}), Folders.of(chosen))
    command = SERVICES["redis"]["command"][-1]
    for option in ("appendonly", "appendfsync", "save", "maxmemory-policy"):
        wanted = re.search(rf"^{option} (.*)$", ours, re.MULTILINE)
        assert wanted is not None and f"--{option} {wanted[1]}" in command


def test_every_part_has_a_health_check_and_waits_for_what_it_needs() -> None:
    assert "redis-cli ping" in SERVICES["redis"]["healthcheck"]["test"][1]
    assert "core waitfullybooted" in SERVICES["asterisk"]["healthcheck"]["test"][1]
    assert SERVICES["router"]["healthcheck"]["test"][1:] == ["python", "-m", "router.line.ready"]
    assert SERVICES["wallboard"]["healthcheck"]["test"][1:] == ["python", "-m", "router.board.answers"]
    assert SERVICES["wallboard"]["environment"] == SERVICES["router"]["environment"]
    assert SERVICES["asterisk"]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}
    assert {need["condition"] for need in SERVICES["router"]["depends_on"].values()} == {"service_healthy"}


def test_secrets_come_from_the_environment_and_from_nowhere_else() -> None:
    for service in ("router", "prepare"):
        for name in SECRETS:
            assert SERVICES[service]["environment"][f"HOTLINE_{name}"].startswith(f"${{HOTLINE_{name}:?")
    assert SERVICES["redis"]["environment"]["HOTLINE_REDIS_PASSWORD"].startswith("${HOTLINE_REDIS_PASSWORD:?")
    assert "environment" not in SERVICES["asterisk"]  # its secrets are in the files that `prepare` writes


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")
def test_docker_compose_takes_it() -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    told = {**plain, **{f"HOTLINE_{name}": "x" for name in SECRETS}}
    run = ["docker-compose", "-f", str(REPOSITORY / "docker-compose.yml"), "config", "--quiet"]
    assert subprocess.run(run, env=told, capture_output=True, cwd=REPOSITORY).returncode == 0
    refused = subprocess.run(run, env=plain, capture_output=True, cwd=REPOSITORY, text=True)
    assert refused.returncode != 0 and "docs/running.md" in refused.stderr
