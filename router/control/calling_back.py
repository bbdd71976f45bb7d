"""Pure: one try of a callback: the agent's phone first or the customer's, what both hear, and bringing them together.

Agent first, the agent's phone rings like for a caller; once picked up they hear whom they call back, then the customer
is rung. Customer first, an agent is held free while the customer's phone rings; whoever answers presses 1 and is then a
caller like any other, at the callback's old place.
"""

import msgspec

from router.acd.callback import PURPOSE, Callback, CallbackEvent, CallbackState
from router.acd.waiting import Pick, Waiting
from router.control.call import Call, CallEvent, Leg, LegEvent, LegFor, Stage
from router.control.callbacks import Callbacks, party_of
from router.control.desk import Desk
from router.control.dialling import GIVE_UP_MARGIN_MS
from router.control.ending import Ending
from router.control.whisper import Whispers
from router.core import commands, ids, records
from router.core.events import Caller
from router.core.ids import AgentId, Ms
from router.core.records import Outcome
from router.core.turn import Turn

CONFIRM_MS: Ms = 6_000
"""How long somebody who was rung has to press 1, after the words are over; they are said twice."""
YES_KEY, NO_KEY = "1", "2"
_SHOWN_LENGTH = 60


class CallingBack:
    """Tries of callbacks, as calls of our own (``purpose`` callback, ``ref`` which one)."""

    def __init__(self, desk: Desk, ending: Ending, callbacks: Callbacks, whispers: Whispers) -> None:
        self._desk = desk
        self._ending = ending
        self._callbacks = callbacks
        self._whispers = whispers

    # --- it is a callback's turn ---

    def picked(self, turn: Turn, pick: Pick) -> Pick | None:
        """An idle agent and a callback fit. Returns the pick to ring the agent for; None where that is not to be."""
        cb = self._desk.state.callbacks[pick.waiting.call]
        until, why = self._callbacks.checks.not_now(turn, cb)
        if until:
            self._callbacks.park(turn, cb, until, why)
            self._stays_idle(pick.agent)
            return None
        call = self._make(turn, cb)
        self._callbacks.leave_line(cb)
        if self._callbacks.checks.rules(cb.queue).agent_first or cb.round:
            waiting = self._waits(call, cb)
            self._callbacks.go(turn, cb, CallbackEvent.AGENT_RUNG)
            return msgspec.structs.replace(pick, waiting=waiting)
        self._desk.agents.hold(pick.agent, cb.id)
        cb.held = pick.agent
        call.stage = Stage.DIALLING
        self._dial(turn, cb, call)
        return None

    def _stays_idle(self, agent: AgentId) -> None:
        """The matcher has taken the agent out of its heap for a pick that is not carried out: put them back."""
        self._desk.matcher.busy(agent)
        self._desk.matcher.idle(agent)

    def _make(self, turn: Turn, cb: Callback) -> Call:
        """Our call for a try. Its channel's name is minted at once; the customer's leg is dialled later."""
        state = self._desk.state
        state.call_count += 1
        number = ids.call_id(self._desk.site.name, state.epoch, state.call_count)
        call = Call(
            id=number,
            channel=ids.leg_id(number, 1),
            did=cb.did,
            caller=Caller(number=cb.number),
            trunk="",
            diverted_from="",
            config=state.config,
            arrived_at=turn.now,
            stage=Stage.WAITING,
            asked_at=cb.place.asked_at,
            queue=cb.queue,
            call_class=cb.call_class,
            language=cb.language,
            leg_count=1,
            caller_gone=True,
            tag=cb.tag,
            purpose=PURPOSE,
            ref=cb.id,
            party=party_of(cb),
            record_talk=cb.record_talk,
            consent=cb.consent,
            show=f"Callback {cb.why or cb.tag or cb.queue}"[:_SHOWN_LENGTH],
            data={**cb.data, "callback": cb.id},
        )
        state.calls[call.id] = call
        self._desk.channels[call.channel] = call
        cb.call = call.id
        self._desk.note_call(
            turn, call, records.OutboundRang, purpose=PURPOSE, ref=cb.id, party=cb.number, attempt=cb.attempts + 1
        )
        return call

    def _waits(self, call: Call, cb: Callback) -> Waiting:
        """Let our call stand in line at the callback's place."""
        tried = list(cb.place.tried)
        waiting = msgspec.structs.replace(
            cb.place, call=call.id, offered=0, attempt=0, tried=tried, patient=call.caller_gone
        )
        self._desk.state.waiting[call.id] = waiting
        self._desk.matcher.add(waiting)
        return waiting

    # --- agent first ---

    def agent_took(self, turn: Turn, call: Call, leg: Leg) -> None:
        """The agent picked up: they hear whom they call back, and why; then the customer is rung."""
        call.wait_ms = turn.now - call.asked_at
        self._desk.state.callbacks[call.ref].agent = leg.agent
        media = self._whispers.callback_words(call)
        call.told = True
        if media:
            self._desk.play(turn, call, leg.id, media)
        else:
            self._customer_next(turn, call)

    def agent_pressed(self, turn: Turn, call: Call, key: str) -> None:
        """A key of the agent: it ends the words before the customer is rung; in talk it may say: a machine answered."""
        if call.stage is Stage.CALLING_BACK and call.playback is not None:
            self._desk.stop_playback(turn, call)
            self._customer_next(turn, call)
        elif call.stage is Stage.TALKING and key == self._callbacks.checks.rules(call.queue).mark_key:
            self._callbacks.mark(turn, call)

    def nobody_took(self, turn: Turn, call: Call) -> None:
        """No agent rung took it, or the one who did has hung up before the customer was there."""
        cb = self._desk.state.callbacks[call.ref]
        waiting = self._desk.state.waiting[call.id]
        cb.place.tried, cb.place.round = list(waiting.tried), waiting.round
        left = call.told
        self._ending.end(turn, call, Outcome.SELF_SERVED, "router", "agent_left" if left else "no_agent")

    def _customer_next(self, turn: Turn, call: Call) -> None:
        cb = self._desk.state.callbacks[call.ref]
        assert call.leg is not None
        music = self._desk.queue_of(call).music
        if music:
            turn.order(commands.StartMusic(call=call.id, channel=call.leg, music=music))
        self._dial(turn, cb, call)

    # --- the customer's phone ---

    def _dial(self, turn: Turn, cb: Callback, call: Call) -> None:
        outside = self._desk.site.outside
        if outside is None or not outside.may_ring(cb.dial):  # a version of the site that came meanwhile
            self._ending.end(turn, call, Outcome.SELF_SERVED, "router", "not_dialable")
            return
        ring_ms = self._callbacks.checks.rules(cb.queue).ring_ms
        self._desk.state.legs[call.channel] = Leg(id=call.channel, call=call.id, purpose=LegFor.OUTBOUND)
        call.caller_gone = False
        cb.attempts += 1
        turn.order(
            commands.RingOutside(
                call=call.id,
                leg=call.channel,
                trunk=outside.trunk,
                number=cb.dial,
                give_up_ms=ring_ms + GIVE_UP_MARGIN_MS,
                show_number=outside.show_number,
            )
        )
        self._desk.timers.set(f"call:{call.id}", "party", turn.now + ring_ms)
        agent = self._desk.state.legs[call.leg].agent if call.leg is not None else cb.held
        self._callbacks.go(turn, cb, CallbackEvent.CUSTOMER_RUNG)
        self._desk.note_call(
            turn,
            call,
            records.CallbackTried,
            callback=cb.id,
            queue=cb.queue,
            number=cb.number,
            attempt=cb.attempts,
            agent=agent,
            agent_first=call.leg is not None,
        )

    def answered(self, turn: Turn, call: Call, leg: Leg) -> None:
        """The customer picked up: to the agent who is there, or to the words that ask for 1."""
        self._desk.timers.cancel(f"call:{call.id}", "party")
        leg.apply(LegEvent.BRIDGED)
        call.line_answered_at = turn.now
        first = call.stage is Stage.CALLING_BACK
        call.apply(CallEvent.ANSWERED)
        if first:
            assert call.leg is not None
            turn.order(commands.StopMusic(call=call.id, channel=call.leg))
            self._desk.connect(turn, call)
            return
        cb = self._desk.state.callbacks[call.ref]
        self._callbacks.go(turn, cb, CallbackEvent.ANSWERED)
        call.fields = {"asked": "1"}
        self._ask(turn, call, cb)

    def _ask(self, turn: Turn, call: Call, cb: Callback) -> None:
        """Say who rings, and that 1 leads to an agent."""
        script = self._desk.site_of(call).script
        media = tuple(
            uri
            for name in ("router/callback_here", "router/callback_press")
            for uri in script.media(name, cb.language or script.language)
        )
        if not media:
            self._desk.timers.set(f"call:{call.id}", "confirm", turn.now + CONFIRM_MS)
            return
        self._desk.play(turn, call, call.channel, media)

    def customer_pressed(self, turn: Turn, call: Call, key: str) -> None:
        """Whoever answered presses 1 to be connected, 2 where the call is not wanted any more."""
        if call.stage is not Stage.IVR or key not in (YES_KEY, NO_KEY):
            return
        self._desk.stop_playback(turn, call)
        self._desk.timers.cancel(f"call:{call.id}", "confirm")
        if key == NO_KEY:
            self._ending.end(turn, call, Outcome.SELF_SERVED, "router", "not_wanted")
            return
        cb = self._desk.state.callbacks[call.ref]
        call.apply(CallEvent.ASKED)
        self._waits(call, cb)
        self._callbacks.go(turn, cb, CallbackEvent.ACCEPTED)
        self._callbacks.release(cb)
        self._desk.want_music(call)

    def timer(self, turn: Turn, call: Call) -> None:
        """Nobody has pressed 1: the words once more, then it is no person, or not the right one."""
        if call.fields.get("asked") == "1":
            call.fields = {"asked": "2"}
            self._ask(turn, call, self._desk.state.callbacks[call.ref])
        else:
            self._ending.end(turn, call, Outcome.SELF_SERVED, "router", "not_confirmed")

    def played(self, turn: Turn, call: Call) -> None:
        """What the agent or the customer was told is over."""
        if call.stage is Stage.CALLING_BACK and call.channel not in self._desk.state.legs:
            self._customer_next(turn, call)
        elif call.stage is Stage.IVR:
            self._desk.timers.set(f"call:{call.id}", "confirm", turn.now + CONFIRM_MS)

    def connected(self, turn: Turn, call: Call) -> None:
        """Customer and agent hear each other."""
        cb = self._desk.state.callbacks[call.ref]
        cb.agent = call.agent or ""
        if cb.state is not CallbackState.TALKING:  # else the customer was handed over to another agent
            self._callbacks.go(turn, cb, CallbackEvent.CONNECTED)
