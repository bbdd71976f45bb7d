"""Pure: feature codes, what agents do by dialling on their own phone: sign in and out, ready, pause, code calls.

Whoever sits at an extension sets its do-not-disturb so; opening and closing one takes an agent in service.

The phone dials a code (``*11``), optionally with digits behind it (``*111001`` names the work number, ``*142`` the
second pause reason, ``*173`` the third wrap-up code). A number or PIN that is missing is asked for; a PIN is always
asked for, never dialled, so that no log shows it.
"""

from router.control.coding import code_by_phone
from router.control.desk import Desk
from router.control.ending import LINGER_MS
from router.control.state import CodeStep
from router.core import commands, events, ids, records
from router.core.ids import AgentId, CallId, ChannelId, Ms, PlaybackId
from router.core.records import AgentState
from router.core.turn import Turn

DIGIT_PAUSE_MS: Ms = 3_000
"""A pause after the last digit that ends a number, as ``#`` does."""
FIRST_DIGIT_MS: Ms = 10_000
PIN_TRIES = 3


class Codes:
    """Every phone that is dialling a feature code now."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._state = desk.state
        self._timers = desk.timers

    def open_playbacks(self) -> list[PlaybackId]:
        """The playbacks whose end we wait for."""
        return [PlaybackId(step.playback) for step in self._state.codes.values() if step.playback]

    def dialled(self, turn: Turn, event: events.CodeDialled) -> None:
        """A phone dialled a code: answer it and do what the code says."""
        self._state.call_count += 1
        action, argument = self._parse(event.code)
        step = CodeStep(
            id=ids.call_id(self._desk.site.name, self._state.epoch, self._state.call_count),
            channel=event.channel,
            phone=event.phone,
            action=action,
            argument=argument,
        )
        self._state.codes[step.id] = step
        turn.order(commands.AnswerCall(call=step.id, channel=step.channel))
        status = self._desk.agents.on_phone(step.phone)
        notices = ["router/out_of_rotation"] if status is not None and self._desk.agents.told(status.number) else []
        if action in ("do_not_disturb", "end_do_not_disturb"):
            self._finish(turn, step, [*notices, self._quiet(turn, step)])
        elif action == "sign_in":
            step.agent = AgentId(argument)
            self._ask_for(turn, step, "pin" if argument else "work_number", notices)
        elif status is None:
            self._finish(turn, step, [*notices, "router/not_signed_in"])
        else:
            self._finish(turn, step, [*notices, self._act(turn, step, status.number, status.state)])

    def key(self, turn: Turn, channel: ChannelId, key: str) -> bool:
        """A key on a code's call; returns whether the channel is one of ours."""
        step = self._on(channel)
        if step is None:
            return False
        if step.stage in ("work_number", "pin"):
            self._stop(turn, step)
            if key == "#":
                self._number_done(turn, step)
            elif key.isdigit() and len(step.digits) < 16:
                step.digits += key
                self._timers.set(f"code:{step.id}", "digits", turn.now + DIGIT_PAUSE_MS)
        return True

    def played(self, turn: Turn, playback: PlaybackId) -> None:
        """A prompt of a code's call ended by itself; one stopped by us ends late and means nothing."""
        step = self._state.codes[ids.call_of(playback)]
        if step.playback != playback:
            return
        step.playback = ""
        if step.stage == "leaving":
            self._hang_up(turn, step)

    def timer(self, turn: Turn, call: CallId, name: str) -> None:
        """The pause after the digits is over, or Asterisk did not report a hang-up in time."""
        step = self._state.codes[call]
        if name == "linger":
            turn.order(commands.HangUpLeg(call=step.id, channel=step.channel))
            self._forget(step)
        elif step.digits:
            self._number_done(turn, step)
        else:
            self._finish(turn, step, ["router/goodbye"])

    def pin_checked(self, turn: Turn, event: events.PinChecked) -> None:
        """The PIN was compared: sign the agent in, or ask again."""
        step = self._state.codes.get(event.call)
        if step is None or step.stage != "checking":
            return  # the agent hung up meanwhile
        if event.locked:
            self._finish(turn, step, ["router/locked"])
        elif event.correct:
            granted = self._desk.agents.sign_in(turn, step.agent, step.phone, "phone")
            self._finish(turn, step, ["router/signed_in" if granted else "router/refused"])
        else:
            step.tries += 1
            if step.tries >= PIN_TRIES:
                self._finish(turn, step, ["router/wrong_pin", "router/goodbye"])
            else:
                self._ask_for(turn, step, "pin", ["router/wrong_pin"])

    def hung_up(self, turn: Turn, channel: ChannelId) -> bool:
        """A code's call is gone; returns whether the channel was one of ours."""
        step = self._on(channel)
        if step is not None:
            self._forget(step)
        return step is not None

    def channels(self) -> dict[ChannelId, CodeStep]:
        """The channels of all code calls."""
        return {step.channel: step for step in self._state.codes.values()}

    # --- inside ---

    def _parse(self, dialled: str) -> tuple[str, str]:
        """Split what was dialled into the action and the digits behind its code; the longest code wins."""
        for code in sorted(self._desk.site.codes, key=len, reverse=True):
            if dialled.startswith(code):
                return self._desk.site.codes[code], dialled[len(code) :].strip("*#")
        return "unknown", ""

    def _quiet(self, turn: Turn, step: CodeStep) -> str:
        """Set or end do-not-disturb of the extensions that ring on this phone; return the prompt that answers."""
        own = [number for number, extension in self._desk.site.extensions.items() if extension.phone == step.phone]
        quiet = step.action == "do_not_disturb"
        for number in own:
            self._desk.set_extension(turn, number, None, quiet, "phone")
        if not own:
            return "router/refused"
        return "router/do_not_disturb" if quiet else "router/end_do_not_disturb"

    def _act(self, turn: Turn, step: CodeStep, agent: AgentId, state: AgentState) -> str:
        """Do what a code says for the agent on this phone; return the prompt that answers."""
        match step.action:
            case "sign_out":
                return "router/signed_out" if self._desk.agents.sign_out(turn, agent, "phone") else "router/refused"
            case "ready":
                return "router/ready" if self._desk.agents.ready(turn, agent, "phone") else "router/refused"
            case "wrap_up_done" if state is AgentState.WRAP_UP:
                return "router/wrap_up_done" if self._desk.agents.ready(turn, agent, "phone") else "router/refused"
            case "extend_wrap_up":
                granted = self._desk.agents.extend_wrap_up(turn, agent, "phone")
                return "router/wrap_up_extended" if granted else "router/refused"
            case "solved" | "unsolved":
                coded = code_by_phone(self._desk, turn, agent, step.argument, step.action == "solved")
                return "router/call_coded" if coded else "router/refused"
            case "open_extension" | "close_extension":
                is_open = step.action == "open_extension"
                if not self._desk.set_extension(turn, step.argument, is_open, None, agent):
                    return "router/refused"
                return "router/extension_open" if is_open else "router/extension_closed"
            case "pause" if (reason := self._desk.agents.pause_reason(step.argument)) is not None:
                return "router/paused" if self._desk.agents.pause(turn, agent, reason, "phone") else "router/refused"
            case _:
                self._refuse(turn, step, agent, state)
                return "router/refused"

    @staticmethod
    def _refuse(turn: Turn, step: CodeStep, agent: AgentId, state: AgentState) -> None:
        reason = "no such code" if step.action == "unknown" else f"not possible in state {state.value}"
        turn.note(
            records.AskRefused,
            agent=agent,
            ask=step.action,
            reason=reason,
            cure="see the codes and pause_reasons in site.yaml",
        )

    def _ask_for(self, turn: Turn, step: CodeStep, what: str, notices: list[str]) -> None:
        step.stage, step.digits = what, ""
        self._play(turn, step, [*notices, f"router/{what}"])
        self._timers.set(f"code:{step.id}", "digits", turn.now + FIRST_DIGIT_MS)

    def _number_done(self, turn: Turn, step: CodeStep) -> None:
        self._timers.cancel(f"code:{step.id}", "digits")
        digits, step.digits = step.digits, ""
        if step.stage == "work_number":
            step.agent = AgentId(digits)
            self._ask_for(turn, step, "pin", [])
        else:
            step.stage = "checking"
            turn.order(commands.CheckPin(call=step.id, agent=step.agent, pin=digits))

    def _finish(self, turn: Turn, step: CodeStep, prompts: list[str]) -> None:
        step.stage = "leaving"
        self._timers.cancel_all(f"code:{step.id}")
        if not self._play(turn, step, prompts):
            self._hang_up(turn, step)

    def _play(self, turn: Turn, step: CodeStep, prompts: list[str]) -> bool:
        self._stop(turn, step)
        script = self._desk.site.script
        media = tuple(uri for name in prompts for uri in script.media(name, script.language))
        if media:
            step.playback_count += 1
            playback = ids.playback_id(step.id, step.playback_count)
            step.playback = playback
            turn.order(commands.PlayPrompts(call=step.id, channel=step.channel, playback=playback, media=media))
        return bool(media)

    def _stop(self, turn: Turn, step: CodeStep) -> None:
        if step.playback:
            turn.order(commands.StopPlayback(call=step.id, playback=PlaybackId(step.playback)))
            step.playback = ""

    def _hang_up(self, turn: Turn, step: CodeStep) -> None:
        turn.order(commands.HangUpLeg(call=step.id, channel=step.channel))
        self._timers.set(f"code:{step.id}", "linger", turn.now + LINGER_MS)

    def _forget(self, step: CodeStep) -> None:
        self._timers.cancel_all(f"code:{step.id}")
        del self._state.codes[step.id]

    def _on(self, channel: ChannelId) -> CodeStep | None:
        return self.channels().get(channel)
