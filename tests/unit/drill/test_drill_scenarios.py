"""The scenarios SIPp is given: whole XML for every behaviour, with labels that exist."""

import dataclasses
import re
import xml.etree.ElementTree as Xml
from typing import Any

import pytest

from router.drill.phones import Behaviour
from router.drill.sipp import render

BEHAVIOURS = [
    Behaviour(),
    Behaviour(answer_after_ms=0),
    Behaviour(answer_after_ms=None),
    Behaviour(talk_ms=500, sound=True),
    Behaviour(final_status=486),
    Behaviour(final_status=302, redirect_to="sip:1002@127.0.0.1?a=1&b=2"),
]


def values_of(behaviour: Behaviour) -> dict[str, Any]:
    return {**dataclasses.asdict(behaviour), "behaviour": "test", "final_reason": "Refused"}


SCENARIOS = [
    *(("phones.xml", values_of(behaviour)) for behaviour in BEHAVIOURS),
    ("register.xml", {"contact_port": 5070, "expires_s": 120}),
    ("callers.xml", {"number": "4001860", "hang_up_after_ms": 0, "steps": []}),
    (
        "callers.xml",
        {"number": "4001860", "hang_up_after_ms": 500, "steps": [{"after_ms": 100, "capture": "/a/key1.pcap"}] * 3},
    ),
]


@pytest.mark.parametrize(("name", "values"), SCENARIOS)
def test_every_jump_has_its_label(name: str, values: dict[str, Any]) -> None:
    text = render(name, values)
    scenario = Xml.fromstring(text.encode())
    labels = [label.get("id") for label in scenario.iter("label")]
    jumps = {step.get(way) for step in scenario.iter() for way in ("next", "ontimeout")} - {None}
    assert jumps <= set(labels)
    assert len(labels) == len(set(labels))
    assert "{{" not in text and "{%" not in text


@pytest.mark.parametrize(("name", "values"), SCENARIOS)
def test_headers_end_before_the_body(name: str, values: dict[str, Any]) -> None:
    """SIPp sends what stands there: each message needs its empty line."""
    for message in re.findall(r"<!\[CDATA\[(.*?)\]\]>", render(name, values), re.DOTALL):
        head, empty_line, _ = re.sub(r"\n +", "\n", message).strip(" ").removeprefix("\n").partition("\n\n")
        assert empty_line
        assert all(":" in line or line.startswith("[") for line in head.split("\n")[1:]), head


def test_an_address_is_sent_as_it_was_given() -> None:
    assert "Contact: <sip:1002@127.0.0.1?a=1&b=2>\n" in render("phones.xml", values_of(BEHAVIOURS[-1]))


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(Exception, match="expires_s"):
        render("register.xml", {"contact_port": 1})
