"""Who is on the other end in a rehearsal: agents, parties outside, callers in front, and the services asked."""

import re
from collections.abc import Mapping

import msgspec

from router.core.ids import Ms

RINGS_AFTER_MS: Ms = 100
"""From dialling a phone until it says that it rings."""
PICKS_UP_AFTER_MS: Ms = 2_000
"""From ringing until whoever answers picks up."""
ANSWERS_AFTER_MS: Ms = 200
"""How long a service takes to answer."""
TALK_MS: Ms = 180_000
"""How long callers in front of ours talk."""

_STAFF = re.compile(r"^(none|[0-9]{1,3} (?:ready|busy|paused|not answering|rejecting|waiting)(?:, ?|$))*$")
_PARTY = re.compile(r"^(answers(?: and presses ([0-9*#]{1,8}))?|busy|no answer|rejects|unreachable)$")
STAFF_FORM = "'2 ready', 'none', or several: '1 ready, 1 busy, 1 paused, 1 not answering, 1 rejecting, 4 waiting'"
PARTY_FORM = "'answers', 'answers and presses 1', 'busy', 'no answer', 'rejects' or 'unreachable'"


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    """The people of a queue: how many agents do what when they are rung, and how many callers wait already.

    ``busy`` agents are on another call by their phones, ``paused`` ones take a break; neither is rung.
    """

    ready: int = 0
    busy: int = 0
    paused: int = 0
    not_answering: int = 0
    rejecting: int = 0
    waiting: int = 0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a lookup or notice is answered: ``ok`` with its fields, ``missing``, ``refused``, ``failed``."""

    status: str = "ok"
    fields: dict[str, str] = {}


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How everybody outside behaves.

    ``lookups`` and ``notices`` hold the answers by source or service, the last one again and again; what is not named
    fails (a lookup) or works (a notice). ``parties`` say what numbers outside and phones do that are no agents'. With
    ``ask`` nobody answers a lookup: whoever drives the rehearsal does.
    """

    lookups: Mapping[str, tuple[Answer, ...]] = {}
    notices: Mapping[str, tuple[Answer, ...]] = {}
    parties: Mapping[str, str] = {}
    ask: bool = False


def staffing(text: str) -> Staffing:
    """Read ``2 ready, 3 waiting`` or ``none``. Raises ``ValueError``."""
    if not text or not _STAFF.match(text):
        raise ValueError(text)
    counts: dict[str, int] = {}
    for part in [] if text == "none" else text.split(","):
        count, _, what = part.strip().partition(" ")
        counts[what.replace(" ", "_")] = int(count)
    return Staffing(**counts)


def party(text: str) -> tuple[str, str]:
    """Read what a party does: ``answers``, ``busy``...; and the keys they press. Raises ``ValueError``."""
    found = _PARTY.match(text)
    if found is None:
        raise ValueError(text)
    return ("answers" if text.startswith("answers") else text), found[2] or ""
