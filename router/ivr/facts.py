"""Pure: what an expression or a spoken value may ask of the call and the moment, answered from a walk."""

from collections.abc import Mapping

from router.core.calendar import day_text
from router.ivr.expressions import Compiled, ExpressionError, Plain, compile_expression, evaluate, is_true
from router.ivr.walk import Walk


def work_out(walk: Walk, text: str, given: Mapping[str, Plain] | None = None) -> Plain:
    """Work an expression out for the caller at this moment; ``given`` are names it may use beside all others.

    Raises :class:`router.ivr.expressions.ExpressionError` where it has no value.
    """
    compiled = compile_expression(text)

    def known(name: str) -> Plain:
        return given[name] if given is not None and name in given else fact(walk, name)

    return evaluate(compiled, known, _Line(walk))


def holds(walk: Walk, text: str, given: Mapping[str, Plain] | None = None) -> bool:
    """Say whether a condition holds. Raises ``ExpressionError`` where it cannot be worked out."""
    return is_true(work_out(walk, text, given))


def asks_secret(walk: Walk, text: str) -> bool:
    """Say whether an expression makes use of a secret variable: then what comes out is secret too."""
    compiled: Compiled = compile_expression(text)
    return any(name.name in walk.session.secrets for name in compiled.names)


def fact(walk: Walk, name: str) -> Plain:
    """Return the value of a name: one of the call, of the moment, or a variable; "" for one that is not set."""
    view = walk.view
    match name:
        case "caller":
            return view.caller
        case "withheld":
            return "yes" if view.withheld else "no"
        case "did":
            return view.did
        case "diverted_from":
            return view.diverted_from
        case "trunk":
            return view.trunk
        case "language":
            return walk.language
        case "flow":
            return walk.session.flow
        case _ if name.startswith("now."):
            return _moment(walk, name.removeprefix("now."))
        case _:
            return walk.variables.get(name, "")


def status(walk: Walk, calendar: str) -> str:
    """Return the status of a calendar now. Raises ``ExpressionError`` where there is none of that name."""
    found = walk.script.hours.get(calendar)
    if found is None:
        raise ExpressionError(f"there is no calendar '{calendar}'")
    return found.status(found.local(walk.view.now, walk.view.local))


def _moment(walk: Walk, field: str) -> Plain:
    local = walk.view.local
    year, month, day = day_text(local.day).split("-")
    moments: dict[str, Plain] = {
        "hour": local.minute // 60,
        "minute": local.minute % 60,
        "weekday": local.weekday + 1,
        "day": int(day),
        "month": int(month),
        "year": int(year),
        "date": f"{year}-{month}-{day}",
        "time": f"{local.minute // 60:02}:{local.minute % 60:02}",
    }
    return moments.get(field, "")


class _Line:
    """Answers what an expression asks of the line."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def hours(self, name: str) -> Plain:
        return status(self._walk, name)

    def is_class(self, name: str) -> bool:
        return name in self._walk.view.classes

    def queue(self, name: str, field: str) -> Plain:
        try:
            view = self._walk.view.queues[name]
        except KeyError:
            raise ExpressionError(f"there is no queue '{name}'") from None
        match field:
            case "waiting":
                return view.waiting
            case "longest_wait":
                return view.longest_wait_ms // 1000
            case "agents_ready":
                return view.agents_ready
            case "agents_signed_in":
                return view.agents_signed_in
            case _:
                return "" if view.estimate_ms is None else view.estimate_ms // 1000
