"""A test as it is run: made by ``reading`` from a ``*.test.yaml``, without a mistake in it."""

import msgspec

from router.core.events import Caller
from router.core.ids import Ms
from router.flowfile.diagnostics import Place
from router.flowtest.people import Habits, Staffing
from router.flowtest.specs import ExpectSpec, StepKind


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What must be so, and where each key of it stands. ``keys`` are in the order of the file."""

    values: ExpectSpec
    keys: dict[str, Place]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: ``value`` is what stands under the key ``kind``: a text, a span, prompts, :class:`Expected`..."""

    kind: StepKind
    place: Place
    value: tuple[str, ...] | str | Ms | dict[str, Staffing] | Expected
    places: tuple[Place, ...] = ()
    """Where each prompt of ``hears`` stands."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One test of a flow."""

    name: str
    place: Place
    flow: str
    did: str
    at_ms: Ms
    caller: Caller
    diverted_from: str
    staff: dict[str, Staffing]
    habits: Habits
    steps: tuple[Step, ...]
    expect: Expected | None = None
