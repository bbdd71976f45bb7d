"""Pure: what callers hear while they wait, beside music: their place, how long it will take, comfort, an offer.

One small scheduler for each waiting call: a timer (:data:`ANNOUNCE`) begins an announcement, which is one playback of
what the queue's ``say`` lists, in that order; when it is over the music returns and the timer is set for the next.
Nothing begins while a phone rings for the call or something else plays, and an agent who answers ends it at once:
:meth:`router.control.desk.Desk.connect` stops what plays, and all of it, before the bridge is ordered.

Each word of ``say`` is a slot, a function that returns what to say now and may return nothing. ``offer`` is empty
here; whoever offers callers something else than waiting puts a function of their own into :attr:`Announcements.slots`
and, while the caller is choosing, keeps announcements away with :meth:`Announcements.hold`.

A figure once told is a promise. What is told later is never worse without a reason being said first: somebody who has
priority came (``passed``), there are fewer agents than then (``fewer``), or calls last longer than foretold
(``longer``).
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from router.acd.spec import AnnouncementPlan, Queue
from router.acd.waiting import Waiting
from router.control import waits
from router.control.call import Call, Stage
from router.control.desk import Desk
from router.control.minutes import Minutes, rounded
from router.control.saying import media, spoken, spoken_between
from router.control.wait_told import WaitTold
from router.core import records
from router.core.ids import Ms
from router.core.turn import Turn
from router.ivr.flow import Script

ANNOUNCE = "announce"
"""The name of a waiting call's timer."""
_LATER_MS: Ms = 1_000
"""How soon to try again where nothing may be said now."""
MINUTE_MS: Ms = 60_000


class Said(NamedTuple):
    """What a slot says now: media (none: nothing), and the reason why it is worse than what was said before."""

    media: tuple[str, ...] = ()
    reason: str = ""


class Hearing(NamedTuple):
    """Whom a slot speaks to."""

    call: Call
    waiting: Waiting
    queue: Queue
    told: WaitTold
    language: str


Slot = Callable[[Turn, Hearing], Said]
"""Says one thing of an announcement; called only when that begins at once."""


class Announcements:
    """The announcements to all waiting calls."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.slots: dict[str, Slot] = {
            "position": self._position,
            "estimate": self._estimate,
            "comfort": self._comfort,
            "offer": _nothing,
        }
        """What the words of ``say`` stand for."""

    def timer(self, turn: Turn, call: Call) -> None:
        """It is time for an announcement."""
        queue, waiting = self._desk.queue_of(call), self._desk.state.waiting.get(call.id)
        plan = queue.announcements
        if plan is None or waiting is None:
            return
        told = call.wait_told = call.wait_told or WaitTold()
        if call.stage is not Stage.WAITING or told.held or call.playback is not None:
            self._set(call, turn.now + _LATER_MS)
            return
        script = self._desk.site_of(call).script
        hearing = Hearing(call, waiting, queue, told, _language(call, script))
        told.began_at = turn.now
        parts, reason, sounds = self._compose(turn, hearing, plan)
        if not sounds:
            self._set(call, turn.now + plan.every_ms)
            return
        self._desk.stop_music(turn, call)
        self._desk.play(turn, call, call.channel, sounds)
        self._desk.note_call(
            turn,
            call,
            records.Announced,
            queue=queue.name,
            parts=parts,
            position=told.position if "position" in parts else 0,
            reason=reason,
        )

    def played(self, turn: Turn, call: Call) -> None:
        """What was played to a waiting caller is over: the music returns, and the next announcement is due later."""
        plan = self._desk.queue_of(call).announcements
        if plan is not None:
            began_at = call.wait_told.began_at if call.wait_told is not None else turn.now
            self._set(call, max(began_at + plan.every_ms, turn.now + plan.gap_ms))
        self._desk.want_music(call)

    def hold(self, call: Call) -> None:
        """Keep announcements away from a caller until :meth:`go_on`."""
        call.wait_told = call.wait_told or WaitTold()
        call.wait_told.held = True

    def go_on(self, turn: Turn, call: Call) -> None:
        """Let announcements come again, the next after the pause that its queue wants between two, and music."""
        if call.wait_told is not None:
            call.wait_told.held = False
        if call.playback is None:
            self.played(turn, call)

    # --- what is said ---

    def _compose(
        self, turn: Turn, hearing: Hearing, plan: AnnouncementPlan
    ) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
        """Return the parts that say something, the reason that is said first, and all media."""
        parts: list[str] = []
        reasons: dict[str, None] = {}
        sounds: list[str] = []
        for name in plan.say:
            said = self.slots[name](turn, hearing)
            if not said.media:
                continue
            if said.reason and said.reason not in reasons:
                reasons[said.reason] = None
                sounds += self._media(hearing, f"router/wait_{said.reason}")
            parts.append(name)
            sounds += said.media
        return tuple(parts), " ".join(reasons), tuple(sounds)

    def _position(self, turn: Turn, hearing: Hearing) -> Said:
        told = hearing.told
        place = self._desk.matcher.position(hearing.waiting)
        if hearing.waiting.tier == 0:
            return Said()  # an emergency has no place to be told
        worse = 0 < told.position < place
        if worse and hearing.queue.estimate is not None and not hearing.queue.estimate.explain:
            return Said()
        told.position = place
        words = ("router/queue_position", *spoken(self._script(hearing), place, "position", hearing.language))
        return Said(self._media(hearing, *words), "passed" if worse else "")

    def _estimate(self, turn: Turn, hearing: Hearing) -> Said:
        told, queue = hearing.told, hearing.queue
        if hearing.waiting.tier == 0 or queue.estimate is None or not waits.good_enough(self._desk, queue):
            return Said()
        made = waits.forecast(self._desk, turn.now, hearing.waiting)
        if made is None:
            return Said()
        left_ms = told.promised_at - turn.now if told.promised_at else None
        minutes = rounded(made.low_ms, made.high_ms, left_ms)
        place, reason = self._desk.matcher.position(hearing.waiting), ""
        if minutes.later:
            if not queue.estimate.explain:
                return Said()
            passed = place > told.stood or made.ahead > told.ahead + 1  # by one where a phone was not picked up
            reason = "passed" if passed else "fewer" if made.agents < told.agents else "longer"
        promise = turn.now + minutes.high * MINUTE_MS
        told.promised_at = promise if minutes.later or left_ms is None else min(promise, told.promised_at)
        told.stood, told.ahead, told.agents = place, made.ahead, made.agents
        heard = msgspec.structs.replace(made, told=True)
        waits.note_made(self._desk, turn, hearing.call, hearing.waiting, heard, (minutes.low, minutes.high), reason)
        return Said(self._media(hearing, *self._minutes(hearing, minutes)), reason)

    def _minutes(self, hearing: Hearing, minutes: Minutes) -> tuple[str, ...]:
        script, language = self._script(hearing), hearing.language
        match minutes:
            case Minutes(over_an_hour=True):
                return ("router/wait_over_hour",)
            case Minutes(high=high) if high <= 1:
                return ("router/wait_under_minute",)
            case Minutes(low=0, high=high):
                return ("router/wait_up_to", *spoken(script, high * 60, "duration", language))
            case Minutes(low=low, high=high):
                return ("router/wait_between", *spoken_between(script, low, high, language))

    def _comfort(self, turn: Turn, hearing: Hearing) -> Said:
        plan = hearing.queue.announcements
        if plan is None or not plan.comfort:
            return Said()
        prompt = plan.comfort[hearing.told.comfort_next % len(plan.comfort)]
        hearing.told.comfort_next += 1
        return Said(self._media(hearing, prompt))

    def _media(self, hearing: Hearing, *names: str) -> tuple[str, ...]:
        return media(self._script(hearing), names, hearing.language)

    def _script(self, hearing: Hearing) -> Script:
        return self._desk.site_of(hearing.call).script

    def _set(self, call: Call, due: Ms) -> None:
        self._desk.timers.set(f"call:{call.id}", ANNOUNCE, due)


def _language(call: Call, script: Script) -> str:
    """The language a caller hears, whose flow may be over (an agent sent them to this queue)."""
    return call.session.language if call.session else call.language or script.language


def _nothing(turn: Turn, hearing: Hearing) -> Said:
    """An empty slot."""
    return Said()
