"""Runs a scenario: commands of a small language against the core, and what comes out, as text to be reviewed.

A scenario file is blocks of ``command`` lines, ``----`` and the output. ``REWRITE_SCENARIOS=1 pytest tests/scenarios``
writes the output anew, to be read in the diff.

Without more ado the site is :func:`support.sites.small_site` and everything that comes out is shown. After ``story``
the site is what the words ``queue``, ``agent`` and ``class`` say (see :mod:`support.draft`), only decisions are shown
(:mod:`support.story`), and Asterisk obeys at once: phones say that they ring, legs are bridged, hang-ups are confirmed.
"""

import re
import shlex
from collections.abc import Callable

import msgspec

from router.callcontrol import CallControl
from router.control.call import LegStage
from router.core import commands, events, records
from router.core.commands import Command
from router.core.events import Caller, LegEnd
from router.core.ids import AgentId, CallId, ChannelId, PhoneName, QueueName
from router.core.records import AgentState
from router.core.turn import Output
from support.draft import Draft, skills, span_ms
from support.sites import NOON, open_door, small_site
from support.story import Teller


class Scenario:
    """One core under test, driven by words. Calls are named by the test; ids are shortened in the output."""

    def __init__(self) -> None:
        self.sites = {"v1": small_site()}
        self.now = NOON
        self.draft: Draft | None = None
        self.teller: Teller | None = None
        self.began = False
        self.line_count = 0
        self.obeys = False
        self.epoch = 1
        self.spans: dict[tuple[AgentId, str], int] = {}
        """How long each agent has been in each state, of those that are over."""
        self.silent: set[str] = set()
        """Phones that never say that they ring."""
        self._start()

    def _start(self) -> None:
        self.core = CallControl(self.sites, "v1")
        self.core.handle(events.RouterStarted(epoch=1, config="v1"), self.now)
        self.core.handle(events.SwitchSeen(channels=()), self.now)

    def run(self, line: str) -> list[str]:
        """Run one command; returns the lines it put out."""
        word, *rest = shlex.split(line)
        return getattr(self, f"do_{word.replace('-', '_')}")(*rest)

    # --- the site and how the story is told ---

    def do_rules(self, *words: str) -> list[str]:
        """Set keys of the queue ``desk`` before anything happens: ``whisper=class,wait tell_work_number=yes``."""
        rules: dict[str, object] = {}
        for word in words:
            name, _, value = word.partition("=")
            rules[name] = int(value) if value.isdecimal() else True if value == "yes" else tuple(value.split(","))
        self.sites["v1"] = small_site(**rules)
        self._start()
        return []

    def do_story(self) -> list[str]:
        """The site is drafted by words, only decisions are shown, and Asterisk obeys at once."""
        self.draft, self.teller, self.obeys = Draft(), Teller(NOON), True
        return []

    def do_queue(self, name: str, *words: str) -> list[str]:
        return self._drafted(lambda draft: draft.queue(name, *words))

    def do_agent(self, number: str, *words: str) -> list[str]:
        return self._drafted(lambda draft: draft.agent(number, *words))

    def do_class(self, name: str, *words: str) -> list[str]:
        return self._drafted(lambda draft: draft.call_class(name, *words))

    def do_surge(self, name: str, *words: str) -> list[str]:
        return self._drafted(lambda draft: draft.surge(name, *words))

    def do_calendar(self, name: str, *openings: str) -> list[str]:
        return self._drafted(lambda draft: draft.calendar(name, *openings))

    def do_pause_limit(self, reason: str, span: str) -> list[str]:
        return self._drafted(lambda draft: draft.pause_limits.update({reason: span_ms(span)}))

    def do_without(self, kind: str, name: str) -> list[str]:
        """Take a ``queue`` or an ``agent`` out of the draft again."""
        return self._drafted(lambda draft: {"queue": draft.queues, "agent": draft.agents}[kind].pop(name))

    def _drafted(self, word: Callable[[Draft], object]) -> list[str]:
        """Change the draft; before anything has happened it is in force at once, later with ``publish``."""
        assert self.draft is not None, "begin with the word story"
        word(self.draft)
        if not self.began:
            self.sites["v1"] = self.draft.site("v1")
            self._start()
        return []

    def do_orders(self) -> list[str]:
        """From here on the orders to the switch are told too."""
        assert self.teller is not None
        self.teller.orders = True
        return []

    def do_switch_is(self, word: str) -> list[str]:
        """``slow``: its reports come only when the scenario says them; ``prompt``: at once."""
        self.obeys = word == "prompt"
        return []

    def do_silent(self, *phones: str) -> list[str]:
        """These phones never say that they ring, until named again."""
        self.silent ^= set(phones)
        return []

    # --- what happens outside ---

    def do_calls(self, name: str, queue: str, *words: str) -> list[str]:
        """A caller asks for a queue at once: ``class=vip need=gas:2 sticky=1001 timeout=other``."""
        given = dict(word.split("=", 1) for word in words)
        number, call_class = given.pop("number", "+8613800138000"), given.pop("class", "standard")
        asked = skills(given.pop("need", ""))
        return self.do_arrive(name, open_door(self.core.desk.site, queue, call_class, asked, **given), number)

    def do_on_duty(self, *agents: str) -> list[str]:
        """Agents sign in on their own phones, which are reachable."""
        return [line for agent in agents for line in self.do_sign_in(agent)]

    def do_waiting(self, queue: str, number: str) -> list[str]:
        """So many callers wait in a queue from now on: new ones ask, or those who asked last hang up."""
        out: list[str] = []
        while (there := self.core.desk.matcher.length(QueueName(queue))) != int(number):
            if there < int(number):
                self.line_count += 1
                out += self.do_calls(f"w{self.line_count}", queue)
            else:
                last = max(w.seq for w in self.core.desk.state.waiting.values() if w.queue == queue)
                call = next(w.call for w in self.core.desk.state.waiting.values() if w.seq == last)
                out += self.do_hang_up(self.core.desk.state.calls[call].channel)
        return [line for line in out if not re.search(r" w[0-9]+ (asks|ended)", line)]

    def do_clock(self, at: str) -> list[str]:
        """It is this time of day, on the site's clock; told before anything happens, later it passes until then."""
        minutes = int(at[:2]) * 60 + int(at[3:])
        day = self.now - self.now % 86_400_000
        if self.began:
            return self.do_wait(f"{(day + minutes * 60_000 - self.now) % 86_400_000}ms")
        self.now = day + minutes * 60_000
        if self.teller is not None:
            self.teller.clock = True
        self._start()
        return []

    def do_overview_surge(self) -> list[str]:
        """Every surge plan in a line: its stage, who has joined and who is about to go."""
        rows = self.core.overview(self.now)["surges"]
        return [
            f"{row['plan']} is {row['stage']}, {row['waiting']} wait, {row['seats']} seats,"
            f" steps {sum(step['taken_at_ms'] is not None for step in row['steps'])},"
            f" leaving {' '.join(row['leaving']) or '-'}, by night {' '.join(row['night']) or '-'}"
            for row in rows
        ]

    def do_without_surge(self, name: str) -> list[str]:
        """Take a surge plan out of the draft again."""
        return self._drafted(lambda draft: draft.surges.pop(name))

    def do_surge_ask(self, ask: str, plan: str = "") -> list[str]:
        """A supervisor asks something of a surge plan: ``confirm``, ``decline``, ``release``, ``stop``, ``start``."""
        return self._feed(events.SurgeAsked(plan=plan, ask=ask, by="supervisor"))

    def do_arrive(self, name: str, did: str, caller: str = "+8613800138000") -> list[str]:
        number = None if caller == "withheld" else caller
        event = events.CallArrived(
            channel=ChannelId(name), did=did, caller=Caller(number=number, withheld=number is None), trunk="local"
        )
        return self._feed(event, events.CallAnswered(channel=ChannelId(name)))

    def do_hang_up(self, name: str) -> list[str]:
        return self._feed(events.CallerHungUp(channel=ChannelId(name)))

    def do_key(self, name: str, key: str) -> list[str]:
        channel = self._leg(name.removeprefix("agent-of-")) if name.startswith("agent-of-") else ChannelId(name)
        return self._feed(events.KeyPressed(channel=channel, key=key))

    def do_played(self) -> list[str]:
        return self._feed(*(events.PlaybackFinished(playback=p) for p in self.core.open_playbacks()))

    def do_rings(self, name: str, agent: str = "") -> list[str]:
        return self._feed(events.AgentLegRinging(leg=self._leg(name, agent)))

    def do_answers(self, name: str, agent: str = "") -> list[str]:
        return self._feed(events.AgentLegAnswered(leg=self._leg(name, agent)))

    def do_bridged(self, name: str) -> list[str]:
        bridge = self._call(name).bridge
        assert bridge is not None
        return self._feed(events.LegsConnected(bridge=bridge))

    def do_not_bridged(self, name: str) -> list[str]:
        call = self._call(name)
        assert call.bridge is not None
        return self._feed(events.CommandFailed(command="ConnectLegs", call=call.id, target=call.bridge, status=422))

    def do_refused(self, name: str) -> list[str]:
        return self._feed(
            events.CommandFailed(
                command="RingAgent", call=self._call(name).id, target=self._leg(name), status=500, reason="Allocation"
            )
        )

    def do_leg_ends(self, name: str, why: str, agent: str = "") -> list[str]:
        return self._feed(events.AgentLegEnded(leg=self._leg(name, agent), why=LegEnd(why)))

    def do_gone(self, leg: str, agent: str = "") -> list[str]:
        """A leg is reported gone: by its short id, or by the caller's name and the agent."""
        name = self._leg(leg, agent) if agent else ChannelId(f"t.1.{leg}")
        return self._feed(events.AgentLegEnded(leg=name, why=LegEnd.CANCELLED))

    def do_hold(self, name: str, held: str) -> list[str]:
        return self._feed(events.HoldChanged(channel=self._leg(name), held=held == "on"))

    def do_callback(self, number: str, why: str = "") -> list[str]:
        """Somebody promises a callback by the queue ``desk``."""
        return self._feed(events.CallbackAddAsked(queue="desk", number=number, why=why))

    def do_consult(self, agent: str, kind: str, target: str) -> list[str]:
        return self._feed(events.ConsultAsked(agent=AgentId(agent), kind=kind, target=target))

    def do_take_back(self, agent: str) -> list[str]:
        return self._feed(events.TakeBackAsked(agent=AgentId(agent)))

    def do_transfer(self, agent: str, kind: str = "", target: str = "", reason: str = "") -> list[str]:
        event = events.TransferAsked(agent=AgentId(agent), kind=kind, target=target, reason=reason)
        return self._feed(event)

    def do_caller_holds(self, name: str, held: str) -> list[str]:
        return self._feed(events.HoldChanged(channel=ChannelId(name), held=held == "on"))

    def do_phone(self, name: str, *words: str) -> list[str]:
        phone = PhoneName(name)
        out = []
        for word in words:
            if word in ("reachable", "unreachable"):
                out += self._feed(events.PhoneReachabilityChanged(phone=phone, reachable=word == "reachable"))
            else:
                out += self._feed(events.PhoneUseChanged(phone=phone, channels=int(word.removeprefix("calls="))))
        return out

    def do_sign_in(self, agent: str, phone: str = "") -> list[str]:
        """Sign in on a reachable phone."""
        name = PhoneName(phone or agent)
        return self._feed(
            events.PhoneReachabilityChanged(phone=name, reachable=True),
            events.AgentSignInAsked(agent=AgentId(agent), phone=name),
        )

    def do_sign_out(self, agent: str) -> list[str]:
        return self._feed(events.AgentSignOutAsked(agent=AgentId(agent)))

    def do_ready(self, agent: str) -> list[str]:
        return self._feed(events.AgentReadyAsked(agent=AgentId(agent)))

    def do_pause(self, agent: str, reason: str) -> list[str]:
        return self._feed(events.AgentPauseAsked(agent=AgentId(agent), reason=reason))

    def do_regroup(self, agent: str, *words: str) -> list[str]:
        """A supervisor changes an agent for now: ``groups=a,b skills=gas:3``; nothing: the YAML holds again."""
        given = dict(word.split("=", 1) for word in words)
        groups = tuple(given["groups"].split(",")) if "groups" in given else None
        levels = dict(skills(given["skills"])) if "skills" in given else None
        return self._feed(events.AgentRegroupAsked(agent=AgentId(agent), groups=groups, skills=levels))

    def do_close(self, queue: str, word: str = "") -> list[str]:
        """A supervisor closes a queue for now; ``close desk no`` opens it."""
        return self._feed(events.QueueCloseAsked(queue=queue, closed=word != "no"))

    def do_extend_wrap_up(self, agent: str) -> list[str]:
        return self._feed(events.WrapUpExtendAsked(agent=AgentId(agent)))

    def do_call_code(self, agent: str, solved: str, code: str = "") -> list[str]:
        """An agent codes a call: ``solved`` or ``unsolved``, and why they rang."""
        return self._feed(events.CallCodeAsked(agent=AgentId(agent), solved=solved == "solved", code=code))

    def do_code(self, phone: str, code: str) -> list[str]:
        return self._feed(events.CodeDialled(channel=ChannelId(f"code-{phone}"), phone=PhoneName(phone), code=code))

    def do_pin(self, call: str, agent: str, correct: str) -> list[str]:
        return self._feed(
            events.PinChecked(
                call=CallId(f"t.1.{call}"),
                agent=AgentId(agent),
                correct=correct == "right",
                locked=correct == "locked",
            )
        )

    def do_reply(self, name: str, status: str, *fields: str) -> list[str]:
        """What a call asked last is answered (``reply A ok name=Li``)."""
        call = self._call(name)
        pairs = dict(field.split("=", 1) for field in fields)
        return self._feed(events.ReplyArrived(call=call.id, request=call.request, status=status, fields=pairs))

    def do_noticed(self, request: str, status: str) -> list[str]:
        """A service says how a notice went (``noticed c1.r1 failed``)."""
        call = CallId(f"t.1.{request.partition('.')[0]}")
        return self._feed(events.ReplyArrived(call=call, request=f"t.1.{request}", status=status))

    def do_recorded(self, name: str, length: str) -> list[str]:
        """What a call is recording is over (``recorded A 8s``)."""
        ms = int(float(length.removesuffix("s")) * 1000)
        return self._feed(events.RecordingFinished(recording=self._call(name).request, length_ms=ms))

    def do_leg(self, leg: str, what: str) -> list[str]:
        """A leg of a call of ours ``rings``, ``answers`` or ends for a reason (``leg c2.l1 busy``)."""
        channel = ChannelId(f"t.1.{leg}")
        if what == "rings":
            return self._feed(events.AgentLegRinging(leg=channel))
        if what == "answers":
            return self._feed(events.AgentLegAnswered(leg=channel))
        return self._feed(events.AgentLegEnded(leg=channel, why=LegEnd(what)))

    def do_press(self, leg: str, key: str) -> list[str]:
        """Somebody we rang presses a key."""
        return self._feed(events.KeyPressed(channel=ChannelId(f"t.1.{leg}"), key=key))

    def do_extension(self, number: str, word: str) -> list[str]:
        """Somebody opens or closes an extension, or sets (``dnd``) or ends (``no-dnd``) its do-not-disturb."""
        is_open = {"open": True, "close": False}.get(word)
        quiet = {"dnd": True, "no-dnd": False}.get(word)
        return self._feed(events.ExtensionAsked(extension=number, open=is_open, do_not_disturb=quiet))

    def do_publish(self, version: str) -> list[str]:
        drafted = None if self.draft is None else self.draft.site(version)
        self.sites[version] = drafted or small_site(version, agents=("1001", "1002"))
        return self._feed(events.SiteLoaded(config=version))

    def do_wait(self, span: str) -> list[str]:
        """Let time pass (``15s``, ``200ms``); timers fire at their deadlines."""
        end, out = self.now + span_ms(span), []
        while (deadline := self.core.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            out += self._feed()
        self.now = end
        return out

    def do_switch(self, word: str, *channels: str) -> list[str]:
        """``lost``, or ``seen`` with the channels (``A:up``) and bridges (``bridge:c1.b1``) that Asterisk still has."""
        if word == "lost":
            return self._feed(events.SwitchLost())
        seen, bridges = [], []
        for channel in channels:
            name, _, state = channel.partition(":")
            if name == "bridge":
                bridges.append(f"t.1.{state}")
                continue
            full = f"t.1.{name}" if ".l" in name else name
            seen.append(events.SeenChannel(channel=ChannelId(full), up=state == "up"))
        return self._feed(events.SwitchSeen(channels=tuple(seen), bridges=tuple(bridges)))

    def do_switch_sees_arrival(self, name: str, queue: str, *channels: str) -> list[str]:
        """``switch seen`` with a caller whose arrival was missed."""
        did = open_door(self.core.desk.site, queue, "standard", ())
        arrived = events.CallArrived(channel=ChannelId(name), did=did, caller=Caller(number="+8610"), trunk="local")
        seen = [events.SeenChannel(channel=ChannelId(name), up=True, arrived=arrived)]
        for channel in channels:
            known, _, state = channel.partition(":")
            seen.append(events.SeenChannel(channel=ChannelId(known), up=state == "up"))
        return self._feed(events.SwitchSeen(channels=tuple(seen)))

    def do_restart(self) -> list[str]:
        """The router dies and comes back from its snapshot."""
        self.core = CallControl.restore(self.core.snapshot(), self.sites)
        self.epoch += 1
        return self._feed(events.RouterStarted(epoch=self.epoch, config=self.core.desk.state.config))

    def do_left(self) -> list[str]:
        """What the core still holds of calls, and every agent's state."""
        state = self.core.desk.state
        counts = {"calls": len(state.calls), "legs": len(state.legs), "waiting": len(state.waiting)}
        agents = [f"{number}={status.state.value}" for number, status in state.floor.agents.items()]
        return [" ".join([*(f"{name}={count}" for name, count in counts.items()), *agents])]

    def do_taken(self) -> list[str]:
        """How many calls each agent has taken since signing in."""
        return [f"{row['agent']} has taken {row['calls_count']}" for row in self.core.overview(self.now)["agents"]]

    def do_times(self, agent: str) -> list[str]:
        """How long an agent has been in each state that is over."""
        spans = [f"{state} {ms / 1000:g}s" for (number, state), ms in self.spans.items() if number == agent]
        return [f"{agent}: {', '.join(spans)}"]

    def do_holds(self) -> list[str]:
        """What the core still holds."""
        state = self.core.desk.state
        counts = {
            "calls": len(state.calls),
            "legs": len(state.legs),
            "waiting": len(state.waiting),
            "codes": len(state.codes),
            "timers": len(self.core.desk.timers.dump()[0]),
        }
        agents = [f"{number}={status.state.value}" for number, status in state.floor.agents.items()]
        return [" ".join([*(f"{name}={count}" for name, count in counts.items()), *agents])]

    # --- inside ---

    def _call(self, name: str):  # type: ignore[no-untyped-def]
        call = self.core.desk.call_on(ChannelId(name))
        assert call is not None, f"no call {name}"
        return call

    def _leg(self, name: str, agent: str = "") -> ChannelId:
        call = self._call(name)
        if agent:
            return [leg.id for leg in self.core.desk.legs_of(call) if leg.agent == agent][-1]
        open_legs = [leg.id for leg in self.core.desk.legs_of(call) if leg.stage is not LegStage.CLOSING]
        assert open_legs, f"no leg for {name}"
        return call.leg or open_legs[-1]

    def _feed(self, *facts: events.Event) -> list[str]:
        """Let the timers due fire, then facts reach the core, and what an obedient switch then reports."""
        self.began = True
        out: list[str] = []
        due = list(facts)
        outputs = self.core.expire(self.now)
        while True:
            out += self._show(outputs)
            due += [report for output in outputs for report in self._reports(output)]
            if not due:
                return out
            fact = due.pop(0)
            outputs = [*self.core.expire(self.now), *self.core.handle(fact, self.now)]
            self._learn(fact)

    def _reports(self, output: Output) -> list[events.Event]:
        """What a switch that obeys at once says to an order."""
        match output:
            case _ if not self.obeys:
                return []
            case commands.RingAgent(leg=leg, phone=phone) if phone not in self.silent:
                return [events.AgentLegRinging(leg=leg)]
            case commands.ConnectLegs(bridge=bridge):
                return [events.LegsConnected(bridge=bridge)]
            case commands.HangUpLeg(channel=channel) if channel in self.core.desk.state.legs:
                return [events.AgentLegEnded(leg=channel, why=LegEnd.CANCELLED)]
            case commands.HangUpLeg(channel=channel) if self.core.desk.call_on(channel) is not None:
                return [events.CallerHungUp(channel=channel)]
            case _:
                return []

    def _learn(self, fact: events.Event) -> None:
        """Remember how the scenario names a call."""
        if self.teller is not None and isinstance(fact, events.CallArrived | events.SwitchSeen):
            self.teller.calls |= {call.id: channel for channel, call in self.core.desk.channels.items()}

    def _show(self, outputs: list[Output]) -> list[str]:
        for output in outputs:
            if isinstance(output, records.AgentStateChanged) and output.previous is not AgentState.SIGNED_OUT:
                key = (output.agent, output.previous.value)
                self.spans[key] = self.spans.get(key, 0) + output.previous_ms
        if self.teller is not None:
            return [line for output in outputs for line in self.teller.tell(output)]
        return [self._line(output) for output in outputs]

    def _line(self, output: Output) -> str:
        plain = msgspec.to_builtins(output)
        sign = ">" if isinstance(output, Command) else "="
        kind = plain.pop("type")
        for noise in ("seq", "v", "config", "won_by", "runner_up_by", "agent_came", "passed_over", "queues"):
            plain.pop(noise, None)
        if "at_ms" in plain:
            sign = f"{(plain.pop('at_ms') - NOON) / 1000:g}s ="
        fields = (f"{name}={self._short(value)}" for name, value in plain.items() if value not in ("", None, False))
        return " ".join([sign, kind, *fields])

    @staticmethod
    def _short(value: object) -> str:
        return str(value).replace("t.1.", "").replace("t.2.", "2.").replace("True", "yes")
