"""A caller in flows made by hand: plain calls, and what they order as short texts."""

from collections.abc import Mapping

from router.core.calendar import Calendar
from router.core.localtime import LocalClock, LocalTime
from router.ivr import session as ivr
from router.ivr.effects import AnyEffect, CancelTimer, End, Enqueue, Play, SetTimer, Step, StopPlaying, Tag
from router.ivr.flow import Flow, Node, Script
from router.ivr.session import QueueView, Session, View

SATURDAY_NOON = LocalTime(day=20_778, weekday=5, minute=720)
"""2026-11-21 12:00."""


DAY_MS = 86_400_000


def clock_at(local: LocalTime, now: int) -> LocalClock:
    """A clock that shows this local time at this moment."""
    return LocalClock(zone="here", offsets_ms=(local.day * DAY_MS + local.minute * 60_000 - now,))


class Anything(dict[str, tuple[str, ...]]):
    """Prompts of a language that has them all."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def get(self, name: str, default: object = None) -> tuple[str, ...]:  # type: ignore[override]
        return (f"{self._language}:{name}",)


class Caller:
    """Walks through ``flows`` (or one flow of ``nodes``) and says what follows.

    Each step returns texts: ``says a b``, ``timer name ms``, ``no timer name``, ``step node result``, ``queue name``,
    ``end outcome``, ``tag name``, ``quiet`` where what is said stops.
    """

    def __init__(
        self,
        nodes: Mapping[str, Node] | None = None,
        *,
        flows: Mapping[str, Flow] | None = None,
        person: str = "",
        at: LocalTime = SATURDAY_NOON,
        hours: Mapping[str, Calendar] | None = None,
        queues: Mapping[str, QueueView] | None = None,
        languages: tuple[str, ...] = ("en",),
        prompts: dict[str, dict[str, tuple[str, ...]]] | None = None,
        fallbacks: dict[str, tuple[str, ...]] | None = None,
        classes: tuple[str, ...] = (),
        caller: str = "+8613800000000",
        now: int = 0,
        **variables: int | str,
    ) -> None:
        nodes = dict(nodes or {})
        main = {"main": Flow(name="main", start=next(iter(nodes)), nodes=nodes, person=person)} if nodes else {}
        self.script = Script(
            language=languages[0],
            flows={**main, **(flows or {})},
            prompts=prompts or {language: Anything(language) for language in languages},
            fallbacks=fallbacks or {},
            hours=dict(hours or {}),
        )
        self.session = Session(flow="main", node="", language=languages[0], variables=variables)
        self.view = View(
            caller=caller,
            withheld=not caller,
            did="4001860",
            diverted_from="",
            clock=clock_at(at, now),
            now=now,
            trunk="local",
            queues=queues or {},
            classes=classes,
        )

    def begin(self) -> list[str]:
        return self._told(ivr.begin(self.script, self.session, self.view))

    def press(self, keys: str) -> list[str]:
        told: list[str] = []
        for key in keys:
            told += self._told(ivr.key(self.script, self.session, self.view, key))
        return told

    def played(self) -> list[str]:
        return self._told(ivr.played(self.script, self.session, self.view))

    def timer(self, name: str) -> list[str]:
        return self._told(ivr.timer(self.script, self.session, self.view, name))

    def _told(self, effects: list[AnyEffect]) -> list[str]:
        return [self._text(effect) for effect in effects]

    def _text(self, effect: AnyEffect) -> str:
        own = f"{self.script.language}:"
        match effect:
            case Play(media=media):
                return "says " + " ".join(uri.removeprefix(own) for uri in media)
            case StopPlaying():
                return "quiet"
            case SetTimer(name=name, after_ms=after_ms):
                return f"timer {name} {after_ms}"
            case CancelTimer(name=name):
                return f"no timer {name}"
            case Step(node=node, result=result):
                return f"step {node} {result}"
            case Enqueue(queue=queue):
                return f"queue {queue}"
            case Tag(name=name):
                return f"tag {name}"
            case End(outcome=outcome, detail=detail):
                return f"end {outcome} {detail}".strip()
            case other:
                return type(other).__name__
