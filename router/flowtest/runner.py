"""Runs the tests of a hotline: each its own rehearsal, step by step, until the first expectation that is not met."""

import time
from collections.abc import Callable
from pathlib import Path

from router.core.ids import Ms
from router.errors import SiteError
from router.flowfile import load_site
from router.flowfile.diagnostics import Place
from router.flowfile.files import shown
from router.flowfile.prompts import read_prompts
from router.flowtest.cases import Case, Expected, Step
from router.flowtest.coverage import coverage
from router.flowtest.people import Staffing
from router.flowtest.reading import read_tests
from router.flowtest.rehearsal import Rehearsal, Visit
from router.flowtest.results import CaseResult, Failure, Results
from router.flowtest.specs import ANYTHING
from router.flowtest.words import Words
from router.site import Site

TALK_MS: Ms = 60_000
"""How long a caller talks before they hang up, where a test wants to see the end."""


def run_tests(folder: Path, site: Site | None = None, only: str = "") -> Results:
    """Run the ``*.test.yaml`` of a hotline's folder and say what came of it.

    ``site`` is what the folder compiles to, where the caller has it already; else a folder with mistakes raises
    SiteError. ``only`` runs those tests whose name contains it. Nothing outside the process is touched.
    """
    site = site if site is not None else load_site(folder)
    words = Words(site.script, read_prompts(folder)[0])
    cases, findings = read_tests(folder, site)
    wanted = [case for case in cases if only.casefold() in case.name.casefold()]
    results: list[CaseResult] = []
    walks: list[list[Visit]] = []
    passed_ms = 0
    for case in wanted:
        began = time.perf_counter()
        run = Run(case, site, words)
        failure = run.failure()
        walks.append(run.visits)
        passed_ms += run.passed_ms
        results.append(
            CaseResult(
                name=case.name,
                flow=case.flow,
                place=case.place,
                took_ms=round((time.perf_counter() - began) * 1000, 2),
                failure=failure,
            )
        )
    return Results(
        folder=shown(folder),
        cases=tuple(results),
        findings=tuple(findings),
        coverage=coverage(site.script, walks),
        call_ms=passed_ms,
    )


def require(folder: Path, site: Site) -> Results:
    """Run the tests of a hotline's folder, which compiles to ``site``. Raises SiteError naming all that fail."""
    results = run_tests(folder, site)
    if not results.ok:
        raise SiteError(results.complaint(), f"correct it and run: hotline test {shown(folder)}")
    return results


class _NotMet(Exception):
    def __init__(self, place: Place, expected: str, found: str) -> None:
        super().__init__(expected)
        self.place, self.expected, self.found = place, expected, found


class Run:
    """One test on its way."""

    def __init__(self, case: Case, site: Site, words: Words) -> None:
        self._case = case
        self._rehearsal = Rehearsal(site, words, case.at_ms, did=case.did, flow=case.flow, habits=case.habits)
        self._heard = 0
        """How many of the prompts heard have been looked at."""

    @property
    def visits(self) -> list[Visit]:
        """The nodes visited, the one the caller is at now last."""
        rehearsal = self._rehearsal
        flow, node = rehearsal.last_place
        there = [Visit(call=rehearsal.own, flow=flow, node=node)] if node else []
        return [*rehearsal.visits, *there]

    @property
    def passed_ms(self) -> Ms:
        """How long the call took, on the caller's clock."""
        return self._rehearsal.passed_ms

    def failure(self) -> Failure | None:
        """Run the test; return the first expectation that was not met, or None."""
        case, rehearsal = self._case, self._rehearsal
        place = case.place
        try:
            for queue, wanted in case.staff.items():
                rehearsal.staff(queue, wanted)
            rehearsal.ring(case.caller, case.diverted_from)
            for step in case.steps:
                place = step.place
                self._take(step)
            if case.expect is not None:
                place = next(iter(case.expect.keys.values()), case.place)
                self._finish(case.expect)
        except _NotMet as miss:
            return Failure(place=miss.place, expected=miss.expected, found=miss.found, trace=tuple(rehearsal.trace))
        except Exception as error:  # a node's bug must not stop whoever publishes: it is this test that fails
            found = f"the router failed: {type(error).__name__}: {error}"
            return Failure(place=place, expected="that it works", found=found, trace=tuple(rehearsal.trace))
        return None

    # --- steps ---

    def _take(self, step: Step) -> None:
        rehearsal, value = self._rehearsal, step.value
        match step.kind, value:
            case "hears", tuple():
                self._hears(step, value)
            case "says", str():
                self._says(step, value)
            case "press", str():
                rehearsal.listen()
                self._do(step, f"to press {value}", lambda: rehearsal.press(value))
            case "barge_in", str():
                rehearsal.go_on(lambda: rehearsal.speaking)
                if not rehearsal.over and not rehearsal.speaking:
                    raise _NotMet(step.place, f"to press {value} while the line speaks", "the line says nothing")
                self._do(step, f"to press {value}", lambda: rehearsal.press(value))
            case "wait", int():
                rehearsal.listen()
                self._do(step, "to wait", lambda: rehearsal.wait(value))
            case "speak", int():
                rehearsal.listen()
                self._do(step, "to speak", lambda: rehearsal.speak(value))
            case "hang_up", _:
                self._do(step, "to hang up", rehearsal.hang_up)
            case "agents", dict():
                self._staff(value)
            case "expect", Expected():
                rehearsal.listen()
                self._expect(value)
            case other:  # pragma: no cover - the reader makes no other steps
                raise TypeError(f"no such step: {other}")

    def _do(self, step: Step, what: str, act: Callable[[], None]) -> None:
        if self._rehearsal.over:
            raise _NotMet(step.place, what, self._state())
        self._heard = len(self._rehearsal.heard)
        act()

    def _staff(self, staff: dict[str, Staffing]) -> None:
        for queue, wanted in staff.items():
            self._rehearsal.staff(queue, wanted)

    def _hears(self, step: Step, names: tuple[str, ...]) -> None:
        skipping = False
        for number, name in enumerate(names):
            place = step.places[number] if number < len(step.places) else step.place
            if name == ANYTHING:
                skipping = True
                continue
            while True:
                heard = self._next_heard(place, f"to hear {name}")
                if heard == name:
                    break
                if not skipping:
                    spoken = self._rehearsal.heard[self._heard - 1].spoken
                    raise _NotMet(place, f"to hear {name}", f"heard {spoken}")
            skipping = False

    def _next_heard(self, place: Place, expected: str) -> str:
        rehearsal = self._rehearsal
        if not rehearsal.go_on(lambda: len(rehearsal.heard) > self._heard) and len(rehearsal.heard) <= self._heard:
            raise _NotMet(place, expected, f"heard nothing more: {self._state()}")
        self._heard += 1
        return rehearsal.heard[self._heard - 1].spoken.name

    def _says(self, step: Step, wanted: str) -> None:
        """What is said from here on until the line falls silent contains the words, blanks and case apart."""
        rehearsal = self._rehearsal
        rehearsal.go_on(lambda: len(rehearsal.heard) > self._heard)
        rehearsal.listen()
        rest = [heard.spoken for heard in rehearsal.heard[self._heard :]]
        self._heard = len(rehearsal.heard)
        said = " ".join(spoken.text or spoken.name for spoken in rest)
        if _squeezed(wanted) not in _squeezed(said):
            raise _NotMet(step.place, f'to hear "{wanted}"', f'heard "{said}"' if said else self._state())

    # --- what must be so ---

    def _finish(self, expected: Expected) -> None:
        """Let the call go on as long as what is expected in the end needs, then look."""
        rehearsal, values = self._rehearsal, expected.values
        rehearsal.listen()
        if values.queue or values.call_class or values.skills or values.position:
            rehearsal.go_on(lambda: rehearsal.over or rehearsal.queued is not None)
        if values.agent or values.end:
            rehearsal.go_on(lambda: rehearsal.over or rehearsal.talking)
        if values.end and rehearsal.talking:
            rehearsal.wait(TALK_MS)
            if not rehearsal.over:
                rehearsal.hang_up()
        if values.end:
            rehearsal.go_on(lambda: rehearsal.over)
        self._expect(expected)

    def _expect(self, expected: Expected) -> None:
        for key, place in expected.keys.items():
            match key:
                case "variables":
                    for name, value in expected.values.variables.items():
                        self._same(place, f"variable {name}", value, self._rehearsal.variables.get(name))
                case "node":
                    flow, node = self._rehearsal.place
                    wanted = expected.values.node
                    self._same(place, key, wanted, f"{flow}/{node}" if "/" in wanted and node else node or None)
                case _:
                    wanted = getattr(expected.values, "call_class" if key == "class" else key)
                    self._same(place, key, wanted, self._found(key))

    def _found(self, key: str) -> object:
        rehearsal, queued = self._rehearsal, self._rehearsal.queued
        match key:
            case "queue":
                return str(queued.queue) if queued else None
            case "class":
                return queued.call_class if queued else None
            case "skills":
                return rehearsal.skills
            case "position":
                return rehearsal.position or None
            case "agent":
                return rehearsal.agent or None
            case "language":
                return rehearsal.language
            case "tag":
                return rehearsal.tag or None
            case "asked":
                return tuple(rehearsal.asked)
            case "notified":
                return tuple(rehearsal.notified)
            case _:
                return rehearsal.ended.outcome.value if rehearsal.ended else None

    def _same(self, place: Place, key: str, wanted: object, found: object) -> None:
        if wanted != found:
            nothing = "none" if key.startswith("variable") else f"none; {self._state()}"
            raise _NotMet(place, f"{key} {_shown(wanted)}", nothing if found in (None, {}, ()) else _shown(found))

    def _state(self) -> str:
        """Say how the call stands, for a failure."""
        rehearsal = self._rehearsal
        if rehearsal.ended is not None:
            ended = rehearsal.ended
            return f"the call is over: {ended.outcome.value}{f' ({ended.detail})' if ended.detail else ''}"
        if rehearsal.talking:
            return f"the caller talks with {rehearsal.agent or 'somebody'}"
        if rehearsal.waiting and rehearsal.queued is not None:
            return f"the caller waits in queue {rehearsal.queued.queue}"
        flow, node = rehearsal.place
        return f"the caller is at node {flow}/{node}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {level}" for name, level in value.items())
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()
