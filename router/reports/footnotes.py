"""Numbers as a report shows them: with the footnote of their definition, and a letter for why there is none."""

from router.kpi.evaluate import Cell
from router.kpi.measures import MEASURES
from router.kpi.shown import shown
from router.kpi.terms import Unit
from router.kpi.words_zh import formula, target
from router.reports.content import Definition, Entry, Heading, no_entry
from router.reports.words import Say

_AIM_BYTES = 22
"""A target longer than this does not fit beside its number."""


class Footnotes:
    """Makes headings and cells; remembers, in the order in which they first stood, what the foot must explain."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._numbers: dict[str, int] = {}
        self._reasons: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        """Whether a measure has its footnote already."""
        return name in self._numbers

    def title(self, name: str) -> str:
        """Return a measure's name in the report's language."""
        return self._say.pick(MEASURES[name].english, MEASURES[name].chinese)

    def heading(self, name: str) -> Heading:
        """Return a measure's heading, and give it a footnote."""
        self._numbers.setdefault(name, len(self._numbers) + 1)
        return self.plain(name)

    def plain(self, name: str) -> Heading:
        """Return a measure's heading without a footnote, for what is not printed."""
        return Heading(title=self.title(name), unit=MEASURES[name].unit, measure=name)

    def entry(self, name: str, cell: Cell, call_class: str = "") -> Entry:
        """Return a measure's number, marked against its target; or a dash with the reason."""
        measure = MEASURES[name]
        if cell.value is None:
            return self.dash(self._say.pick(cell.why, cell.why_chinese), measure.unit)
        mark = ""
        if measure.target is not None and (measure.target.low is not None or measure.target.high is not None):
            mark = "good" if measure.target.met(cell.value, call_class) else "bad"
        return Entry(value=round(cell.value, 6), text=shown(measure, cell), unit=measure.unit, mark=mark)

    def dash(self, why: str, unit: Unit | None = None) -> Entry:
        """Return the cell of a number there is not, and give the reason its letter."""
        self._reasons.setdefault(why, _letter(len(self._reasons)))
        return no_entry(why, unit)

    def aim(self, name: str) -> Entry:
        """Return what is aimed at; a long one stands in the footnote."""
        words = target(MEASURES[name], self._say.language)
        return Entry(value=words, text=words if len(words.encode()) <= _AIM_BYTES else "…")

    def definitions(self) -> tuple[Definition, ...]:
        """Return the footnotes, in their order."""
        language = self._say.language
        return tuple(
            Definition(
                name=name,
                number=number,
                title=self.title(name),
                words=formula(MEASURES[name], language),
                target=target(MEASURES[name], language),
                trade=MEASURES[name].number,
            )
            for name, number in self._numbers.items()
        )

    def reasons(self) -> dict[str, str]:
        """Return why there is no number, by the letter beside its dash."""
        return {letter: reason for reason, letter in self._reasons.items()}


def _letter(number: int) -> str:
    """a, b, ... z, aa, ab..."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
