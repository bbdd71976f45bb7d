"""Reads the ``*.test.yaml`` of a hotline into cases, or every mistake in them with its place."""

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from router.adapters.numbers import caller_from
from router.core.ids import Ms
from router.flowfile.diagnostics import Diagnostic, Place, diagnose, listed, meant
from router.flowfile.files import shown
from router.flowfile.rules import as_dialled
from router.flowfile.schema import Decoder, Reference
from router.flowfile.source import read_source
from router.flowfile.text import MAX_BYTES
from router.flowfile.tree import Mapping as Tree
from router.flowfile.tree import Scalar, Sequence, kind_of
from router.flowfile.tree import Tree as AnyTree
from router.flowtest.cases import Case, Expected, Step
from router.flowtest.outside import serving
from router.flowtest.people import Answer, Habits, Staffing, staffing
from router.flowtest.specs import ANYTHING, CallSpec, ExpectSpec, GivenSpec, StepKind, StepSpec
from router.flowtest.stage import did_of, local_ms
from router.site import Site

ENDING = ".test.yaml"
USUAL_DAY = "2026-01-07"
"""The Wednesday on which calls come that a test gives no date."""
USUAL_TIME = "10:00"
_ANSWERS = ("lookups", "notices")
_GIVEN = ("flow", "at", "call", "agents", "parties", *_ANSWERS)
_STATUSES = ("ok", "missing", "refused", "failed")
_ANSWERED_BY = {"lookups": "source", "notices": "service"}
_CODES = {
    "source": "E320",
    "service": "E321",
    "queue": "E303",
    "class": "E306",
    "flow": "E302",
    "did": "E309",
    "language": "E310",
    "heard": "E305",
}


class Given(msgspec.Struct, kw_only=True):
    """How things are before a call, as far as a file or a test says."""

    spec: GivenSpec
    written: frozenset[str]
    """The keys that stand there, those of the call as ``call.did``."""
    answers: dict[str, dict[str, tuple[Answer, ...]]]


def test_files(folder: Path) -> list[Path]:
    """Return the files with tests in a hotline's folder, hidden ones left out."""
    found = sorted(folder.rglob(f"*{ENDING}"))
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def read_tests(folder: Path, site: Site) -> tuple[list[Case], list[Diagnostic]]:
    """Read all tests of a hotline. Cases with mistakes are left out; the mistakes are sorted by file and place."""
    cases: list[Case] = []
    findings: list[Diagnostic] = []
    for path in test_files(folder):
        cases += _Reader(path, site, findings).cases()
    return cases, sorted(set(findings))


class _Reader:
    """Reads one file."""

    def __init__(self, path: Path, site: Site, findings: list[Diagnostic]) -> None:
        self._path = path
        self._file = shown(path)
        self._site = site
        self._findings = findings
        self._references: list[Reference] = []
        self._decoder = Decoder(findings, self._references, site.ring_ms)
        self._names = _names(site)

    def cases(self) -> list[Case]:
        tree = self._tree()
        if tree is None:
            return []
        given = self._given(tree, "test file", ("tests",))
        tests = tree.get("tests")
        if not isinstance(tests, Sequence) or not tests.parts:
            if tests is None:
                self._report("E201", tree.place, "a list of tests, each with a 'name'", what="test file", key="tests")
            else:
                self._report("E202", tests.place, key="tests", expected="a list of tests", found=kind_of(tests))
            return []
        first: dict[str, int] = {}
        found = [self._case(part, given, first) for part in tests.parts]
        return [case for case in found if case is not None]

    def _tree(self) -> Tree | None:
        try:
            with self._path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            self._report("E006", Place(self._file), reason=error.strerror)
            return None
        tree, wrong = read_source(data, self._file)
        self._findings += wrong
        if isinstance(tree, Tree):
            return tree
        if tree is not None or not wrong:
            place = tree.place if tree is not None else Place(self._file)
            found = kind_of(tree) if tree is not None else "empty"
            self._report("E202", place, key=self._path.name, expected="a map with 'tests'", found=found)
        return None

    def _case(self, tree: AnyTree, file: Given | None, first: dict[str, int]) -> Case | None:
        before = len(self._findings)
        if not isinstance(tree, Tree):
            self._report("E202", tree.place, key="tests", expected="a test: a map with a 'name'", found=kind_of(tree))
            return None
        name = tree.get("name")
        if not isinstance(name, Scalar) or name.empty:
            self._report("E201", tree.place, "say what this test is about", what="test", key="name")
        elif name.text in first:
            self._report("E604", name.place, name=name.text, first=first[name.text])
        else:
            first[name.text] = name.place.line
        own = self._given(tree, "test", ("name", "steps", "expect"))
        steps = self._steps(tree)
        expect = tree.get("expect")
        expected = self._expected(expect) if expect is not None else None
        if steps == () and expected is None and len(self._findings) == before:
            self._report("E201", tree.place, "what the caller hears and does", what="test", key="steps")
        if len(self._findings) > before or own is None or file is None:
            return None
        assert isinstance(name, Scalar)
        return self._made(name, _merged(file, own), steps, expected)

    def _made(self, name: Scalar, given: Given, steps: tuple[Step, ...], expected: Expected | None) -> Case | None:
        spec, call = given.spec, given.spec.call
        named_after = self._path.name.removesuffix(ENDING)
        did = as_dialled(call.did)
        flow = spec.flow or (self._site.dids[did].flow if did else "")
        flow = flow or (named_after if named_after in self._site.script.flows else "")
        if not flow:
            self._report("E603", name.place)
            return None
        at_ms = self._moment(spec.at or USUAL_TIME, name.place)
        country = self._site.country
        return Case(
            name=name.text,
            place=name.place,
            flow=flow,
            did=did or did_of(self._site, flow) or "0",
            at_ms=at_ms,
            caller=caller_from(call.caller, country, name=call.name),
            diverted_from=(caller_from(call.diverted_from, country).number or call.diverted_from),
            staff={queue: staffing(text) for queue, text in spec.agents.items()},
            habits=Habits(
                lookups=given.answers["lookups"], notices=given.answers["notices"], parties=dict(spec.parties)
            ),
            steps=steps,
            expect=expected,
        )

    def _moment(self, text: str, place: Place) -> Ms:
        when = text if " " in text else f"{USUAL_DAY} {text}"
        try:
            return local_ms(self._site, when)
        except ValueError:
            reason = "there is no such moment"
            self._report("E205", place, "write 2026-10-01 09:30", key="at", value=text, reason=reason)
            return 0

    # --- how things are before the call ---

    def _given(self, tree: Tree, what: str, beside: tuple[str, ...]) -> Given | None:
        known = len(self._references)
        spec = self._decoder.struct(tree, GivenSpec, what, (*beside, *_ANSWERS))
        self._check(self._references[known:])
        answers = {key: self._answers(tree, key) for key in _ANSWERS}
        if spec is None:
            return None
        written = {key.text for key, _ in tree.entries}
        call, agents = tree.get("call"), tree.get("agents")
        if isinstance(call, Tree):
            written |= {f"call.{key.text}" for key, _ in call.entries}
        if isinstance(agents, Tree):
            self._staffing(agents)
        at = tree.find("at")
        if at is not None:
            self._moment(spec.at, at[1].place)
        return Given(spec=spec, written=frozenset(written), answers=answers)

    def _staffing(self, tree: Tree) -> dict[str, Staffing]:
        found: dict[str, Staffing] = {}
        for key, value in tree.entries:
            if not isinstance(value, Scalar) or key.text not in self._names["queue"]:
                continue
            try:
                wanted = found[key.text] = staffing(value.text)
            except (ValueError, TypeError):
                continue  # its form has been reported
            want = wanted.ready + wanted.busy + wanted.paused + wanted.not_answering + wanted.rejecting
            have = len(serving(self._site, key.text))
            if want > have:
                self._report("E602", value.place, queue=key.text, have=have, want=want)
        return found

    def _answers(self, tree: Tree, key: str) -> dict[str, tuple[Answer, ...]]:
        written = tree.get(key)
        if written is None:
            return {}
        if not isinstance(written, Tree):
            self._report("E202", written.place, key=key, expected="a map of answers by name", found=kind_of(written))
            return {}
        kind = _ANSWERED_BY[key]
        self._check([Reference(kind, name.text, name.place) for name, _ in written.entries])
        return {name.text: self._answer(value, name.text) for name, value in written.entries}

    def _answer(self, tree: AnyTree, key: str) -> tuple[Answer, ...]:
        if isinstance(tree, Sequence):
            return tuple(answer for part in tree.parts for answer in self._answer(part, key))
        if isinstance(tree, Tree):
            fields = {}
            for name, value in tree.entries:
                if isinstance(value, Scalar):
                    fields[name.text] = value.text
                else:
                    self._report("E202", value.place, key=name.text, expected="a text", found=kind_of(value))
            return (Answer(fields=fields),)
        if tree.text not in _STATUSES:
            hint = meant(tree.text, _STATUSES) or "write ok, missing, refused, failed, or the fields it answers with"
            self._report("E205", tree.place, hint, key=key, value=tree.text, reason="it is none of the choices")
        return (Answer(status=tree.text),)

    # --- steps ---

    def _steps(self, tree: Tree) -> tuple[Step, ...]:
        written = tree.get("steps")
        if written is None:
            return ()
        if not isinstance(written, Sequence):
            self._report("E202", written.place, key="steps", expected="a list of steps", found=kind_of(written))
            return ()
        found: list[Step] = []
        for part in written.parts:
            step = self._step(part)
            if step is None:
                continue
            if any(before.kind == "hang_up" for before in found) and step.kind != "expect":
                self._report("E605", step.place, key=step.kind)
            found.append(step)
        return tuple(found)

    def _step(self, tree: AnyTree) -> Step | None:
        if not isinstance(tree, Tree):
            self._report("E202", tree.place, key="steps", expected="a step such as 'press: \"1\"'", found=kind_of(tree))
            return None
        known = len(self._references)
        spec = self._decoder.struct(tree, StepSpec, "step", ("expect",))
        self._check(self._references[known:])
        keys = [key for key, _ in tree.entries]
        if len(keys) != 1:
            self._report("E601", tree.place, count=len(keys))
            return None
        if spec is None:
            return None
        key, value = tree.entries[0]
        kind: StepKind = key.text  # type: ignore[assignment]  # the schema knows no other
        places: tuple[Place, ...] = ()
        match kind:
            case "expect":
                expected = self._expected(value)
                return None if expected is None else Step(kind=kind, place=key.place, value=expected)
            case "agents":
                assert isinstance(value, Tree)
                return Step(kind=kind, place=key.place, value=self._staffing(value))
            case "hears" if isinstance(value, Sequence):
                places = tuple(part.place for part in value.parts)
            case _:
                pass
        made = getattr(spec, kind, "")
        return Step(kind=kind, place=key.place, value=made, places=places or (value.place,))

    def _expected(self, tree: AnyTree) -> Expected | None:
        known = len(self._references)
        values = self._decoder.struct(tree, ExpectSpec, "expect")
        self._check(self._references[known:])
        if values is None or not isinstance(tree, Tree):
            return None
        return Expected(values=values, keys={key.text: key.place for key, _ in tree.entries})

    # --- inside ---

    def _check(self, references: list[Reference]) -> None:
        for reference in references:
            names = self._names.get(reference.kind)
            name = as_dialled(reference.name) if reference.kind == "did" else reference.name
            if names is not None and name and name not in names:
                known = listed(sorted(names))
                self._report(_CODES[reference.kind], reference.place, meant(name, names), name=name, known=known)

    def _report(self, code: str, place: Place, hint: str = "", **particulars: object) -> None:
        self._findings.append(diagnose(code, place, hint, **particulars))


def _names(site: Site) -> Mapping[str, Collection[str]]:
    script = site.script
    return {
        "queue": {str(name) for name in site.floor.queues},
        "class": site.floor.classes,
        "flow": script.flows,
        "did": site.dids,
        "language": script.prompts,
        "source": site.sources,
        "service": site.services,
        "heard": {ANYTHING, *(name for prompts in script.prompts.values() for name in prompts)},
    }


def _merged(file: Given, own: Given) -> Given:
    """Return what a test says over what its file says."""
    first, second = file.spec, own.spec
    call = {
        field.name: getattr(second.call if f"call.{field.encode_name}" in own.written else first.call, field.name)
        for field in msgspec.structs.fields(CallSpec)
    }
    spec = GivenSpec(
        flow=second.flow or first.flow,
        at=second.at or first.at,
        call=CallSpec(**call),
        agents={**first.agents, **second.agents},
        parties={**first.parties, **second.parties},
    )
    answers = {key: {**file.answers[key], **own.answers[key]} for key in _ANSWERS}
    return Given(spec=spec, written=file.written | own.written, answers=answers)
