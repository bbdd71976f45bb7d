"""Pure: everything the core remembers, as plain data. A snapshot is this, nothing else; indexes are derived from it."""

import msgspec

from router.acd.agent import FloorState
from router.acd.callback import Callback
from router.acd.surge import SurgeState
from router.acd.waiting import Waiting
from router.control.call import Call, Leg
from router.control.followups import Complaint, RoundState
from router.control.message import Message
from router.control.surge_load import Load
from router.core.ids import AgentId, CallId, ChannelId, Ms, PhoneName
from router.core.lines import Party
from router.core.timers import Timer
from router.core.turn import Ledger

STATE_VERSION = 1


class CodeStep(msgspec.Struct, kw_only=True):
    """A phone that dialled a feature code and where it is in being served; see :mod:`router.codes`."""

    id: CallId
    channel: ChannelId
    phone: PhoneName
    action: str
    argument: str = ""
    stage: str = "arrived"
    digits: str = ""
    agent: AgentId = AgentId("")
    tries: int = 0
    playback_count: int = 0
    playback: str = ""


class ExtensionStatus(msgspec.Struct, kw_only=True):
    """What has been changed of an extension since the YAML was written."""

    open: bool
    do_not_disturb: bool = False


class Appointment(msgspec.Struct, kw_only=True):
    """A booked call: ``flow`` runs with ``party`` at ``at_ms``; ``tries`` counts the calls made."""

    id: str
    kind: str
    party: Party
    flow: str
    at_ms: Ms
    by: str
    tries: int = 0
    fields: dict[str, str] = {}


class PendingNotice(msgspec.Struct, kw_only=True):
    """A notice that its service has not taken yet; ``tries`` counts how often it was sent since ``began_at``."""

    request: str
    call: str
    config: str
    service: str
    fields: dict[str, str]
    timeout_ms: Ms
    began_at: Ms
    tries: int = 0


class Lock(msgspec.Struct, kw_only=True):
    """An account with ``count`` wrong passwords in a row of ``tries`` allowed; locked until ``until`` (0: not)."""

    count: int = 0
    until: Ms = 0
    tries: int = 0
    lock_ms: Ms = 0


class Paging(msgspec.Struct, kw_only=True):
    """People on call who are being rung one after another; ``next`` is the index of the next of ``parties``;
    ``caller`` is the emergency that whoever accepts is brought together with."""

    id: str
    table: str
    flow: str
    parties: tuple[Party, ...]
    ring_ms: Ms
    began_at: Ms
    call: CallId | None = None
    request: str = ""
    next: int = 0
    caller: CallId | None = None
    fields: dict[str, str] = {}


class State(msgspec.Struct, kw_only=True):
    """The core's memory.

    ``epoch`` counts starts of the router, ``call_count`` calls of this epoch, ``task_count`` appointments and pages;
    ``wait_seq`` orders calls that asked in the same millisecond. ``switch_up`` is false while the connection to
    Asterisk is down. ``faults`` are those the last check has found, so that one that lasts is told once;
    ``callbacks`` are those that are open; ``callback_times`` when one was booked in the last day, with its number and
    queue, for the limits. ``checked_count`` is where among the agents the next check begins on a large floor.
    ``messages`` are those callers have left, the first of which is too old at ``messages_age_at`` (0: none ever),
    ``erasing`` the recordings that are to be erased, with the messages they were of; ``survey_count`` counts the draws
    of callers who are asked how it was.
    """

    v: int = STATE_VERSION
    config: str
    epoch: int = 0
    call_count: int = 0
    wait_seq: int = 0
    switch_up: bool = False
    ledger: Ledger = msgspec.field(default_factory=Ledger)
    calls: dict[CallId, Call] = {}
    legs: dict[ChannelId, Leg] = {}
    codes: dict[CallId, CodeStep] = {}
    waiting: dict[CallId, Waiting] = {}
    extensions: dict[str, ExtensionStatus] = {}
    appointments: dict[str, Appointment] = {}
    pages: dict[str, Paging] = {}
    notices: dict[str, PendingNotice] = {}
    locks: dict[str, Lock] = {}
    task_count: int = 0
    messages: dict[str, Message] = {}
    message_count: int = 0
    messages_age_at: Ms = 0
    erasing: dict[str, str] = {}
    survey_count: int = 0
    callbacks: dict[str, Callback] = {}
    complaints: dict[str, Complaint] = {}
    rounds: dict[str, RoundState] = {}
    callback_times: list[tuple[str, str, Ms]] = []
    floor: FloorState = msgspec.field(default_factory=FloorState)
    surges: dict[str, SurgeState] = {}
    """The surge plans by name."""
    loads: dict[str, Load] = {}
    """What the queues of each surge plan were asked lately."""
    faults: list[str] = []
    checked_count: int = 0
    timers: list[Timer] = []
    timer_seq: int = 0
