"""Pure: what callers are offered while they wait: to wait on (1), to be called back (2), to leave a recording (3).

They keep their place all the while, and an agent who comes free wins: :meth:`router.control.desk.Desk.connect` stops
what is said. An offer begins only where nothing else is said to the caller and no phone rings for them. What is asked
next follows from :data:`OFFER_TABLE`; a callback that is booked, or a recording that is chosen, ends the wait.
"""

from router.acd.callback import Callback
from router.acd.callback_rules import OfferRules
from router.control import waits
from router.control.announcing import Announcements, Hearing, Said
from router.control.call import Call, OfferStep, Stage
from router.control.callbacks import Callbacks
from router.control.desk import Desk
from router.control.ending import Ending
from router.control.offer_table import OFFER_TABLE, OfferEvent, OfferStage
from router.control.queueing import Queueing
from router.control.saying import media, spoken
from router.core import records
from router.core.calendar import day_text
from router.core.ids import Ms
from router.core.records import Outcome
from router.core.turn import Turn
from router.ivr.appointments import minute_typed
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.orders import Reply

INTER_DIGIT_MS: Ms = 5_000
SOON_MS: Ms = 100
LATER_MS: Ms = 1_000
"""How soon to try again where no offer may begin now."""
SILENT_LIMIT = 2
WRONG_LIMIT = 3
"""After so many numbers or times that cannot be, the caller waits on."""
MAX_TYPED = 40
WEEK_DAYS = 6
"""So many days ahead the day of the week alone says which day it is."""
WAIT_KEY, CALLBACK_KEY, RECORDING_KEY = "1", "2", "3"
RIGHT_KEY, OTHER_KEY, TIME_KEY = "1", "2", "3"


REASON_PROMPTS = {
    "number_limit": "router/callback_limit",
    "hour_limit": "router/callback_limit",
    "not_a_time": "router/no_time",
    "past": "router/callback_past",
    "closed": "router/callback_shut",
    "slot_full": "router/callback_full",
    "no_times": "router/callback_full",
}
"""What a caller hears of a refusal; of any other, that this number cannot be called."""
_BY_LIMIT = frozenset({"number_limit", "hour_limit", "no_queue"})
"""Refusals that another number does not help against."""


class Offering:
    """The offers to waiting callers."""

    def __init__(
        self, desk: Desk, callbacks: Callbacks, queueing: Queueing, ending: Ending, announcements: Announcements
    ) -> None:
        self._desk = desk
        self._callbacks = callbacks
        self._queueing = queueing
        self._ending = ending
        self._announcements = announcements
        announcements.slots["offer"] = self._slot

    # --- when ---

    def timer(self, turn: Turn, call: Call, name: str) -> Reply | None:
        """It is time for an offer (``offer:due``), or the time for a key is over (``offer:key``)."""
        if name == "offer:due":
            self._due(turn, call)
            return None
        if call.offer is None or not self._may_choose(call):
            return None
        if call.offer.typed:
            return self._typed(turn, call, call.offer)
        return self._silent(turn, call, call.offer)

    def _due(self, turn: Turn, call: Call) -> None:
        rules, waiting = self._desk.queue_of(call).offer, self._desk.state.waiting.get(call.id)
        if rules is None or waiting is None:
            return
        why = self._why(turn, call, rules)
        if not why or call.stage is not Stage.WAITING or call.playback is not None:
            self._desk.timers.set(f"call:{call.id}", "offer:due", turn.now + LATER_MS)
            return
        call.offer = OfferStep(stage=OfferStage.CHOICE.value, number=call.caller.number or "")
        self._hold(call)
        self._desk.note_call(turn, call, records.OfferMade, queue=call.queue, why=why, wait_ms=turn.now - call.asked_at)
        self._say(turn, call, ())

    def _why(self, turn: Turn, call: Call, rules: OfferRules) -> str:
        """Why a caller is offered something now; "" where they are not yet."""
        if rules.when_busy and not self._desk.matcher.has_idle(self._desk.state.waiting[call.id]):
            return "busy"
        if rules.after_ms and turn.now - call.asked_at >= rules.after_ms:
            return "wait"
        if rules.estimate_over_ms and (self._estimate_ms(turn, call) or 0) > rules.estimate_over_ms:
            return "estimate"
        return ""

    def _estimate_ms(self, turn: Turn, call: Call) -> Ms | None:
        """How long the caller will still wait; None where nobody can tell."""
        made = waits.forecast(self._desk, turn.now, self._desk.state.waiting[call.id])
        return None if made is None else round(made.mean_ms)

    # --- what the caller says ---

    def key(self, turn: Turn, call: Call, key: str) -> Reply | None:
        """The caller pressed a key. Returns the reply where the queue keeps them no longer and their flow goes on."""
        step = call.offer
        if step is None or not self._may_choose(call):
            return None
        self._desk.stop_playback(turn, call)
        self._desk.timers.cancel(f"call:{call.id}", "offer:key")
        step.silent_count = 0
        match OfferStage(step.stage):
            case OfferStage.CHOICE:
                return self._chosen(turn, call, step, key)
            case OfferStage.OPEN:
                self._kept(turn, call, step, key)
            case OfferStage.CONFIRM:
                return self._confirmed(turn, call, step, key)
            case OfferStage.TYPING | OfferStage.TIME:
                return self._digit(turn, call, step, key)
            case OfferStage.DAY:
                self._day_confirmed(turn, call, step, key)
            case OfferStage.BOOKED | OfferStage.OVER:
                self._leave(turn, call)
        return None

    def played(self, turn: Turn, call: Call) -> Reply | None:
        """What was said to the caller is over: a key is waited for now."""
        step = call.offer
        if step is None:
            return None
        if step.stage == OfferStage.BOOKED:
            self._leave(turn, call)
        elif step.stage == OfferStage.OVER:
            self._over(turn, call)
        else:
            rules = self._desk.queue_of(call).offer or OfferRules()
            self._desk.timers.set(f"call:{call.id}", "offer:key", turn.now + rules.key_ms)
        return None

    @staticmethod
    def _may_choose(call: Call) -> bool:
        """Whether keys still count: not once an agent has picked up."""
        return call.stage in (Stage.WAITING, Stage.OFFERED) or (
            call.offer is not None and call.offer.stage == OfferStage.BOOKED
        )

    def _chosen(self, turn: Turn, call: Call, step: OfferStep, key: str) -> Reply | None:
        if key == CALLBACK_KEY:
            self._note(turn, call, "callback")
            if self._own(call) is not None:
                self._ask(turn, call, step, OfferEvent.HAS_ONE)
            elif not step.number or self._callbacks.judge(turn, call.queue, step.number):
                self._ask(turn, call, step, OfferEvent.NO_NUMBER)
            else:
                self._ask(turn, call, step, OfferEvent.CALLBACK)
            return None
        if key == RECORDING_KEY and self._recording_of(call):
            self._note(turn, call, "recording")
            self._move(step, OfferEvent.RECORDING)
            return self._gives_back(turn, call, "recording")
        if key == WAIT_KEY:
            self._note(turn, call, "wait")
            self._move(step, OfferEvent.WAIT)
            self._over(turn, call)
        else:
            self._say(turn, call, ("router/invalid_key",))
        return None

    def _kept(self, turn: Turn, call: Call, step: OfferStep, key: str) -> None:
        """Keep the callback that is promised already and hang up, or cancel it and wait on."""
        own = self._own(call)
        if key == RIGHT_KEY and own is not None:
            self._note(turn, call, "keep")
            self._booked(turn, call, step, OfferEvent.KEEP)
        elif key == OTHER_KEY and own is not None:
            self._note(turn, call, "cancel")
            self._callbacks.cancel(turn, own, "caller", call.id)
            self._move(step, OfferEvent.CANCEL)
            self._tell(turn, call, ("router/callback_cancelled",))
        else:
            self._say(turn, call, ("router/invalid_key",))

    def _confirmed(self, turn: Turn, call: Call, step: OfferStep, key: str) -> Reply | None:
        rules = self._callbacks.checks.rules(call.queue)
        if key == RIGHT_KEY:
            self._book(turn, call, step, OfferEvent.RIGHT, 0)
        elif key == OTHER_KEY:
            self._ask(turn, call, step, OfferEvent.OTHER)
        elif key == TIME_KEY and rules.slot_count:
            self._ask(turn, call, step, OfferEvent.AT_TIME)
        else:
            self._say(turn, call, ("router/invalid_key",))
        return None

    def _digit(self, turn: Turn, call: Call, step: OfferStep, key: str) -> Reply | None:
        if key == "#":
            return self._typed(turn, call, step)
        if key == "*":
            step.typed = ""  # begin anew
        elif len(step.typed) < MAX_TYPED:
            step.typed += key
        if step.stage == OfferStage.TIME and len(step.typed) == 4:
            return self._typed(turn, call, step)
        self._desk.timers.set(f"call:{call.id}", "offer:key", turn.now + INTER_DIGIT_MS)
        return None

    def _typed(self, turn: Turn, call: Call, step: OfferStep) -> Reply | None:
        """A number or a time has been typed to its end."""
        typed, step.typed = step.typed, ""
        if step.stage == OfferStage.TIME:
            self._time_typed(turn, call, step, typed)
            return None
        reason = self._callbacks.judge(turn, call.queue, typed)
        if reason:
            self._wrong(turn, call, step, typed, reason)
        else:
            step.number = typed
            self._ask(turn, call, step, OfferEvent.TYPED)
        return None

    def _time_typed(self, turn: Turn, call: Call, step: OfferStep, typed: str) -> None:
        """A time of today is booked at once; of one of another day the caller is told the day first."""
        minute = minute_typed(typed) if len(typed) in (3, 4) and typed.isdecimal() else None
        if minute is None:
            self._wrong(turn, call, step, typed, "not_a_time")
            return
        clock = self._desk.site.clock
        at_ms = self._callbacks.checks.next_time(call.queue, minute, turn.now)
        reason = "closed" if at_ms is None else self._callbacks.judge(turn, call.queue, step.number, at_ms)
        if at_ms is None or reason:
            self._wrong(turn, call, step, typed, reason)
        elif clock.at(at_ms).day == clock.at(turn.now).day:
            self._book(turn, call, step, OfferEvent.TYPED, at_ms)
        else:
            step.at_ms = at_ms
            self._ask(turn, call, step, OfferEvent.ANOTHER_DAY)

    def _day_confirmed(self, turn: Turn, call: Call, step: OfferStep, key: str) -> None:
        if key == RIGHT_KEY:
            self._book(turn, call, step, OfferEvent.RIGHT, step.at_ms)
        elif key == OTHER_KEY:
            self._ask(turn, call, step, OfferEvent.OTHER)
        else:
            self._say(turn, call, ("router/invalid_key",))

    def _silent(self, turn: Turn, call: Call, step: OfferStep) -> Reply | None:
        step.silent_count += 1
        if step.stage == OfferStage.CHOICE:
            self._note(turn, call, "no_key")
            self._move(step, OfferEvent.SILENT)
            self._over(turn, call)
        elif step.silent_count >= SILENT_LIMIT:
            self._note(turn, call, "no_key")
            self._move(step, OfferEvent.GIVEN_UP)
            self._over(turn, call)
        else:
            self._ask(turn, call, step, OfferEvent.SILENT)
        return None

    def _wrong(self, turn: Turn, call: Call, step: OfferStep, typed: str, reason: str) -> None:
        """What they typed cannot be: say why, and ask again or let them wait on."""
        self._callbacks.refuse(turn, call, call.queue, typed, reason)
        step.wrong_count += 1
        prompt = REASON_PROMPTS.get(reason, "router/callback_bad_number")
        if step.wrong_count >= WRONG_LIMIT or reason in _BY_LIMIT:
            self._note(turn, call, "no_key")
            self._move(step, OfferEvent.GIVEN_UP)
            self._tell(turn, call, (prompt, "router/callback_wait_on"))
        else:
            self._move(step, OfferEvent.WRONG)
            self._say(turn, call, (prompt,))

    def _book(self, turn: Turn, call: Call, step: OfferStep, event: OfferEvent, at_ms: Ms) -> None:
        """Promise the callback at the caller's own place; they wait no longer."""
        reason = self._callbacks.judge(turn, call.queue, step.number, at_ms)
        if reason:
            self._wrong(turn, call, step, step.number, reason)
            return
        if self._own(call) is not None:
            self._ask(turn, call, step, OfferEvent.HAS_ONE)
            return
        place = self._desk.state.waiting[call.id]
        self._callbacks.book(turn, call.queue, step.number, call=call, place=place, at_ms=at_ms)
        self._booked(turn, call, step, event)

    def _booked(self, turn: Turn, call: Call, step: OfferStep, event: OfferEvent) -> None:
        call.callback_asked = True
        self._move(step, event)
        self._queueing.give_up_place(turn, call, "callback")
        self._tell(turn, call, ("router/callback_noted",))

    def _leave(self, turn: Turn, call: Call) -> None:
        """They have been told: the call is over."""
        self._ending.end(turn, call, Outcome.CALLBACK_BOOKED, "router", "")

    def _gives_back(self, turn: Turn, call: Call, why: str) -> Reply:
        call.offer = None
        return self._queueing.give_up_place(turn, call, why)

    def _over(self, turn: Turn, call: Call) -> None:
        """The caller waits on; they are offered it again later."""
        call.offer = None
        self._desk.timers.cancel(f"call:{call.id}", "offer:key")
        rules = self._desk.queue_of(call).offer
        if rules is not None and rules.every_ms:
            self._desk.timers.set(f"call:{call.id}", "offer:due", turn.now + rules.every_ms)
        self._go_on(turn, call)

    # --- what the caller hears ---

    def _ask(self, turn: Turn, call: Call, step: OfferStep, event: OfferEvent) -> None:
        self._move(step, event)
        self._say(turn, call, ())

    def _say(self, turn: Turn, call: Call, before: tuple[str, ...]) -> None:
        """Say what belongs to the stage, after something else."""
        step = call.offer
        assert step is not None
        names: tuple[str, ...] = ()
        value: tuple[str, ...] = ()
        match OfferStage(step.stage):
            case OfferStage.CHOICE:
                third = ("router/offer_recording",) if self._recording_of(call) else ()
                names = ("router/offer_wait", "router/offer_callback", *third)
            case OfferStage.OPEN:
                names = ("router/callback_open",)
            case OfferStage.CONFIRM:
                times = ("router/callback_time",) if self._callbacks.checks.rules(call.queue).slot_count else ()
                value = self._spoken(call, step.number.lstrip("+"), "digits")
                names = ("router/callback_choices", *times)
                before = (*before, "router/callback_number")
            case OfferStage.TYPING:
                names = ("router/callback_type",)
            case OfferStage.TIME:
                names = ("router/callback_ask_time",)
            case OfferStage.DAY:
                value = self._spoken_time(turn, call, step.at_ms)
                names = ("router/confirm",)
                before = (*before, "router/callback_when")
            case OfferStage.BOOKED | OfferStage.OVER:
                pass
        self._play(turn, call, (*self._media(call, before), *value, *self._media(call, names)))

    def _tell(self, turn: Turn, call: Call, names: tuple[str, ...]) -> None:
        """Say something that no key is waited for after."""
        sounds = self._media(call, names)
        if sounds:
            self._play(turn, call, sounds)
        elif call.offer is not None:
            self.played(turn, call)

    def _play(self, turn: Turn, call: Call, sounds: tuple[str, ...]) -> None:
        self._desk.timers.cancel(f"call:{call.id}", "offer:key")
        self._desk.stop_playback(turn, call)
        if not sounds:
            self.played(turn, call)
            return
        self._desk.stop_music(turn, call)
        self._desk.play(turn, call, call.channel, sounds)

    def _media(self, call: Call, names: tuple[str, ...]) -> tuple[str, ...]:
        return media(self._desk.site_of(call).script, names, self._language(call))

    def _spoken(self, call: Call, value: str, form: str) -> tuple[str, ...]:
        script, language = self._desk.site_of(call).script, self._language(call)
        return media(script, spoken(script, value, form, language), language)

    def _spoken_time(self, turn: Turn, call: Call, at_ms: Ms) -> tuple[str, ...]:
        """``tomorrow at 9``; within a week the day of the week, later the date too."""
        clock = self._desk.site.clock
        today, then = clock.at(turn.now), clock.at(at_ms)
        date, ahead = day_text(then.day), then.day - today.day
        if ahead == 1:
            day = self._media(call, ("router/tomorrow",))
        else:
            day = self._spoken(call, date, "weekday")
            if ahead > WEEK_DAYS:
                day += self._spoken(call, date, "short_date")
        return (*day, *self._spoken(call, f"{then.minute // 60:02}:{then.minute % 60:02}", "time"))

    def _language(self, call: Call) -> str:
        return call.session.language if call.session is not None else self._desk.site_of(call).script.language

    # --- small things ---

    def _move(self, step: OfferStep, event: OfferEvent) -> None:
        step.stage = OFFER_TABLE[OfferStage(step.stage)][event].value

    def _note(self, turn: Turn, call: Call, choice: str) -> None:
        wait_ms = turn.now - call.asked_at
        self._desk.note_call(turn, call, records.OfferTaken, queue=call.queue, choice=choice, wait_ms=wait_ms)

    def _own(self, call: Call) -> Callback | None:
        """The callback that is promised to this caller already."""
        known = self._desk.state.callbacks.get(call.own_callback)
        number = call.offer.number if call.offer is not None else ""
        return known or self._callbacks.open_for(
            self._callbacks.checks.number_of(number or call.caller.number or ""), call.queue
        )

    def _recording_of(self, call: Call) -> str:
        """The node of the caller's flow where a recording is left; "" where there is none."""
        if call.session is None:
            return ""
        node = self._desk.site_of(call).script.flows[call.session.flow].nodes.get(call.session.node)
        return node.recording if isinstance(node, Enqueue) else ""

    def _hold(self, call: Call) -> None:
        """Nothing else is said to the caller while they choose."""
        self._announcements.hold(call)

    def _go_on(self, turn: Turn, call: Call) -> None:
        """Music, and what else is said to those who wait."""
        self._announcements.go_on(turn, call)

    def _slot(self, turn: Turn, hearing: Hearing) -> Said:
        """``offer`` among what is announced: the offer follows as soon as that is over, if it is time for one."""
        rules = hearing.queue.offer
        if rules is not None and hearing.call.offer is None and self._why(turn, hearing.call, rules):
            self._desk.timers.set(f"call:{hearing.call.id}", "offer:due", turn.now + SOON_MS)
        return Said()


def agent_wins(desk: Desk, turn: Turn, call: Call) -> None:
    """An agent has picked up in the middle of an offer. Should the bridge not come about, it is made again."""
    call.offer = None
    if call.wait_told is not None:
        call.wait_told.held = False
    desk.timers.cancel(f"call:{call.id}", "offer:key")
    desk.timers.set(f"call:{call.id}", "offer:due", turn.now + LATER_MS)
