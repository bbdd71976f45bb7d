"""Requests encoded from ARI's own table of operations."""

from types import SimpleNamespace

import pytest

from router.adapters.ari_operations import Operations, Request
from router.adapters.ari_transport import speaks_rest
from router.errors import SwitchError


@pytest.fixture
def operations() -> Operations:
    def parameter(name: str, place: str, required: bool = False) -> dict[str, object]:
        return {"name": name, "paramType": place, "required": required}

    dial = {
        "nickname": "dial",
        "httpMethod": "POST",
        "parameters": [
            parameter("channelId", "path", True),
            parameter("timeout", "query"),
            parameter("mute", "query"),
            parameter("variables", "body"),
        ],
    }
    record = {"nickname": "record", "httpMethod": "POST", "parameters": [parameter("name", "query", True)]}
    declaration = {
        "apis": [
            {"path": "/channels/{channelId}/dial", "operations": [dial]},
            {"path": "/channels/{channelId}/record", "operations": [record]},
        ]
    }
    return Operations.from_resources({"channels": SimpleNamespace(json={"api_declaration": declaration})})


def test_values_go_where_the_table_says(operations: Operations) -> None:
    request = operations.encode("channels.dial", {"variables": {"a": "ü"}}, channelId="x.1", timeout=20, mute=True)
    assert request == Request(
        "POST", "channels/x.1/dial", (("timeout", "20"), ("mute", "true")), '{"variables":{"a":"ü"}}'
    )


def test_a_parameter_may_be_called_name(operations: Operations) -> None:
    assert operations.encode("channels.record", name="x.1.r1").query == (("name", "x.1.r1"),)


def test_an_id_cannot_leave_its_place(operations: Operations) -> None:
    assert operations.encode("channels.dial", channelId="../a?b=c d").uri == "channels/..%2Fa%3Fb%3Dc%20d/dial"


def test_what_this_asterisk_does_not_have_is_refused(operations: Operations) -> None:
    with pytest.raises(SwitchError, match=r"has no bridges\.create") as refusal:
        operations.encode("bridges.create")
    assert "22.4" in refusal.value.cure
    with pytest.raises(SwitchError, match="no parameter flavour"):
        operations.encode("channels.dial", channelId="x", flavour=1)
    with pytest.raises(SwitchError, match="needs channelId"):
        operations.encode("channels.dial")


@pytest.mark.parametrize(
    ("version", "speaks"),
    [
        ("22.10.1+dfsg-1", True),
        ("22.4.0", True),
        ("22.3.9", False),
        ("21.9.0", True),
        ("21.8.0", False),
        ("20.14.0", True),
        ("20.13.2", False),
        ("18.26.4", False),
        ("23.0.0", True),
        ("certified/20.7-cert5", False),
        ("GIT-master-1a2b", None),
        ("", None),
    ],
)
def test_which_asterisk_takes_rest_over_the_socket(version: str, speaks: bool | None) -> None:
    assert speaks_rest(version) is speaks
