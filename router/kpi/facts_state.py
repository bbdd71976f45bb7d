"""Pure: what the fold of records remembers: plain data, so that it can be kept and taken up again."""

import msgspec

from router.core.ids import Ms
from router.core.records import AgentState
from router.kpi.overtaking import LinesState
from router.kpi.tables import CallFact, LegFact, OutboundFact, PromiseFact, ScoreFact, VisitFact


class CallSoFar(msgspec.Struct, kw_only=True):
    """A call under way, or one whose agents are still in wrap-up."""

    fact: CallFact
    visits: list[VisitFact] = []
    legs: list[LegFact] = []
    scores: list[ScoreFact] = []
    wrapping: list[int] = []
    """Legs (by index) whose agent is in wrap-up."""
    in_queue: bool = False
    talking: bool = False
    away: bool = False
    ended: bool = False


class AgentNow(msgspec.Struct, kw_only=True):
    """An agent's state since a moment."""

    state: str = AgentState.SIGNED_OUT.value
    since_ms: Ms = 0
    reason: str = ""
    groups: tuple[str, ...] | None = None
    """The groups a supervisor gave them for now; None: as the YAML has it."""
    wrap_call: str = ""
    wrap_leg: int = -1
    """The leg whose wrap-up runs, -1 where none does."""
    wrap_since_ms: Ms = 0


class FactsState(msgspec.Struct, kw_only=True):
    """Everything the fold remembers: plain data, so that it can be kept and taken up again.

    ``missing_count`` counts records that never came (gaps in ``seq``) and ``backward_count`` those earlier than the one
    before (a clock set back, which the router itself never writes).
    """

    seq: int = 0
    at_ms: Ms = 0
    calls: dict[str, CallSoFar] = {}
    agents: dict[str, AgentNow] = {}
    outbound: dict[str, OutboundFact] = {}
    promises: dict[str, PromiseFact] = {}
    waits: LinesState = msgspec.field(default_factory=LinesState)
    callers: dict[str, Ms] = {}
    missing_count: int = 0
    backward_count: int = 0
