"""One caller's call, rehearsed: the real call control on a fake clock, with everybody else played by a model.

``hotline test`` drives it by steps of a file, ``hotline try`` by a person's keys.
"""

from collections.abc import Callable

import msgspec

from router.control.call import Call, Stage
from router.core import commands, events, records
from router.core.events import Caller
from router.core.ids import CallId, ChannelId, Ms
from router.core.turn import Output
from router.flowtest.outside import KEY_GAP_MS, Outside
from router.flowtest.people import Habits, Staffing
from router.flowtest.stage import IN_FRONT, staged
from router.flowtest.trace import Note, said
from router.flowtest.words import Spoken, Words
from router.ivr.flow import node_type
from router.ivr.session import Session, shown
from router.site import Site

CALLER = ChannelId("caller")
PATIENCE_MS: Ms = 30 * 60_000
"""How long a rehearsal goes on by itself when it is asked to wait for something."""
MASK = "*"


class HeardPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt that began to be said, ``at_ms`` after the call arrived."""

    at_ms: Ms
    spoken: Spoken


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A node a caller (or somebody we rang) was at; ``result`` is how they left it, "" where they have not."""

    call: CallId
    flow: str
    node: str
    result: str = ""


class Rehearsal:
    """A call to ``did``, which leads to ``flow``, at ``now`` (ms UTC). Nothing happens until :meth:`ring`.

    ``trace``, ``heard`` and ``visits`` grow as the call goes on; the properties say how it stands.
    """

    def __init__(
        self, site: Site, words: Words, now: Ms, *, did: str, flow: str, habits: Habits, language: str = ""
    ) -> None:
        self.site = staged(site, did, flow, language)
        self.did = did
        self.trace: list[Note] = []
        self.heard: list[HeardPrompt] = []
        self.visits: list[Visit] = []
        self.asked: list[str] = []
        """The sources looked up, in order."""
        self.notified: list[str] = []
        """The services told by a notice, in order."""
        self.queued: records.CallQueued | None = None
        self.skills: dict[str, int] = {}
        """The least skill levels the flow asks for, beside the queue's."""
        self.agent = ""
        self.ended: records.CallEnded | None = None
        self.variables: dict[str, str] = {}
        """The variables of the flow the caller is in, or was in last; secret ones are masked."""
        self.language = language or site.language
        self._words = words
        self._call: Call | None = None
        self._session: Session | None = None
        self._began = now
        self._in_front: set[str] = set()
        self._own = ""
        self._notices: set[str] = set()
        self.outside = Outside(self.site, now, habits, seen=self._seen, heard=self._hears)
        self.outside.turned = self._turned

    # --- how it stands ---

    @property
    def now(self) -> Ms:
        """The moment, ms UTC."""
        return self.outside.now

    @property
    def passed_ms(self) -> Ms:
        """How long the call has been going on."""
        return self.now - self._began

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.ended is not None

    @property
    def talking(self) -> bool:
        """Whether the caller talks with somebody."""
        return self._call is not None and self._call.stage in (Stage.TALKING, Stage.AWAY)

    @property
    def waiting(self) -> bool:
        """Whether the caller waits for an agent."""
        return self._call is not None and self._call.stage in (Stage.WAITING, Stage.OFFERED, Stage.CONNECTING)

    @property
    def speaking(self) -> bool:
        """Whether something is being said to the caller."""
        return self.outside.plays_to(CALLER)

    @property
    def pending(self) -> bool:
        """Whether the flow waits for an answer from outside: a lookup, somebody being rung for the caller."""
        call = self._call
        return call is not None and bool(call.request) and not call.recording and not self.talking

    @property
    def place(self) -> tuple[str, str]:
        """The flow and node the caller is at; "" where at none."""
        return ("", "") if self.over else self.last_place

    @property
    def last_place(self) -> tuple[str, str]:
        """The flow and node the caller is at or was at last; "" where the call never came to one."""
        return (self._session.flow, self._session.node) if self._session is not None else ("", "")

    @property
    def own(self) -> CallId:
        """The call's id; "" before it rings."""
        return CallId(self._own)

    @property
    def tag(self) -> str:
        """The type the flow gave the call."""
        return self._call.tag if self._call is not None else ""

    @property
    def position(self) -> int:
        """The caller's place in the queue, from 1; 0 where in none."""
        desk = self.outside.core.desk
        waiting = desk.state.waiting.get(self._call.id) if self._call is not None else None
        return desk.matcher.position(waiting) if waiting is not None else 0

    @property
    def question(self) -> tuple[str, commands.LookUp] | None:
        """The lookup of this call that nobody has answered yet, with its request's id."""
        for request, asked in self.outside.asked.items():
            if isinstance(asked, commands.LookUp) and asked.call == self._own:
                return request, asked
        return None

    # --- what the caller does ---

    def staff(self, queue: str, wanted: Staffing) -> None:
        """Let the agents of a queue be so from now on."""
        self.outside.staff(queue, wanted)

    def ring(self, caller: Caller, diverted_from: str = "") -> None:
        """The caller rings."""
        self._began = self.now
        self.outside.arrive(
            events.CallArrived(
                channel=CALLER, did=self.did, caller=caller, trunk=self._trunk(), diverted_from=diverted_from or None
            )
        )
        self.outside.run_to(self.now)

    def press(self, keys: str) -> None:
        """The caller presses keys one after another, beginning now."""
        for number, key in enumerate(keys):
            if number:
                self.outside.run_to(self.now + KEY_GAP_MS)
            if self.over:
                return
            self._note("key", f"presses {self._shown_key(key)}")
            self.outside.press(CALLER, key)
        self.outside.run_to(self.now)

    def speak(self, span_ms: Ms) -> None:
        """The caller says something for so long."""
        self._note("speaks", f"speaks for {span_ms / 1000:g} s")
        self.outside.speak(CALLER, span_ms)

    def hang_up(self) -> None:
        """The caller hangs up."""
        self._note("hangs_up", "hangs up")
        self.outside.hang_up(CALLER)

    def wait(self, span_ms: Ms) -> None:
        """The caller does nothing for so long."""
        self.outside.run_to(self.now + span_ms)

    def listen(self) -> None:
        """The caller listens until nothing more is said for now, or the call is over.

        While the flow waits for an answer from outside there is more to come.
        """
        self._until(lambda: self.over or not (self.speaking or self.pending))
        if not self.over:
            self.outside.run_to(self.now)

    def step(self) -> bool:
        """Go on to the next thing that happens. Returns whether anything will, within :data:`PATIENCE_MS`."""
        at = self.outside.next_at()
        if at is None or self.over or at > self.now + PATIENCE_MS:
            return False
        self.outside.step()
        return True

    def go_on(self, until: Callable[[], bool], patience_ms: Ms = PATIENCE_MS) -> bool:
        """Let time pass until something is so; returns whether it became so."""
        return self._until(until, patience_ms)

    # --- inside ---

    def _until(self, done: Callable[[], bool], patience_ms: Ms = PATIENCE_MS) -> bool:
        end = self.now + patience_ms
        while not done():
            at = self.outside.next_at()
            if at is None or at > end or self.over:
                return False
            self.outside.step()
        return True

    def _trunk(self) -> str:
        return next((name for name, trunk in self.site.trunks.items() if not trunk.dids or self.did in trunk.dids), "")

    def _shown_key(self, key: str) -> str:
        """Return a key as the trace may show it: what is typed where a secret is asked for is masked."""
        flow, name = self.place
        node = self.site.script.flows[flow].nodes.get(name) if flow else None
        secret = node is not None and (getattr(node, "secret", False) or node_type(node) == "authenticate")
        return MASK if secret else key

    def _note(self, what: str, text: str, full: str = "") -> None:
        self.trace.append(Note(at_ms=self.passed_ms, what=what, text=text, full=full))

    def _hears(self, channel: ChannelId, media: str) -> None:
        if channel == CALLER:
            spoken = self._words.of(media)
            self.heard.append(HeardPrompt(at_ms=self.passed_ms, spoken=spoken))
            self._note("hears", f"hears {spoken}", spoken.text)

    def _seen(self, output: Output) -> None:
        call = str(getattr(output, "call_id", "") or getattr(output, "call", ""))
        match output:
            case records.CallReceived(did=did) if did.startswith(IN_FRONT):
                self._in_front.add(call)
            case records.CallReceived() if not self._own:
                self._own = call
            case records.MenuStep() if call not in self._in_front:
                self.visits.append(Visit(call=output.call_id, flow=output.flow, node=output.node, result=output.result))
            case _:
                pass
        if call in self._in_front or (call and call != self._own and isinstance(output, records.CallEnded)):
            return
        if call == self._own:
            self._take(output)
        told = said(output)
        if told is not None and (call or not isinstance(output, commands.Command)) and self._own:
            self._note(*told)

    def _take(self, output: Output) -> None:
        match output:
            case records.CallQueued():
                self.queued = output
            case records.CallConnected(agent=agent):
                self.agent = agent
            case records.CallEnded():
                self.ended = output
            case commands.LookUp(source=source):
                self.asked.append(source)
            case commands.SendNotice(service=service, request=request) if request not in self._notices:
                self._notices.add(request)  # tried again it is still the same notice
                self.notified.append(service)
            case _:
                pass

    def _turned(self) -> None:
        """A turn of the core is over: see what has changed for our caller."""
        state = self.outside.core.desk.state
        self._call = state.calls.get(CallId(self._own)) or self._call
        if self._call is None:
            return
        waiting = state.waiting.get(self._call.id)
        if waiting is not None:
            self.skills = dict(waiting.need[0])
        self._session = self._call.session or self._session
        if self._session is None:
            return
        self.language = self._session.language
        now = shown(self._session)
        changed = {name: value for name, value in now.items() if self.variables.get(name) != value}
        self.variables = now
        if changed and self.trace:
            last = self.trace[-1]
            self.trace[-1] = msgspec.structs.replace(last, variables={**last.variables, **changed})
