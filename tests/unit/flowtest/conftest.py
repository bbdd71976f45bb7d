"""The demo hotline to write tests beside, and the results of running them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from router.flowtest import Results, run_tests

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"
SITE = {
    "site.yaml": """\
name: tiny
country: CN
time_zone: Asia/Shanghai
language: en
dids:
  "4001860": {flow: main}
  "4001861": {flow: direct}
""",
    "trunks.yaml": "trunks:\n  local: {peers: 127.0.0.0/8}\n",
    "queues.yaml": "queues:\n  enquiry: {groups: [inbound]}\n  fault: {groups: [inbound]}\n",
    "agents.yaml": "groups:\n  inbound: {}\nagents:\n  1001-1003:\n    groups: [inbound]\n    skills: {english: 3}\n",
    "flows/main.yaml": """\
person: to_enquiry
nodes:
  welcome:
    type: greeting
    prompt: welcome
    next: menu
  menu:
    type: menu
    prompt: main_menu
    keys:
      "1": to_enquiry
      "2": to_fault
      "9": bye
    no_key: to_enquiry
  to_enquiry: {type: enqueue, queue: enquiry, class: vip, skills: {english: 2}}
  to_fault: {type: enqueue, queue: fault}
  bye: {type: hangup}
""",
    "flows/direct.yaml": "nodes:\n  to_enquiry: {type: enqueue, queue: enquiry}\n",
}
Write = Callable[..., Path]
Run = Callable[..., Results]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the small hotline with this ``flows/main.test.yaml`` (and other files), seen from its parent folder."""
    monkeypatch.chdir(tmp_path)

    def write_it(tests: str, **others: str) -> Path:
        folder = Path("tiny")
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in {**SITE, "flows/main.test.yaml": tests, **others}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return write_it


@pytest.fixture
def run(write: Write) -> Run:
    """Write the hotline with these tests and run them."""

    def run_it(tests: str, only: str = "", **others: str) -> Results:
        return run_tests(write(tests, **others), only=only)

    return run_it
