"""Pure: records, what others read: the wallboard, reports, ``hotline why``. The stream carries nothing else.

Each record has ``seq`` (1, 2, 3... over the life of the site, without gaps), ``at_ms`` (UTC milliseconds), ``v`` (the
schema version) and ``config`` (the site version it was decided under). Waits and spans end in ``_ms``; ``*_rings``
are the same spans in rings of the site's country cadence, as decimals. Definitions: hotline measures of docs/events.md.
"""

from enum import StrEnum

import msgspec

from router.core.ids import AgentId, CallId, ChannelId, Ms, PhoneName, QueueName

SCHEMA_VERSION = 1


class Outcome(StrEnum):
    """How a call ended: exactly one of these, written in its :class:`CallEnded`."""

    BLOCKED = "blocked"
    SELF_SERVED = "self_served"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    ABANDONED_SHORT = "abandoned_short"
    CALLBACK_BOOKED = "callback_booked"
    MESSAGE_LEFT = "message_left"
    TURNED_AWAY = "turned_away"
    SENT_OUT = "sent_out"
    LOST = "lost"


class AgentState(StrEnum):
    """What an agent is doing; every change is an :class:`AgentStateChanged`."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    RESERVED = "reserved"
    """Chosen for a call; their phone has not said yet that it rings."""
    RINGING = "ringing"
    TALKING = "talking"
    HOLDING = "holding"
    CONSULTING = "consulting"
    """Asking a colleague or somebody outside while the caller is on hold, or being asked so."""
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    NOT_ANSWERING = "not_answering"
    """Out of rotation: did not answer, or the phone is forwarded (see ``reason``)."""


class Record(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="type"):
    """Base of all records."""

    seq: int
    at_ms: Ms
    v: int
    config: str


class RouterUp(Record, frozen=True, kw_only=True):
    """The router started (or started again); ``calls`` are the calls it found still there, ``queues`` the site's."""

    site: str
    epoch: int
    calls: int
    queues: tuple[str, ...] = ()


class SiteChanged(Record, frozen=True, kw_only=True):
    """A new version of the YAML is live for new calls; ``queues`` are those it has."""

    previous: str
    queues: tuple[str, ...] = ()


class CallReceived(Record, frozen=True, kw_only=True):
    """A call arrived at a way in. ``caller`` is E.164, or "" where withheld or unusable."""

    call_id: CallId
    did: str
    caller: str
    withheld: bool
    trunk: str
    diverted_from: str


class LineAnswered(Record, frozen=True, kw_only=True):
    """The line was answered by the IVR (or, without one, by the first agent)."""

    call_id: CallId
    line_ms: Ms
    line_rings: float


class MenuStep(Record, frozen=True, kw_only=True):
    """The caller went through a step of a flow. ``result``: the key, ``no_key``, ``invalid``, ``done``...

    A key of a secret collect is never in it.
    """

    call_id: CallId
    flow: str
    node: str
    node_type: str
    result: str


class CallQueued(Record, frozen=True, kw_only=True):
    """The caller asked for a person. ``position`` counts from 1; ``queued`` is true where no agent was free.

    ``head_start_ms`` moved them forward; an ``emergency`` goes before all. ``need`` is what they ask for beside the
    queue (``gas:3``), ``kept_for`` the agent or the groups they are kept for at first. ``passed_over`` says, where
    nobody was free, how many agents of which group were not, by rule (see ``hotline why``). ``waited_ms`` have passed
    since they first asked, where a queue did not take or keep them before.
    """

    call_id: CallId
    queue: QueueName
    call_class: str
    position: int
    waiting: int
    queued: bool
    head_start_ms: Ms = 0
    emergency: bool = False
    need: str = ""
    kept_for: str = ""
    passed_over: dict[str, dict[str, int]] = {}
    waited_ms: Ms = 0


class AgentRang(Record, frozen=True, kw_only=True):
    """An agent's phone is being rung for a call: the decision, with what it was taken by.

    ``round`` and ``attempt`` count from 1 within the call. ``tier`` (0 emergency) and ``head_start_ms`` made the call's
    place. ``idle_count`` agents could have been rung and ``strategy`` chose; ``runner_up`` is who would have been next:
    an agent where the call found several idle, a call where the agent found several waiting, "" where there was none.
    ``agent_came`` says which of the two it was. ``won_by`` and ``runner_up_by`` are their keys, lower first: the
    strategy's for agents, for calls the time they asked less their head start. ``passed_over`` counts the other agents
    by group and rule (see ``hotline why``).
    """

    call_id: CallId
    queue: QueueName
    agent: AgentId
    phone: PhoneName
    leg: ChannelId
    attempt: int
    round: int
    wait_ms: Ms
    tier: int
    head_start_ms: Ms
    strategy: str
    runner_up: str
    idle_count: int
    won_by: float = 0
    runner_up_by: float = 0
    agent_came: bool = False
    passed_over: dict[str, dict[str, int]] = {}


class QueueLeft(Record, frozen=True, kw_only=True):
    """A queue gave a caller back to the flow. ``why``: ``timeout``, ``nobody``, ``closed``;
    ``hung_up`` where a caller an agent had sent there left."""

    call_id: CallId
    queue: QueueName
    why: str
    wait_ms: Ms


class WaitEstimated(Record, frozen=True, kw_only=True):
    """The wait yet to come was foretold for a waiting call: when it began to wait, and whenever the caller was told.

    One wait in ten is shorter than ``low_ms``, one in ten longer than ``high_ms``. ``ahead`` callers stood before it
    (a part of one where they compete for some of the agents only) and ``agents`` served. What a caller was ``told`` is
    ``said_low_min`` to ``said_high_min`` minutes; ``reason`` is what was said first where that was later than before.
    """

    call_id: CallId
    queue: QueueName
    position: int
    ahead: float
    agents: int
    mean_ms: Ms
    low_ms: Ms
    high_ms: Ms
    told: bool = False
    said_low_min: int = 0
    said_high_min: int = 0
    reason: str = ""


class EstimateJudged(Record, frozen=True, kw_only=True):
    """A forecast of :class:`WaitEstimated` made at ``made_at_ms`` was compared with the wait that followed it.

    ``within`` says whether that was within the range. A caller who gave up before its end (``answered`` false) is
    judged only where the wait was longer than the range already.
    """

    call_id: CallId
    queue: QueueName
    made_at_ms: Ms
    told: bool
    mean_ms: Ms
    low_ms: Ms
    high_ms: Ms
    wait_ms: Ms
    answered: bool
    within: bool


class Announced(Record, frozen=True, kw_only=True):
    """An announcement to a waiting caller began; ``parts`` is what it said: ``position``, ``estimate``, ``comfort``...

    ``position`` is the place in the queue that was said, 0 where none was; ``reason`` why it, or the wait told, is
    worse than the one said before: ``passed``, ``fewer`` or ``longer``.
    """

    call_id: CallId
    queue: QueueName
    parts: tuple[str, ...]
    position: int = 0
    reason: str = ""


class AgentMissed(Record, frozen=True, kw_only=True):
    """An agent did not take a call. ``why`` is a :class:`router.core.events.LegEnd` word."""

    call_id: CallId
    queue: QueueName
    agent: AgentId
    why: str
    rang_ms: Ms
    agent_rings: float


class CallConnected(Record, frozen=True, kw_only=True):
    """Caller and agent hear each other. ``wait_ms`` runs from asking for a person, agent ringing included."""

    call_id: CallId
    queue: QueueName
    agent: AgentId
    wait_ms: Ms
    wait_rings: float
    rang_ms: Ms
    agent_rings: float
    queued: bool
    late: bool


class TalkKeyPressed(Record, frozen=True, kw_only=True):
    """A key was pressed during talk; the other side did not hear it. ``by``: ``caller`` or ``agent``."""

    call_id: CallId
    queue: QueueName
    agent: AgentId
    by: str
    key: str


class CallHeld(Record, frozen=True, kw_only=True):
    """A party was put on hold (``held`` true) or taken back."""

    call_id: CallId
    queue: QueueName
    agent: AgentId
    held: bool


class TalkEnded(Record, frozen=True, kw_only=True):
    """An agent's part in a call is over. ``talk_ms`` is without ``hold_ms``; ``ended_by``: caller, agent, router,
    ``transfer``."""

    call_id: CallId
    queue: QueueName
    agent: AgentId
    talk_ms: Ms
    hold_ms: Ms
    ended_by: str


class CallEnded(Record, frozen=True, kw_only=True):
    """The terminal record: every call has exactly one. ``queue`` and ``agent`` are "" where there was none.

    ``asked`` says whether the caller asked for a person; ``wait_ms`` is their wait; ``ended_by``: caller, agent,
    router, switch. ``call_type`` is the flow's tag, "" where it gave none.
    """

    call_id: CallId
    outcome: Outcome
    queue: str
    agent: str
    asked: bool
    queued: bool
    total_ms: Ms
    wait_ms: Ms
    wait_rings: float
    talk_ms: Ms
    ended_by: str
    detail: str
    call_type: str


class AgentStateChanged(Record, frozen=True, kw_only=True):
    """An agent's state changed. ``reason``: the pause's reason, ``no_answer``, ``forwarded``...; ``by`` who did it.

    ``queues`` are those they may serve.
    """

    agent: AgentId
    phone: str
    state: AgentState
    previous: AgentState
    previous_ms: Ms
    reason: str
    by: str
    call_id: str
    queues: tuple[str, ...] = ()


class AgentRegrouped(Record, frozen=True, kw_only=True):
    """What a supervisor changed of an agent for now; ``until_ms`` is None where it holds until sign-out.

    ``over_yaml`` is false where the YAML holds again. ``queues`` are those they may serve from now on, ``queues_left``
    those they no longer may. With ``by`` ``publish`` it was a new version of the YAML that changed these. ``state`` is
    the agent's, and ``state_ms`` for how long, so that a reader of a queue they come to knows it.
    """

    agent: AgentId
    groups: tuple[str, ...]
    skills: dict[str, int]
    over_yaml: bool
    until_ms: Ms | None
    by: str
    queues: tuple[str, ...] = ()
    queues_left: tuple[str, ...] = ()
    state: str = ""
    state_ms: Ms = 0


class CallOverflowed(Record, frozen=True, kw_only=True):
    """A queue passed a caller on by its ``overflow`` rule number ``rule``, from 1; ``queue`` is the one they left.

    ``to_kind`` says what ``to`` is: ``queue``, ``groups`` (the caller stays, and these agents serve them too),
    ``outside`` (a number), ``flow`` or ``prompt``. ``why``: ``after``, ``waiting_over``, ``estimate``, ``nobody`` or
    ``closing``. ``kept_place`` says whether they stand in the other queue by when they asked for a person. ``queued``
    is false where the queue passed them on at once, without letting them wait.
    """

    call_id: CallId
    queue: QueueName
    rule: int
    to_kind: str
    to: str
    why: str
    wait_ms: Ms
    kept_place: bool
    queued: bool


class SurgeProposed(Record, frozen=True, kw_only=True):
    """The supervisor is asked whether step ``step`` (from 1) of a plan is to be taken, or (``release``) released."""

    plan: str
    step: int
    group: str
    release: bool
    agents: tuple[AgentId, ...]
    waiting: int


class SurgeDecided(Record, frozen=True, kw_only=True):
    """The supervisor answered a proposal: ``confirmed`` or ``declined``; ``lapsed`` where it was no longer needed."""

    plan: str
    step: int
    release: bool
    answer: str
    by: str


class SurgeStepTaken(Record, frozen=True, kw_only=True):
    """Agents of a group joined by a step of a surge plan. ``called`` are called upon, for they are not in service.

    ``seats`` are the agents in service in the plan's group with these; ``by`` is ``plan`` or who confirmed it.
    """

    plan: str
    step: int
    group: str
    agents: tuple[AgentId, ...]
    called: tuple[AgentId, ...]
    waiting: int
    seats: int
    by: str


class SurgeStepReleased(Record, frozen=True, kw_only=True):
    """The agents of a step go back to where they were; ``after_call`` are those of them who finish a call first."""

    plan: str
    step: int
    group: str
    agents: tuple[AgentId, ...]
    after_call: tuple[AgentId, ...]
    waiting: int
    by: str


class SurgeChanged(Record, frozen=True, kw_only=True):
    """A surge plan was ``stopped`` or ``started``, or the night began (``night``) or ended (``day``)."""

    plan: str
    change: str
    agents: tuple[AgentId, ...]
    by: str


class SeatsMissing(Record, frozen=True, kw_only=True):
    """All steps of a surge plan are taken and too many wait: how many seats are missing, by Erlang A.

    ``missing`` more than the ``seats`` there are would answer ``target_share`` of the calls within ``within_ms``; None
    where nothing is known of the load yet. ``room`` is how many seats are free up to ``seats_max`` (None: no limit).
    """

    plan: str
    waiting: int
    seats: int
    missing: int | None
    room: int | None
    calls_per_hour: float | None
    handling_ms: Ms | None
    patience_ms: Ms | None
    target_share: float
    within_ms: Ms


class QueueChanged(Record, frozen=True, kw_only=True):
    """A queue was closed or opened by hand."""

    queue: QueueName
    closed: bool
    until_ms: Ms | None
    by: str


class PhoneChanged(Record, frozen=True, kw_only=True):
    """A phone became (un)reachable or (un)used by calls that are not ours."""

    phone: PhoneName
    agent: str
    reachable: bool
    other_calls: int


class Alert(Record, frozen=True, kw_only=True):
    """Something a supervisor must know. ``kind``: ``agent_not_answering``, ``phone_forwarded``...; ``subject`` whom."""

    kind: str
    subject: str
    call_id: str
    detail: str


class CallTransferred(Record, frozen=True, kw_only=True):
    """A caller was connected to somebody by the flow or, where ``by`` names one, by an agent.

    ``kind``: ``extension``, ``phone``, ``outside``, ``duty``, or from an agent also ``agent`` (they talk) and ``queue``
    (they wait there). ``announced`` says whether the agent had spoken with whom they go to; ``reason`` is the agent's.
    ``queue`` is the one they had asked for last, if any.
    """

    call_id: CallId
    kind: str
    target: str
    rang_ms: Ms
    by: str = ""
    announced: bool = False
    reason: str = ""
    queue: str = ""


class ConsultBegan(Record, frozen=True, kw_only=True):
    """An agent put the caller on hold and asks somebody; ``kind`` as in :class:`CallTransferred`."""

    call_id: CallId
    queue: QueueName
    agent: AgentId
    kind: str
    target: str


class ConsultEnded(Record, frozen=True, kw_only=True):
    """A consultation is over. ``result``: ``taken_back``, ``transferred``, ``hung_up`` by whom was asked, or why they
    were not reached. ``talk_ms`` is how long both spoke. One that comes back is no transfer."""

    call_id: CallId
    queue: QueueName
    agent: AgentId
    kind: str
    target: str
    result: str
    talk_ms: Ms


class OutboundRang(Record, frozen=True, kw_only=True):
    """We ring somebody of our own accord. ``purpose``: ``wake_up``, ``reminder``, ``page``...; ``ref`` which one."""

    call_id: CallId
    purpose: str
    ref: str
    party: str
    attempt: int


class OutboundEnded(Record, frozen=True, kw_only=True):
    """The terminal record of an outbound call. ``result``: what the flow ended with, or why nobody was reached."""

    call_id: CallId
    purpose: str
    ref: str
    party: str
    result: str
    answered: bool
    total_ms: Ms


class AppointmentChanged(Record, frozen=True, kw_only=True):
    """A wake-up or reminder was ``booked``, ``cancelled``, ``kept`` or given up (``failed``)."""

    appointment: str
    kind: str
    party: str
    change: str
    at_due_ms: Ms
    by: str


class PageEnded(Record, frozen=True, kw_only=True):
    """The people on call were rung one after another. ``accepted_by`` is "" where nobody accepted."""

    page: str
    table: str
    call_id: str
    accepted_by: str
    rung_count: int
    span_ms: Ms


class ExtensionChanged(Record, frozen=True, kw_only=True):
    """An extension was opened or closed, or its do-not-disturb set or ended."""

    extension: str
    open: bool
    do_not_disturb: bool
    by: str


class MessageReceived(Record, frozen=True, kw_only=True):
    """A recording left while the router was away was found: a piece of work, ``message`` in ``box``."""

    recording: str
    did: str
    caller: str
    left_at_ms: Ms
    length_ms: Ms
    message: str = ""
    box: str = ""
    at_due_ms: Ms = 0


class MessageLeft(Record, frozen=True, kw_only=True):
    """A caller left a message in a box: a piece of work. ``recording`` is its name in the recordings folder.

    ``answers`` are the variables of the flow, secret ones masked; ``at_due_ms`` is when it is to be answered (0: no
    deadline); ``queue`` and ``agent`` are those of the call, "" where it had none.
    """

    call_id: CallId
    box: str
    recording: str
    length_ms: Ms
    did: str
    caller: str
    message: str = ""
    queue: str = ""
    agent: str = ""
    call_class: str = ""
    language: str = ""
    answers: dict[str, str] = {}
    at_due_ms: Ms = 0


class MessageClaimed(Record, frozen=True, kw_only=True):
    """An agent has taken a message on; ``waited_ms`` since it was left. ``call_id`` is "" where the router was away."""

    message: str
    box: str
    call_id: str
    agent: AgentId
    waited_ms: Ms
    by: str
    queue: QueueName = QueueName("")


class MessageReopened(Record, frozen=True, kw_only=True):
    """A message is open again: ``released`` by ``agent`` or after too long (``timeout``), or ``reopened`` when done.

    ``left_at_ms`` is when it was left, ``at_due_ms`` when it is to be answered (0: no deadline).
    """

    message: str
    box: str
    call_id: str
    agent: str
    change: str
    why: str
    by: str
    queue: QueueName = QueueName("")
    left_at_ms: Ms = 0
    at_due_ms: Ms = 0


class MessageDone(Record, frozen=True, kw_only=True):
    """A message has been answered, ``answer_ms`` after it was left; ``in_time`` where that kept its deadline."""

    message: str
    box: str
    call_id: str
    agent: str
    answer_ms: Ms
    in_time: bool
    note: str
    by: str
    queue: QueueName = QueueName("")


class MessageDeleted(Record, frozen=True, kw_only=True):
    """A message is no work any more and its recording goes. ``why``: ``age``, ``asked`` or ``caller`` (who wished it).

    ``was`` is what it was before: ``open``, ``claimed`` or ``done``.
    """

    message: str
    box: str
    call_id: str
    recording: str
    was: str
    why: str
    by: str
    queue: QueueName = QueueName("")


class RecordingDeleted(Record, frozen=True, kw_only=True):
    """A recording's file is gone; ``found`` says whether it was there. ``message`` is "" where none was kept."""

    recording: str
    message: str
    found: bool


class CallbackBooked(Record, frozen=True, kw_only=True):
    """A callback was promised: somebody is called back at ``number`` by ``queue``, at the place they had.

    ``call_id`` is the call it was booked in, "" where ``by`` says who else did. ``asked_at_ms`` and ``head_start_ms``
    make its place; ``position`` counts from 1 (0: not in line yet). ``due_ms`` is the time it was booked for (0: as
    soon as it is its turn), ``expires_ms`` when it is given up. ``agent_first`` says whose phone rings first.
    """

    callback: str
    call_id: str
    queue: QueueName
    number: str
    caller: str
    call_class: str
    asked_at_ms: Ms
    head_start_ms: Ms
    position: int
    due_ms: Ms
    expires_ms: Ms
    agent_first: bool
    by: str


class CallbackRefused(Record, frozen=True, kw_only=True):
    """A callback could not be promised, and nothing was stored. ``reason``: ``no_number``, ``not_a_number``,
    ``own_number``, ``emergency_number``, ``foreign_number``, ``premium_number``, ``blocked_number``,
    ``not_dialable``, ``not_a_time``, ``past``, ``closed``, ``no_times``, ``slot_full``, ``number_limit``,
    ``hour_limit``, ``no_queue``.
    """

    call_id: str
    queue: str
    number: str
    reason: str
    by: str


class CallbackMoved(Record, frozen=True, kw_only=True):
    """An open callback went to another state (see docs/machines.md). ``until_ms`` is when a parked one wakes."""

    callback: str
    queue: QueueName
    state: str
    previous: str
    why: str
    until_ms: Ms
    call_id: str


class CallbackTried(Record, frozen=True, kw_only=True):
    """The customer's phone is being rung. ``agent`` waits on the line, or is held free for them."""

    callback: str
    call_id: str
    queue: QueueName
    number: str
    attempt: int
    agent: str
    agent_first: bool


class CallbackTryEnded(Record, frozen=True, kw_only=True):
    """A try is over, ours or the agent's. ``result``: ``kept``, ``busy``, ``no_answer``, ``rejected``, ``unreachable``,
    ``voicemail``, ``not_confirmed`` (nobody pressed 1), ``hung_up``, ``agent_left``, ``no_agent``, ``caller_rang``.

    ``dialled`` says whether the customer's phone was rung at all, ``counted`` whether the try counts.
    """

    callback: str
    call_id: str
    queue: QueueName
    attempt: int
    result: str
    dialled: bool
    counted: bool
    agent: str
    talk_ms: Ms


class CallbackEnded(Record, frozen=True, kw_only=True):
    """The terminal record of a callback. ``result``: ``kept``, ``taken_up``, ``expired`` or ``cancelled``.

    ``why``: ``tries`` or ``time`` of an expired one. ``span_ms`` runs from its booking, ``to_talk_ms`` to the talk
    (0: none). ``round_name`` is the call-back round it belongs to. ``tries`` are those that count, ``agent`` who
    talked with them.
    """

    callback: str
    queue: QueueName
    number: str
    result: str
    why: str
    tries: int
    agent: str
    span_ms: Ms
    to_talk_ms: Ms
    round_name: str
    by: str


class ComplaintOpened(Record, frozen=True, kw_only=True):
    """A complaint was noted, with the two moments it must be answered and resolved by. ``agent`` took it."""

    complaint: str
    call_id: str
    number: str
    kind: str
    call_class: str
    agent: str
    answer_due_ms: Ms
    resolve_due_ms: Ms
    by: str


class ComplaintMoved(Record, frozen=True, kw_only=True):
    """A complaint was ``answered`` (the caller was told something) or ``resolved``; ``span_ms`` since its opening."""

    complaint: str
    number: str
    kind: str
    step: str
    in_time: bool
    span_ms: Ms
    by: str


class RoundBegan(Record, frozen=True, kw_only=True):
    """A call-back round begins: of ``listed`` calls ``called`` are called back, ``shares`` by agent ("": anybody)."""

    round_name: str
    listed: int
    called: int
    shares: dict[str, int]


class RoundEnded(Record, frozen=True, kw_only=True):
    """All callbacks of a round are over: how many with which result (as in ``CallbackEnded``)."""

    round_name: str
    results: dict[str, int]
    span_ms: Ms


class OfferMade(Record, frozen=True, kw_only=True):
    """A waiting caller was offered to wait on, to be called back or to leave a recording. ``why``: ``busy``,
    ``estimate``, ``wait`` or ``again``.
    """

    call_id: CallId
    queue: QueueName
    why: str
    wait_ms: Ms


class OfferTaken(Record, frozen=True, kw_only=True):
    """What a caller made of it: ``wait``, ``callback``, ``recording``, ``keep``, ``cancel`` or ``no_key``."""

    call_id: CallId
    queue: QueueName
    choice: str
    wait_ms: Ms


class CallCoded(Record, frozen=True, kw_only=True):
    """An agent coded a call, in talk or in wrap-up: its reason ("": none given), and whether it was ``solved`` at once.

    A later one of the same agent replaces it; of several agents of a call the last one's holds.
    """

    call_id: CallId
    queue: str
    agent: AgentId
    code: str
    solved: bool
    by: str


class ScoreGiven(Record, frozen=True, kw_only=True):
    """A caller answered a question of a survey; after a talk ``queue`` and ``agent`` say whose it was."""

    call_id: CallId
    question: str
    score: int
    queue: str = ""
    agent: str = ""


class NoticeEnded(Record, frozen=True, kw_only=True):
    """A notice was delivered (``sent``) or given up after ``tries`` tries."""

    notice: str
    service: str
    call_id: str
    sent: bool
    tries: int
    span_ms: Ms


class AskRefused(Record, frozen=True, kw_only=True):
    """A request from an agent or supervisor could not be granted; ``cure`` says what to do instead."""

    agent: AgentId
    ask: str
    reason: str
    cure: str


class CallerErased(Record, frozen=True, kw_only=True):
    """One caller's data were erased; whose is not said. ``counts``: how much where; ``left`` places that still
    have them."""

    counts: dict[str, int]
    left: int
    by: str


class Ignored(Record, frozen=True, kw_only=True):
    """A late or impossible event from outside; kept so that nothing vanishes silently."""

    event: str
    subject: str
    reason: str


AnyRecord = (
    RouterUp
    | SiteChanged
    | CallReceived
    | LineAnswered
    | MenuStep
    | CallQueued
    | AgentRang
    | QueueLeft
    | WaitEstimated
    | EstimateJudged
    | Announced
    | AgentMissed
    | CallConnected
    | TalkKeyPressed
    | CallHeld
    | TalkEnded
    | CallEnded
    | AgentStateChanged
    | AgentRegrouped
    | CallOverflowed
    | SurgeProposed
    | SurgeDecided
    | SurgeStepTaken
    | SurgeStepReleased
    | SurgeChanged
    | SeatsMissing
    | QueueChanged
    | PhoneChanged
    | Alert
    | CallTransferred
    | ConsultBegan
    | ConsultEnded
    | OutboundRang
    | OutboundEnded
    | AppointmentChanged
    | PageEnded
    | ExtensionChanged
    | MessageReceived
    | MessageLeft
    | MessageClaimed
    | MessageReopened
    | MessageDone
    | MessageDeleted
    | RecordingDeleted
    | CallbackBooked
    | CallbackRefused
    | CallbackMoved
    | CallbackTried
    | CallbackTryEnded
    | CallbackEnded
    | ComplaintOpened
    | ComplaintMoved
    | RoundBegan
    | RoundEnded
    | OfferMade
    | OfferTaken
    | CallCoded
    | ScoreGiven
    | NoticeEnded
    | AskRefused
    | CallerErased
    | Ignored
)
"""Every record, for decoding."""
