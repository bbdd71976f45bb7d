"""A person walking a flow in the terminal: reads what they do, shows what happens."""

import re
import shlex
from collections.abc import Callable
from typing import TextIO

import click
import typer

from router.cli.output import printable
from router.core.events import Caller
from router.flowfile.units import NoUnit, span_ms
from router.flowtest.chinese import note_in_chinese
from router.flowtest.people import STAFF_FORM, Answer, staffing
from router.flowtest.rehearsal import Rehearsal
from router.flowtest.stage import local_text

Read = Callable[[str], str | None]
"""Shows a prompt and returns what the person does next; None where nothing more comes."""

KEYS = re.compile(r"^[0-9*#A-D]{1,40}$")
_STATUSES = ("ok", "missing", "refused", "failed")
_HELP = f"""\
  0-9 * #            press a key; A-D too
  Enter              let time go on until something happens
  +10s               jump the clock: +500ms, +10s, +2m, +1h
  h                  hang up
  l ok name=Li       answer what is being looked up: ok with fields, missing, refused, failed
  a enquiry 2 ready  the people of a queue: {STAFF_FORM}
  s 5s               speak for so long, into a recording
  v                  show the variables
  w                  show where the call is
  q                  leave
"""


def lines(stream: TextIO) -> Read:
    """Read one command a line, and show it, so that what comes out reads like a session."""

    def read(prompt: str) -> str | None:
        line = stream.readline()
        if not line:
            return None
        typer.echo(f"{prompt}{printable(line.rstrip())}")
        return line.strip()

    return read


def keyboard() -> Read:
    """Read single keys; what takes more words is typed to the end of its line."""

    def read(prompt: str) -> str | None:
        typer.echo(prompt, nl=False)
        try:
            key = click.getchar()
            if key in ("+", "l", "a", "s"):
                typer.echo("\r", nl=False)
                return f"{key}{'' if key == '+' else ' '}{input(f'{prompt}{key} ')}"
        except (EOFError, KeyboardInterrupt):
            typer.echo("")
            return None
        if key in ("\x03", "\x04"):
            typer.echo("")
            return None
        typer.echo("" if key in ("\r", "\n", " ") else printable(key))
        return key.strip()

    return read


class Trial:
    """A walk: one rehearsal, driven by what a person types."""

    def __init__(self, rehearsal: Rehearsal, read: Read, *, chinese: bool = False) -> None:
        self._rehearsal = rehearsal
        self._read = read
        self._chinese = chinese
        self._shown = 0

    def run(self, caller: Caller, diverted_from: str = "") -> None:
        """Ring and go on until the call is over or the person leaves."""
        rehearsal = self._rehearsal
        typer.echo(f"{local_text(rehearsal.site, rehearsal.now)} {rehearsal.site.clock.zone}; ? for help")
        rehearsal.ring(caller, diverted_from)
        while True:
            self._show()
            if rehearsal.over:
                return
            wish = self._read(f"[{self._state()}] ")
            if wish is None or wish == "q":
                return
            complaint = self._do(wish)
            if complaint:
                typer.echo(f"  {complaint}")

    # --- what the person does ---

    def _do(self, wish: str) -> str:
        """Do what was typed; return what is wrong with it, or ""."""
        rehearsal = self._rehearsal
        word, _, rest = wish.partition(" ")
        if not wish:
            return "" if self._next() else "nothing more happens by itself"
        if KEYS.match(wish):
            rehearsal.press(wish)
            return ""
        if wish.startswith("+"):
            return self._jump(wish[1:].strip())
        match word:
            case "h":
                rehearsal.hang_up()
            case "v":
                for name, value in rehearsal.variables.items():
                    typer.echo(f"  {name} = {printable(value)}")
                return "" if rehearsal.variables else "no variables yet"
            case "w":
                self._where()
            case "l":
                return self._answer(rest)
            case "a":
                return self._staff(rest)
            case "s":
                return self._speak(rest)
            case "?":
                typer.echo(_HELP, nl=False)
            case _:
                return f"'{printable(wish)}' is nothing that can be done here; ? for help"
        return ""

    def _next(self) -> bool:
        rehearsal = self._rehearsal
        before = len(rehearsal.trace)
        speaking = rehearsal.speaking
        while rehearsal.step():
            if len(rehearsal.trace) > before or rehearsal.speaking != speaking:
                return True
        return False

    def _jump(self, text: str) -> str:
        span = self._span(text)
        if span is None:
            return "write +500ms, +10s, +2m or +1h"
        self._rehearsal.wait(span)
        return ""

    def _speak(self, text: str) -> str:
        span = self._span(text)
        if span is None:
            return "write s 5s"
        self._rehearsal.speak(span)
        return ""

    def _span(self, text: str) -> int | None:
        try:
            span = span_ms(text, self._rehearsal.site.ring_ms)
        except (ValueError, NoUnit):
            return None
        return span if 0 < span <= 172_800_000 else None

    def _answer(self, text: str) -> str:
        question = self._rehearsal.question
        if question is None:
            return "nothing is being looked up"
        try:
            words = shlex.split(text)
        except ValueError:
            return "a quote is not closed"
        status = words.pop(0) if words and "=" not in words[0] else "ok"
        if status not in _STATUSES or not all("=" in word for word in words):
            return "write l ok name=Li class=vip, l missing, l refused or l failed"
        fields = dict(word.split("=", 1) for word in words)
        self._rehearsal.outside.answer(question[0], Answer(status=status, fields=fields))
        return ""

    def _staff(self, text: str) -> str:
        queue, _, how = text.partition(" ")
        queues = [str(name) for name in self._rehearsal.site.floor.queues]
        if queue not in queues:
            return f"queues are: {', '.join(queues)}; write a {queues[0]} 2 ready"
        try:
            self._rehearsal.staff(queue, staffing(how.strip()))
        except (ValueError, TypeError):
            return f"write a {queue} and {STAFF_FORM}"
        return ""

    # --- what is shown ---

    def _show(self) -> None:
        for step in self._rehearsal.trace[self._shown :]:
            note = note_in_chinese(step) if self._chinese else step
            said = note.text if not note.full else note.text.partition(' "')[0] + f': "{note.full}"'
            typer.echo(typer.style(f"{note.at_ms / 1000:8.1f} s  ", dim=True) + _coloured(note.what, printable(said)))
            for name, value in note.variables.items():
                typer.echo(f"{'':12}{name} = {printable(value)}")
        self._shown = len(self._rehearsal.trace)

    def _state(self) -> str:
        rehearsal = self._rehearsal
        question = rehearsal.question
        if question is not None:
            return f"looks up {question[1].source}: l to answer"
        if rehearsal.speaking:
            return "speaking"
        if rehearsal.outside.recordings:
            return "recording"
        if rehearsal.talking:
            return f"talking with {rehearsal.agent or 'somebody'}"
        if rehearsal.waiting and rehearsal.queued is not None:
            return f"waiting in {rehearsal.queued.queue}, place {rehearsal.position}"
        return "listening"

    def _where(self) -> None:
        rehearsal = self._rehearsal
        flow, node = rehearsal.place
        typer.echo(f"  {local_text(rehearsal.site, rehearsal.now)}, {self._state()}; node {flow}/{node}")
        if rehearsal.queued is not None:
            typer.echo(f"  queue {rehearsal.queued.queue}, class {rehearsal.queued.call_class}")
        if rehearsal.tag:
            typer.echo(f"  tag {rehearsal.tag}")


def _coloured(what: str, text: str) -> str:
    colour = {"hears": "cyan", "key": "yellow", "queued": "green", "talks": "green", "ended": "magenta"}.get(what)
    return typer.style(text, fg=colour) if colour else text
