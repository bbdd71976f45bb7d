"""Pure: what both sides are told once they are connected: who rings and how long they waited; the work number."""

from router.control.call import Call, Leg
from router.control.desk import Desk
from router.control.saying import media, spoken
from router.core import commands, ids
from router.core.ids import ChannelId, Ms, PlaybackId
from router.core.turn import Turn
from router.ivr.flow import Script


class Whispers:
    """Words to one side of a talk. They begin after bridging, so that nobody waits for them or hears dead air."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def begin(self, turn: Turn, call: Call, leg: Leg, wait_ms: Ms) -> None:
        """Tell the agent who waited ``wait_ms``, and the caller the work number, as the queue wishes."""
        queue = self._desk.queue_of(call)
        script = self._desk.site_of(call).script
        language = call.language or script.language
        parts = [name for part in queue.whisper for name in self._said(script, call, part, wait_ms)]
        if call.purpose and not call.told:
            parts = [*self._callback(script, call), *parts]
        if not call.told:
            self._whisper(turn, call, leg.id, media(script, parts, script.language))
        if queue.tell_work_number:
            number = ("router/agent_number", *spoken(script, leg.agent, "digits", language))
            self._whisper(turn, call, call.channel, media(script, number, language))

    def callback_words(self, call: Call) -> tuple[str, ...]:
        """What an agent hears before a customer is rung: that it is a callback, whose, and why."""
        script = self._desk.site_of(call).script
        whisper = self._desk.queue_of(call).whisper
        whispered = [name for part in whisper for name in self._said(script, call, part, call.wait_ms)]
        return media(script, [*self._callback(script, call), *whispered], script.language)

    def _callback(self, script: Script, call: Call) -> list[str]:
        """The prompts that name a callback: its number; its queue and type of call where there are prompts for them."""
        number = spoken(script, (call.caller.number or "").lstrip("+"), "digits", script.language)
        return ["router/callback_agent", *number, f"queue/{call.queue}", f"tag/{call.tag}"]

    def played(self, turn: Turn, call: Call, playback: PlaybackId) -> bool:
        """A whisper is over: its channel goes. Returns whether the playback was one."""
        snoop = call.whispers.pop(playback, None)
        if snoop is not None:
            turn.order(commands.HangUpLeg(call=call.id, channel=snoop))
        return snoop is not None

    def _whisper(self, turn: Turn, call: Call, channel: ChannelId, sounds: tuple[str, ...]) -> None:
        if not sounds:
            return
        call.playback_count += 1
        playback = ids.playback_id(call.id, call.playback_count)
        snoop = ids.snoop_id(call.id, call.playback_count)
        call.whispers[playback] = snoop
        turn.order(commands.Whisper(call=call.id, channel=channel, snoop=snoop, playback=playback, media=sounds))

    def _said(self, script: Script, call: Call, part: str, wait_ms: Ms) -> tuple[str, ...]:
        match part:
            case "class":
                return (f"class/{call.call_class}",)
            case "wait":
                return ("router/waited", *spoken(script, wait_ms // 1000, "duration", script.language))
            case _:
                return (part,)
