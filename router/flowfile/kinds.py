"""The kinds of files of a hotline and what stands in each: what editors' schemas and the reference are made from."""

from collections.abc import Mapping
from typing import Any

import msgspec

from router.flowfile.board_specs import BoardFile
from router.flowfile.floor_customers import CustomersFile
from router.flowfile.hours_specs import HoursFile
from router.flowfile.message_specs import MessagesFile
from router.flowfile.service_specs import DutyFile, ExtensionsFile, LookupsFile, NoticesFile
from router.flowfile.specs import AgentsFile, FlowFile, QueuesFile, SiteFile, TrunksFile
from router.flowfile.surge_specs import SurgeFile

FLOWS = "flows/*.yaml"
KINDS: Mapping[str, type[msgspec.Struct]] = {
    "site.yaml": SiteFile,
    "trunks.yaml": TrunksFile,
    "queues.yaml": QueuesFile,
    "agents.yaml": AgentsFile,
    "hours.yaml": HoursFile,
    "customers.yaml": CustomersFile,
    "extensions.yaml": ExtensionsFile,
    "duty.yaml": DutyFile,
    "lookups.yaml": LookupsFile,
    "notices.yaml": NoticesFile,
    "messages.yaml": MessagesFile,
    "board.yaml": BoardFile,
    "surge.yaml": SurgeFile,
    FLOWS: FlowFile,
}
"""Each kind of file by its name, with the struct whose fields are its keys; a flow's ``nodes`` are by their types."""


def about(cls: type[Any]) -> str:
    """Return what a struct's docstring says, in one line of Markdown."""
    return " ".join((cls.__doc__ or "").split()).replace("``", "`")
