"""Pure: what a node may do and know while a caller is at it. One Walk lives for one call of ``session``'s functions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from router.core.ids import Ms
from router.ivr.effects import (
    AnyEffect,
    Ask,
    CancelTimer,
    End,
    Enqueue,
    Play,
    SetTimer,
    Step,
    StopPlaying,
    Tag,
    Withdraw,
)
from router.ivr.flow import Flow, Node, Script, node_type
from router.ivr.orders import AnyOrder

if TYPE_CHECKING:
    from router.ivr.session import Session, View

MAX_SILENT_STEPS = 100
"""Nodes entered in a row without one key from the caller: more is a flow that loops."""
MAX_STEPS = 1_000
"""Nodes entered in one session, keys or not: more is a machine at the other end."""


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
        self._check_here()
        self.stop()
        media = tuple(uri for name in names for uri in self.script.media(name, self.language))
        if media:
            self.effects.append(Play(media=media))
            self.session.playing = True
        else:
            self._nothing_to_play = True

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

    def tag(self, name: str) -> None:
        """Give the call a type for reports."""
        self.effects.append(Tag(name=name))

    def step(self, result: str) -> None:
        """Note how the caller passed this node: the key, ``no_key``, ``invalid``, ``done``..."""
        session = self.session
        self.effects.append(
            Step(flow=session.flow, node=session.node, node_type=node_type(self.node), result=result),
        )

    def go(self, node: str, typed: str = "") -> None:
        """Move on to a node of this flow; ``typed`` is a key it is given as soon as it has been entered."""
        self._leave()
        self._next = node
        self._typed = typed

    def go_to_person(self, otherwise: str = "") -> None:
        """Move on to ``otherwise`` if given, else to the flow's person, else end the call as lost."""
        target = otherwise or self.person
        if target:
            self.go(target)
        else:
            self.end("lost", f"flow '{self.session.flow}' names no person")

    def enqueue(self, queue: str, call_class: str = "standard", skills: tuple[tuple[str, int], ...] = ()) -> None:
        """Put the caller in a queue; the session is over."""
        self._leave()
        self.effects.append(Enqueue(queue=queue, call_class=call_class, skills=skills))
        self.over = True

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
            else:
                return

    def press(self, key: str) -> None:
        """Give the node a key, or follow the site's key to a person where the node does not take that key itself."""
        session = self.session
        flow = self.flow
        to_person = key == self.script.person_key and flow.person and session.node != flow.person
        if to_person and not self.node.takes(self, key):
            self.step(key)
            self.go(flow.person)
        else:
            self.node.key(self, key)

    def _enter(self, name: str, typed: str) -> None:
        session = self.session
        if session.silent_steps >= MAX_SILENT_STEPS or session.steps >= MAX_STEPS:
            self.end("lost", f"flow '{session.flow}' goes round in circles at node '{session.node}'")
            return
        session.node = name
        session.memory = {}
        session.silent_steps += 1
        session.steps += 1
        self.node.enter(self)
        if typed and self._next is None and not self.over:
            self.press(typed)

    def _leave(self) -> None:
        self._check_here()
        self.stop()
        self.withdraw()
        for name in self.session.timers:
            self.effects.append(CancelTimer(name=name))
        self.session.timers = ()

    def _check_here(self) -> None:
        if self.over or self._next is not None:
            raise RuntimeError(f"node '{self.session.node}' orders more after the caller has left it")
