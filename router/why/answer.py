"""Pure: the answer to "why not this agent": what spoke against them when, and what would have had to be different."""

from collections.abc import Sequence

import msgspec

from router.core.ids import AgentId, CallId, Ms
from router.why import choice
from router.why.pair import GOT, ORDER, RANG, Finding
from router.why.phrases import Phrases
from router.why.watch import Stretch

_CURES = {
    "ringing": "busy",
    "talking": "busy",
    "holding": "busy",
    "consulting": "busy",
    "reserved": "busy",
    "wrap_up": "busy",
    "better": "busy",
    "better.emergency": "busy",
}
_NO_CURE = frozenset({GOT, RANG, "matched"})
_WINNER_GONE = frozenset({"connecting"})


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the answer: from ``first_ms`` to ``last_ms`` these rules spoke against the agent."""

    first_ms: Ms
    last_ms: Ms
    rules: tuple[str, ...]
    text: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Why an agent did not get a call. ``source``: ``journal``, or ``stream`` where the journal reaches no further."""

    call: CallId
    agent: AgentId
    language: str
    source: str
    got: bool
    head: str
    parts: tuple[Part, ...]
    instead: str


def explain(
    call: CallId,
    agent: AgentId,
    queue: str,
    stretches: Sequence[Stretch],
    decisions: Sequence[Stretch],
    words: Phrases,
    language: str,
    *,
    source: str = "journal",
) -> Answer:
    """Put what was found into words."""
    told = [stretch for stretch in stretches if stretch.found]
    got = any(finding.code == GOT for stretch in told for finding in stretch.found)
    teller = _Teller(words, agent)
    return Answer(
        call=call,
        agent=agent,
        language=language,
        source=source,
        got=got,
        head=words.say("not.got", agent=agent) if got else words.say("not.head", agent=agent, call=call, queue=queue),
        parts=tuple(teller.part(stretch) for stretch in told),
        instead="" if got else teller.instead(_deciding(told, decisions)),
    )


def _deciding(told: Sequence[Stretch], decisions: Sequence[Stretch]) -> tuple[Finding, ...]:
    """What spoke against the agent when it mattered.

    That they did not pick up, where they were rung; else what it was when somebody else was rung last, or at the end.
    """
    if any(finding.code == RANG for stretch in told for finding in stretch.found):
        return (Finding(code="tried"),)
    if decisions:
        return decisions[-1].found
    lasting = [stretch for stretch in told if not any(finding.code in _WINNER_GONE for finding in stretch.found)]
    return lasting[-1].found if lasting else ()


class _Teller:
    def __init__(self, words: Phrases, agent: AgentId) -> None:
        self._words = words
        self._agent = agent

    def part(self, stretch: Stretch) -> Part:
        """Tell a stretch."""
        first, last = self._words.time(stretch.first), self._words.time(stretch.last)
        text = " ".join(self._sentence(finding, stretch) for finding in stretch.found)
        key = "not.at" if first == last else "not.span"
        return Part(
            first_ms=stretch.first,
            last_ms=stretch.last,
            rules=tuple(finding.code for finding in stretch.found),
            text=self._words.say(key, first=first, last=last, text=text),
        )

    def instead(self, found: Sequence[Finding]) -> str:
        """Say what would have had to be different."""
        cures = []
        for finding in found:
            if finding.code in _NO_CURE:
                continue
            key = f"cure.{_CURES.get(finding.code, finding.code)}"
            cures.append(self._words.say_or(key, "cure.busy", **self._blanks(finding)))
        if not cures:
            return ""
        return self._words.say("instead", agent=self._agent, cures=self._words.listed(cures, "groups"))

    def _sentence(self, finding: Finding, stretch: Stretch) -> str:
        if finding.code == ORDER:
            return self._order(finding, stretch)
        return self._words.say_or(f"not.{finding.code}", "not.state", **self._blanks(finding))

    def _order(self, finding: Finding, stretch: Stretch) -> str:
        strategy, values = finding.blanks["strategy"], ""
        if strategy in choice.SHOWN and finding.key is not None and stretch.won_by is not None:
            values = self._words.say(
                "not.order.values",
                winner=finding.blanks["winner"],
                agent=self._agent,
                mine=choice.value(self._words, strategy, finding.key, stretch.first),
                theirs=choice.value(self._words, strategy, stretch.won_by, stretch.first),
            )
        blanks = self._blanks(finding)
        return self._words.say("not.order", **{**blanks, "values": values})

    def _blanks(self, finding: Finding) -> dict[str, str]:
        """A finding's blanks in words, those it may lack included."""
        given = finding.blanks
        blanks = dict.fromkeys(("phone", "other", "reason", "state", "classes", "count", "winner"), "-")
        blanks |= {"agent": self._agent, **given}
        if finding.code == "group":
            blanks["have"] = given["have"] or self._words.say("not.no_group")
        if finding.code == "skill":
            blanks["have"] = given["have"] or self._words.say("not.no_skill")
        if "span" in given:
            blanks["span"] = self._words.span(int(given["span"]))
        if "strategy" in given:
            blanks["strategy"] = self._words.say_or(f"strategy.{given['strategy']}", "strategy.random")
        return blanks
