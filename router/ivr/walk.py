"""Pure: what a node may do and know while a caller is at it. One Walk lives for one call of ``session``'s functions."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from router.core.ids import Ms
from router.ivr.effects import (
    AnyEffect,
    Ask,
    CancelTimer,
    End,
    Enqueue,
    Play,
    PlayMusic,
    SetTimer,
    Step,
    StopMusic,
    StopPlaying,
    Tag,
    Withdraw,
)
from router.ivr.flow import Flow, Node, Script, Value, node_type
from router.ivr.frame import Frame
from router.ivr.orders import AnyOrder
from router.ivr.speech import grammar_for, speak

if TYPE_CHECKING:
    from router.ivr.session import Session, View

MAX_SILENT_STEPS = 100
"""Nodes entered in a row without one key from the caller: more is a flow that loops."""
MAX_STEPS = 1_000
"""Nodes entered in one session, keys or not: more is a machine at the other end."""
MAX_DEPTH = 8
"""Flows that call one another: deeper is a mistake."""
MAX_VALUE = 1_000
"""The most characters of a variable's text; what is longer is cut."""


class Walk:
    """Orders effects for a node and moves the caller on.

    After :meth:`go`, :meth:`enqueue` or :meth:`end` the caller has left the node: ordering more is a bug and raises
    ``RuntimeError``. ``effects`` is what has been ordered so far, in order.
    """

    def __init__(self, script: Script, session: "Session", view: "View") -> None:
        self.script = script
        self.session = session
        self.view = view
        self.effects: list[AnyEffect] = []
        self.over = False
        self._next: str | None = None
        self._typed = ""
        self._nothing_to_play = False
        self._returned: tuple[str, dict[str, Value], tuple[str, ...]] | None = None

    # --- what a node may know -----------------------------------------------------------------------------

    @property
    def flow(self) -> Flow:
        """The flow the caller is in."""
        return self.script.flows[self.session.flow]

    @property
    def node(self) -> Node:
        """The node the caller is at."""
        return self.flow.nodes[self.session.node]

    @property
    def person(self) -> str:
        """The node of this flow that leads to a person; "" where the flow names none."""
        return self.flow.person

    @property
    def has_person(self) -> bool:
        """Whether a person can be reached from here by the site's key: in this flow or one that called it."""
        return self._depth_of_person() is not None

    @property
    def language(self) -> str:
        """The language the caller hears, e.g. ``en``."""
        return self.session.language

    @language.setter
    def language(self, language: str) -> None:
        self.session.language = language

    @property
    def memory(self) -> dict[str, int | str]:
        """What the node remembers between two calls; empty when the caller enters."""
        return self.session.memory

    @property
    def variables(self) -> dict[str, int | str]:
        """What the session remembers from node to node."""
        return self.session.variables

    @property
    def playing(self) -> bool:
        """Whether a playback is open."""
        return self.session.playing

    # --- what a node may do -------------------------------------------------------------------------------

    def play(self, names: Sequence[str]) -> None:
        """Play prompts in the caller's language; what is still being played stops first.

        A prompt no language has is passed over; with nothing left to play the node's ``played`` follows at once.
        """
        self.play_media(self.media(names))

    def media(self, names: Sequence[str], language: str = "") -> tuple[str, ...]:
        """Return the media of prompts in a language (default: the caller's), for :meth:`play_media`."""
        return tuple(uri for name in names for uri in self.script.media(name, language or self.language))

    def spoken(self, value: Value, form: str, currency: str = "CNY") -> tuple[str, ...]:
        """Return the media that say a value in the caller's language; ``form`` is one of ``speech.FORMS``.

        Raises :class:`router.ivr.speech.Unspeakable` for what cannot be said so.
        """
        fallbacks = (*self.script.fallbacks.get(self.language, ()), self.script.language)
        grammar = grammar_for(self.language, fallbacks)
        # A dialect's own words where it has them; a language without a grammar is not mixed into another's.
        spoken_in = self.language if self.language.partition("-")[0] == grammar else grammar
        return self.media(speak(value, form, grammar, currency), spoken_in)

    def play_media(self, media: Sequence[str]) -> None:
        """Play media URIs one after another, as :meth:`play` does prompts: numbers, a recording, prompts among them."""
        self._check_here()
        self.stop()
        self.quiet()
        if media:
            self.effects.append(Play(media=tuple(media)))
            self.session.playing = True
        else:
            self._nothing_to_play = True

    def music(self, music: str = "default") -> None:
        """Let the caller hear music, until something is played or the caller leaves the node."""
        self._check_here()
        self.stop()
        self.quiet()
        self.effects.append(PlayMusic(music=music))
        self.session.music = True

    def quiet(self) -> None:
        """End the music, if there is any."""
        if self.session.music:
            self.session.music = False
            self.effects.append(StopMusic())

    def stop(self) -> None:
        """Stop the open playback, if one is."""
        self._nothing_to_play = False
        if not self.session.playing:
            return
        self.session.playing = False
        for index in range(len(self.effects) - 1, -1, -1):
            if isinstance(self.effects[index], Play):
                del self.effects[index]  # ordered in this very call: it never has to begin
                return
        self.effects.append(StopPlaying())

    def set_timer(self, name: str, after_ms: Ms) -> None:
        """Have the node's ``timer`` called with ``name`` after ``after_ms``; setting it again replaces it."""
        self._check_here()
        if name not in self.session.timers:
            self.session.timers = (*self.session.timers, name)
        self.effects.append(SetTimer(name=name, after_ms=after_ms))

    def cancel_timer(self, name: str) -> None:
        """Forget a timer; not set is fine."""
        if name in self.session.timers:
            self.session.timers = tuple(other for other in self.session.timers if other != name)
            self.effects.append(CancelTimer(name=name))

    def ask(self, order: AnyOrder) -> None:
        """Ask for something outside; the node's ``replied`` follows. A question still open is withdrawn."""
        self._check_here()
        self.withdraw()
        self.effects.append(Ask(order=order))
        self.session.asking = True

    def withdraw(self) -> None:
        """Ask no longer, if a question is open."""
        if self.session.asking:
            self.session.asking = False
            self.effects.append(Withdraw())

    def do(self, effect: AnyEffect) -> None:
        """Order an effect that is over as soon as it is ordered: keep a message, note a score."""
        self._check_here()
        self.effects.append(effect)

    def tag(self, name: str) -> None:
        """Give the call a type for reports."""
        self.effects.append(Tag(name=name))

    def put(self, name: str, value: Value, *, secret: bool = False) -> None:
        """Set a variable; a secret one is in no record, log or message."""
        session = self.session
        session.variables[name] = value[:MAX_VALUE] if isinstance(value, str) else value
        others = tuple(other for other in session.secrets if other != name)
        session.secrets = (*others, name) if secret else others

    def step(self, result: str) -> None:
        """Note how the caller passed this node: the key, ``no_key``, ``invalid``, ``done``..."""
        session = self.session
        self.effects.append(
            Step(flow=session.flow, node=session.node, node_type=node_type(self.node), result=result),
        )

    def begin(self) -> None:
        """Enter the session's flow at its start; the caller is nowhere yet."""
        self._next = self.flow.start

    def go(self, node: str, typed: str = "") -> None:
        """Move on to a node of this flow; ``typed`` is a key it is given as soon as it has been entered."""
        self._leave()
        self._next = node
        self._typed = typed

    def go_to_person(self, otherwise: str = "") -> None:
        """Move on to ``otherwise`` if given, else to the flow's person, else to that of the flow that called it.

        Where there is none at all the call ends as lost.
        """
        depth = self._depth_of_person()
        if otherwise:
            self.go(otherwise)
        elif depth is not None:
            self._leave()
            for _ in range(depth):
                self._pop()
            self._next = self.flow.person
        else:
            self.end("lost", f"flow '{self.session.flow}' names no person")

    def call(self, flow: str, variables: Mapping[str, Value], secrets: Collection[str] = ()) -> bool:
        """Go through another flow, which begins with ``variables``; the node's ``returned`` follows when it comes back.

        Returns False, and the caller stays here, where flows have called one another too deep.
        """
        self._check_here()
        session = self.session
        if len(session.stack) >= MAX_DEPTH:
            return False
        self._leave()
        frame = Frame(flow=session.flow, node=session.node, variables=session.variables, secrets=session.secrets)
        session.stack = (*session.stack, frame)
        session.flow, session.variables, session.secrets = flow, dict(variables), tuple(secrets)
        self._next = self.flow.start
        return True

    def go_to_flow(self, flow: str) -> None:
        """Move on to another flow for good, with the variables of this one; those that called it are forgotten."""
        self._leave()
        self.session.flow, self.session.stack = flow, ()
        self._next = self.flow.start

    def back(self, result: str) -> None:
        """Go back to the flow that called this one; where none did, to a person."""
        if not self.session.stack:
            self.go_to_person()
            return
        self._leave()
        variables, secrets = self.session.variables, self.session.secrets
        self._pop()
        self.session.memory = {}
        self._returned = (result, variables, secrets)

    def enqueue(
        self,
        queue: str,
        call_class: str = "standard",
        skills: tuple[tuple[str, int], ...] = (),
        *,
        classes: tuple[str, ...] = (),
        sticky: str = "",
        show: str = "",
        data: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Put the caller in a queue. They stay at this node; its ``replied`` follows if the queue gives them back.

        ``classes``, ``sticky``, ``show`` and ``data`` are those of :class:`router.ivr.effects.Enqueue`.
        """
        self._check_here()
        self._drop()
        self.effects.append(
            Enqueue(
                queue=queue,
                call_class=call_class,
                skills=skills,
                classes=classes,
                sticky=sticky,
                show=show,
                data=data,
            )
        )
        self.session.waiting = True

    def end(self, outcome: str = "self_served", detail: str = "") -> None:
        """Hang up; the session is over."""
        self._leave()
        self.effects.append(End(outcome=outcome, detail=detail))
        self.over = True

    # --- for session.py -----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let the caller move on until a node waits for something or the session is over."""
        while not self.over:
            if self._next is not None:
                target, self._next = self._next, None
                typed, self._typed = self._typed, ""
                self._enter(target, typed)
            elif self._nothing_to_play:
                self._nothing_to_play = False
                self.node.played(self)
            elif self._returned is not None:
                (result, variables, secrets), self._returned = self._returned, None
                self.node.returned(self, result, variables, secrets)
            else:
                return

    def press(self, key: str) -> None:
        """Give the node a key, or follow the site's key to a person where the node does not take that key itself."""
        session = self.session
        depth = self._depth_of_person()
        there = depth == 0 and session.node == self.flow.person
        to_person = key == self.script.person_key and depth is not None and not there and not session.waiting
        if to_person and not self.node.takes(self, key):
            self.step(key)
            self.go_to_person()
        else:
            self.node.key(self, key)

    def _enter(self, name: str, typed: str) -> None:
        session = self.session
        most = MAX_STEPS + (MAX_SILENT_STEPS if session.rescued else 0)
        if session.silent_steps >= MAX_SILENT_STEPS or session.steps >= most:
            depth = self._depth_of_person()
            if depth is None or session.rescued:
                self.end("lost", f"flow '{session.flow}' goes round in circles at node '{session.node}'")
                return
            for _ in range(depth):
                self._pop()
            name, session.silent_steps, session.rescued = self.flow.person, 0, True
        session.node = name
        session.memory = {}
        session.silent_steps += 1
        session.steps += 1
        self.node.enter(self)
        if typed and self._here:
            self.press(typed)

    def _depth_of_person(self) -> int | None:
        """Return how many flows to leave for the nearest one that names a person: 0 for this one, None without any."""
        flows = (self.session.flow, *(frame.flow for frame in reversed(self.session.stack)))
        return next((depth for depth, name in enumerate(flows) if self.script.flows[name].person), None)

    def _pop(self) -> None:
        """Be in the flow that called this one again, at the node that did."""
        session = self.session
        frame, session.stack = session.stack[-1], session.stack[:-1]
        session.flow, session.node = frame.flow, frame.node
        session.variables, session.secrets = frame.variables, frame.secrets

    @property
    def _here(self) -> bool:
        """Whether the caller is still at the node."""
        return not self.over and self._next is None and self._returned is None

    def _leave(self) -> None:
        self._check_here()
        self._drop()

    def _drop(self) -> None:
        """Let go of what the node has going."""
        self.stop()
        self.quiet()
        self.withdraw()
        for name in self.session.timers:
            self.effects.append(CancelTimer(name=name))
        self.session.timers = ()

    def _check_here(self) -> None:
        if not self._here:
            raise RuntimeError(f"node '{self.session.node}' orders more after the caller has left it")
