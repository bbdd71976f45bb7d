"""What came of the tests of a hotline: cases, failures with their trace, and what the tests have not touched."""

import msgspec

from router.core.ids import Ms
from router.flowfile.diagnostics import Diagnostic, Place
from router.flowtest.coverage import Coverage
from router.flowtest.trace import Note


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation that was not met: where it stands, what was expected, what was there, and all steps so far."""

    place: Place
    expected: str
    found: str
    trace: tuple[Note, ...]

    def __str__(self) -> str:
        """Return ``file:line:column``, the difference and the trace, for people."""
        where = f"{self.place.file}:{self.place.line}:{self.place.column}"
        steps = "\n".join(f"      {line}" for note in self.trace for line in str(note).splitlines())
        so_far = f"\n    so far:\n{steps}" if steps else ""
        return f"{where}\n    expected: {self.expected}\n    found:    {self.found}{so_far}"


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """One test that was run; ``failure`` is None where it passed. ``took_ms`` is real time."""

    name: str
    flow: str
    place: Place
    took_ms: float
    failure: Failure | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """All tests of one hotline. ``findings`` are the mistakes in its test files; ``call_ms`` the time calls took."""

    folder: str
    cases: tuple[CaseResult, ...]
    findings: tuple[Diagnostic, ...]
    coverage: Coverage
    call_ms: Ms = 0

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """The tests that failed."""
        return tuple(case for case in self.cases if case.failure is not None)

    @property
    def ok(self) -> bool:
        """Whether no test failed and no test file has a mistake. A hotline without tests is ok."""
        return not self.failed and not self.findings

    def complaint(self) -> str:
        """Return every mistake and failure as text; "" where there is none."""
        parts = [str(finding) for finding in self.findings]
        parts += [f"test '{case.name}' failed at {case.failure}" for case in self.failed]
        return "\n".join(parts)
