"""A model of everything outside the core: Asterisk, phones, people and services, on a fake clock.

It carries out the core's commands as the real ones would, by the :class:`router.flowtest.people.Habits` it is given.
"""

from collections.abc import Callable

import msgspec

from router.acd.spec import meets
from router.callcontrol import CallControl
from router.core import commands, events
from router.core.events import Caller, LegEnd
from router.core.ids import AgentId, BridgeId, ChannelId, Ms, PhoneName, PlaybackId
from router.core.turn import Output
from router.flowtest.agenda import Agenda
from router.flowtest.people import (
    ANSWERS_AFTER_MS,
    PICKS_UP_AFTER_MS,
    RINGS_AFTER_MS,
    TALK_MS,
    Answer,
    Habits,
    Staffing,
    party,
)
from router.flowtest.stage import IN_FRONT
from router.site import Site

PROMPT_MS: Ms = 2_000
"""How long each prompt takes to say."""
KEY_GAP_MS: Ms = 300
"""Between two keys of one number."""

Heard = Callable[[ChannelId, str], None]


class Playing(msgspec.Struct):
    """A playback: its media, and the marks of what will still happen of it."""

    channel: ChannelId
    media: tuple[str, ...]
    marks: list[int] = []


class LegOut(msgspec.Struct):
    """A leg the core dialled: who it rings and what they do."""

    call: str
    number: str
    does: str
    presses: str = ""
    up: bool = False
    marks: list[int] = []


class Recording(msgspec.Struct):
    """A recording under way."""

    channel: ChannelId
    began: Ms
    silence_ms: Ms
    end_key: str
    marks: list[int] = []
    silence: int = 0


class Outside:
    """Feeds a core and obeys it. ``now`` is ms UTC; time passes only in :meth:`run_to`.

    ``seen`` is told each output of the core, ``turned`` that a turn is over, ``heard`` each medium as it begins.
    """

    def __init__(self, site: Site, now: Ms, habits: Habits, *, seen: Callable[[Output], None], heard: Heard) -> None:
        self.site = site
        self.now = now
        self.habits = habits
        self.core = CallControl({site.version: site}, site.version)
        self.agenda = Agenda()
        self.turned: Callable[[], None] = lambda: None
        self.playing: dict[PlaybackId, Playing] = {}
        self.recordings: dict[str, Recording] = {}
        self.asked: dict[str, commands.LookUp | commands.SendNotice] = {}
        """Questions nobody has answered yet, by request."""
        self.callers: set[ChannelId] = set()
        self._legs: dict[ChannelId, LegOut] = {}
        self._bridged: dict[BridgeId, ChannelId] = {}
        self._habits_of: dict[PhoneName, str] = {}
        self._staffed: dict[str, list[AgentId]] = {}
        self._answered: dict[str, int] = {}
        self._in_front = 0
        self._seen = seen
        self._heard = heard
        self.feed(events.RouterStarted(epoch=1, config=site.version))
        self.feed(events.SwitchSeen(channels=()))

    # --- time ---

    def feed(self, event: events.Event) -> None:
        """Let a fact reach the core, after the timers due."""
        self._take(self.core.expire(self.now))
        self._take(self.core.handle(event, self.now))

    def next_at(self) -> Ms | None:
        """Return when something happens next, or None."""
        times = [at for at in (self.core.deadline(), self.agenda.next_at()) if at is not None]
        return min(times, default=None)

    def step(self) -> None:
        """Go to the next moment at which something happens and let the first thing of it happen."""
        deadline, planned = self.core.deadline(), self.agenda.next_at()
        if deadline is not None and (planned is None or deadline <= planned):
            self.now = max(self.now, deadline)
            self._take(self.core.expire(self.now))
        elif planned is not None:
            self.now = max(self.now, planned)
            self.agenda.take()()

    def run_to(self, end: Ms) -> None:
        """Let time pass until ``end``; what is due then happens too."""
        while (at := self.next_at()) is not None and at <= end:
            self.step()
        self.now = max(self.now, end)

    # --- people ---

    def staff(self, queue: str, wanted: Staffing) -> None:
        """Let the agents of a queue be so from now on, and that many more callers wait in it."""
        for agent in self._staffed.pop(queue, []):
            self.feed(events.AgentSignOutAsked(agent=agent, by="test"))
        taken = {agent for staffed in self._staffed.values() for agent in staffed}
        free = [agent for agent in serving(self.site, queue) if agent not in taken]
        here = self._staffed[queue] = []
        for does, count in (("paused", wanted.paused), ("busy", wanted.busy)):
            here += self._sign_in(free[:count], does)
            free = free[count:]
        for _ in range(wanted.waiting):
            self._in_front += 1
            self.arrive(
                events.CallArrived(
                    channel=ChannelId(f"front-{self._in_front}"), did=f"{IN_FRONT}{queue}", caller=Caller()
                )
            )
        for does, count in (
            ("answers", wanted.ready), ("not answering", wanted.not_answering), ("rejects", wanted.rejecting),
        ):  # fmt: skip
            here += self._sign_in(free[:count], does)
            free = free[count:]

    def _sign_in(self, agents: list[AgentId], does: str) -> list[AgentId]:
        for agent in agents:
            phone = PhoneName(self.site.floor.agents[agent].phone or agent)
            self._habits_of[phone] = does
            self.feed(events.PhoneReachabilityChanged(phone=phone, reachable=does != "paused"))
            self.feed(events.PhoneUseChanged(phone=phone, channels=int(does == "busy")))
            self.feed(events.AgentSignInAsked(agent=agent, phone=phone, by="test"))
            if does == "paused":  # their phone is reached only now, so that no call finds them ready for a moment
                self.feed(events.AgentPauseAsked(agent=agent, reason=self.site.floor.pause_reasons[0], by="test"))
                self.feed(events.PhoneReachabilityChanged(phone=phone, reachable=True))
        return agents

    # --- callers ---

    def arrive(self, event: events.CallArrived) -> None:
        """A caller rings."""
        self.callers.add(event.channel)
        self.feed(event)

    def hang_up(self, channel: ChannelId) -> None:
        """A caller hangs up."""
        if channel in self.callers:
            self.callers.discard(channel)
            self._fall_silent(channel)
            self.feed(events.CallerHungUp(channel=channel))

    def press(self, channel: ChannelId, key: str) -> None:
        """A key is pressed; it may end a recording."""
        self.feed(events.KeyPressed(channel=channel, key=key))
        for name, recording in list(self.recordings.items()):
            if recording.channel == channel and (recording.end_key == "any" or key in recording.end_key):
                self._recorded(name)

    def speak(self, channel: ChannelId, span_ms: Ms) -> None:
        """The caller speaks for so long; a recording that waits for silence goes on meanwhile."""
        for recording in self.recordings.values():
            if recording.channel == channel:
                self.agenda.drop(recording.silence)
        self.run_to(self.now + span_ms)
        for name, recording in self.recordings.items():
            if recording.channel == channel:
                self._await_silence(name, recording)

    def plays_to(self, channel: ChannelId) -> bool:
        """Say whether something is being said to a channel."""
        return any(playing.channel == channel for playing in self.playing.values())

    def answer(self, request: str, answer: Answer) -> None:
        """Answer a question the core asked; one answered already (or timed out) is left alone."""
        asked = self.asked.pop(request, None)
        if asked is not None:
            self.feed(events.ReplyArrived(call=asked.call, request=request, status=answer.status, fields=answer.fields))

    # --- obeying ---

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            self._seen(output)
            if isinstance(output, commands.Command):
                self._obey(output)
        self.turned()

    def _after(self, ms: Ms, act: Callable[[], None]) -> int:
        return self.agenda.plan(self.now + ms, act)

    def _obey(self, command: commands.Command) -> None:
        match command:
            case commands.AnswerCall(channel=channel):
                self._after(0, lambda: self.feed(events.CallAnswered(channel=channel)))
            case commands.PlayPrompts(channel=channel, playback=playback, media=media):
                self._play(playback, Playing(channel, media))
            case commands.StopPlayback(playback=playback):
                self._stop(playback)
            case commands.RingAgent(leg=leg, phone=phone, call=call):
                does, presses = self._behind(phone)
                self._ring(leg, LegOut(call, phone, does, presses))
            case commands.RingOutside(leg=leg, number=number, call=call):
                does, presses = self._behind(number)
                self._ring(leg, LegOut(call, number, does, presses))
            case commands.HangUpLeg(channel=channel):
                self._after(1, lambda: self._hung_up(channel))
            case commands.ConnectLegs(bridge=bridge, channel=channel, leg=leg):
                self._after(5, lambda: self._connect(bridge, channel, leg))
            case commands.LookUp(request=request) | commands.SendNotice(request=request):
                self._ask(request, command)
            case commands.RecordCaller():
                self._record(command)
            case commands.StopRecording(recording=name):
                self._recorded(name)
            case _:
                pass  # nothing that a caller hears or that is answered

    def _play(self, playback: PlaybackId, playing: Playing) -> None:
        self.playing[playback] = playing
        playing.marks = [
            self._after(number * PROMPT_MS, lambda at=number: self._begins(playback, at))  # type: ignore[misc]
            for number in range(len(playing.media))
        ]
        playing.marks.append(self._after(len(playing.media) * PROMPT_MS, lambda: self._played(playback)))

    def _begins(self, playback: PlaybackId, number: int) -> None:
        playing = self.playing[playback]
        self._heard(playing.channel, playing.media[number])

    def _played(self, playback: PlaybackId) -> None:
        del self.playing[playback]
        self.feed(events.PlaybackFinished(playback=playback))

    def _stop(self, playback: PlaybackId) -> None:
        playing = self.playing.pop(playback, None)
        if playing is not None:
            for mark in playing.marks:
                self.agenda.drop(mark)
            self._after(1, lambda: self.feed(events.PlaybackFinished(playback=playback)))

    def _fall_silent(self, channel: ChannelId) -> None:
        for playback, playing in list(self.playing.items()):
            if playing.channel == channel:
                self._stop(playback)
        for name, recording in list(self.recordings.items()):
            if recording.channel == channel:
                self._recorded(name)

    def _behind(self, number: str) -> tuple[str, str]:
        if number in self.habits.parties:
            return party(self.habits.parties[number])
        return self._habits_of.get(PhoneName(number), "answers"), ""

    def _ring(self, leg: ChannelId, out: LegOut) -> None:
        self._legs[leg] = out
        ends = {"busy": LegEnd.BUSY, "rejects": LegEnd.REJECTED, "unreachable": LegEnd.UNREACHABLE}.get(out.does)
        if ends is not None:
            out.marks = [self._after(RINGS_AFTER_MS, lambda: self._leg_ends(leg, ends))]
            return
        out.marks = [self._after(RINGS_AFTER_MS, lambda: self.feed(events.AgentLegRinging(leg=leg)))]
        if out.does == "answers":
            out.marks.append(self._after(RINGS_AFTER_MS + PICKS_UP_AFTER_MS, lambda: self._picks_up(leg)))

    def _picks_up(self, leg: ChannelId) -> None:
        out = self._legs[leg]
        out.up = True
        self.feed(events.AgentLegAnswered(leg=leg))
        if out.presses:
            self._after(KEY_GAP_MS, lambda: self._press_when_heard(leg, out.presses))

    def _press_when_heard(self, leg: ChannelId, keys: str) -> None:
        """Whoever picked up hears out what is said to them before they press."""
        if leg not in self._legs or not keys:
            return
        if not self.plays_to(leg):
            self.press(leg, keys[0])
            keys = keys[1:]
        self._after(KEY_GAP_MS, lambda: self._press_when_heard(leg, keys))

    def _leg_ends(self, leg: ChannelId, why: LegEnd) -> None:
        out = self._legs.pop(leg, None)
        if out is None:
            return
        for mark in out.marks:
            self.agenda.drop(mark)
        self._fall_silent(leg)
        self.feed(events.AgentLegEnded(leg=leg, why=LegEnd.HUNG_UP if out.up else why))

    def _hung_up(self, channel: ChannelId) -> None:
        if channel in self._legs:
            self._leg_ends(channel, LegEnd.CANCELLED)
        else:
            self.hang_up(channel)

    def _connect(self, bridge: BridgeId, channel: ChannelId, leg: ChannelId) -> None:
        if channel not in self.callers or leg not in self._legs:
            return
        self._bridged[bridge] = channel
        self.feed(events.LegsConnected(bridge=bridge))
        if channel.startswith("front-"):
            self._after(TALK_MS, lambda: self.hang_up(channel))

    def _ask(self, request: str, command: commands.LookUp | commands.SendNotice) -> None:
        self.asked[request] = command
        is_lookup = isinstance(command, commands.LookUp)
        self._after(command.timeout_ms, lambda: self.answer(request, Answer(status="failed")))
        if self.habits.ask and is_lookup:
            return
        name = command.source if isinstance(command, commands.LookUp) else command.service
        known = (self.habits.lookups if is_lookup else self.habits.notices).get(name)
        given = self._answered.get(name, 0)
        self._answered[name] = given + 1
        answer = Answer(status="failed" if is_lookup else "ok") if not known else known[min(given, len(known) - 1)]
        self._after(min(ANSWERS_AFTER_MS, command.timeout_ms), lambda: self.answer(request, answer))

    def _record(self, command: commands.RecordCaller) -> None:
        name = command.recording
        recording = Recording(command.channel, self.now, command.silence_ms, command.end_key)
        self.recordings[name] = recording
        recording.marks = [self._after(command.max_ms, lambda: self._recorded(name))]
        self._await_silence(name, recording)

    def _await_silence(self, name: str, recording: Recording) -> None:
        if recording.silence_ms:
            recording.silence = self._after(recording.silence_ms, lambda: self._recorded(name))

    def _recorded(self, name: str) -> None:
        recording = self.recordings.pop(name, None)
        if recording is None:
            return
        for mark in (*recording.marks, recording.silence):
            self.agenda.drop(mark)
        length_ms = self.now - recording.began
        self._after(1, lambda: self.feed(events.RecordingFinished(recording=name, length_ms=length_ms)))


def serving(site: Site, queue: str) -> list[AgentId]:
    """Return the agents who may serve a queue, by work number."""
    wanted = next((spec for name, spec in site.floor.queues.items() if name == queue), None)
    if wanted is None:
        return []
    return [
        number
        for number, agent in sorted(site.floor.agents.items())
        if set(agent.groups) & set(wanted.groups) and meets(dict(agent.skills), wanted.need)
    ]
