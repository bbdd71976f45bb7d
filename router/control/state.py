"""Pure: everything the core remembers, as plain data. A snapshot is this, nothing else; indexes are derived from it."""

import msgspec

from router.acd.agent import FloorState
from router.acd.matcher import Waiting
from router.control.call import Call, Leg
from router.core.ids import AgentId, CallId, ChannelId, PhoneName
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


class State(msgspec.Struct, kw_only=True):
    """The core's memory.

    ``epoch`` counts starts of the router, ``call_count`` calls of this epoch, ``wait_seq`` orders calls that
    asked in the same millisecond. ``switch_up`` is false while the connection to Asterisk is down.
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
    floor: FloorState = msgspec.field(default_factory=FloorState)
    timers: list[Timer] = []
    timer_seq: int = 0
