"""A small hotline without mistakes, as texts by file, for tests to spoil."""

from collections.abc import Callable
from pathlib import Path

import pytest

Content = str | bytes
WriteSite = Callable[..., Path]

SITE = """\
name: tiny
country: CN
time_zone: Asia/Shanghai
language: en
line_rings: 1
answer_after: 0
codes: {sign_in: "*11"}
classes: {gold: {head_start: 30s}}
dids:
  "4001860": {flow: main}
  "4001861": {flow: direct, emergency: yes, duty_phones: ["1001"]}
"""
TRUNKS = """\
trunks:
  local: {peers: 127.0.0.0/8}
"""
QUEUES = """\
queues:
  enquiry:
    groups: [inbound]
    answer_within: 3 rings
"""
AGENTS = """\
groups:
  inbound: {}
agents:
  1001-1003:
    groups: [inbound]
    skills: {english: 3}
"""
MAIN = """\
person: to_enquiry
nodes:
  welcome:
    type: greeting
    next: menu
  menu:
    type: menu
    prompt: main_menu
    keys:
      "1": to_enquiry
      "2": bye
  to_enquiry: {type: enqueue, queue: enquiry}
  bye: {type: hangup}
"""
DIRECT = """\
nodes:
  to_enquiry: {type: enqueue, queue: enquiry, class: emergency}
"""
GOOD: dict[str, str] = {
    "site.yaml": SITE,
    "trunks.yaml": TRUNKS,
    "queues.yaml": QUEUES,
    "agents.yaml": AGENTS,
    "flows/main.yaml": MAIN,
    "flows/direct.yaml": DIRECT,
}


@pytest.fixture
def good() -> dict[str, str]:
    """The texts of a hotline without mistakes, by file."""
    return dict(GOOD)


@pytest.fixture
def write_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteSite:
    """Write the good hotline with some files replaced (None: left out) as ``tiny``, seen from its parent folder."""
    monkeypatch.chdir(tmp_path)

    def write(changed: dict[str, Content | None] | None = None) -> Path:
        folder = Path("tiny")
        for name, content in {**GOOD, **(changed or {})}.items():
            if content is None:
                continue
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write
