"""Runs a scenario: commands of a small language against the core, and what comes out, as text to be reviewed.

A scenario file is blocks of ``command`` lines, ``----`` and the output. ``REWRITE_SCENARIOS=1 pytest tests/scenarios``
writes the output anew, to be read in the diff.
"""

import shlex

import msgspec
from support.sites import NOON, small_site

from router.callcontrol import CallControl
from router.control.call import LegStage
from router.core import events
from router.core.commands import Command
from router.core.events import Caller, LegEnd
from router.core.ids import AgentId, CallId, ChannelId, PhoneName
from router.core.turn import Output


class Scenario:
    """One core under test, driven by words. Calls are named by the test; ids are shortened in the output."""

    def __init__(self) -> None:
        self.sites = {"v1": small_site()}
        self.core = CallControl(self.sites, "v1")
        self.now = NOON
        self.core.handle(events.RouterStarted(epoch=1, config="v1"), self.now)
        self.core.handle(events.SwitchSeen(channels=()), self.now)

    def run(self, line: str) -> list[str]:
        """Run one command; returns the lines it put out."""
        word, *rest = shlex.split(line)
        return getattr(self, f"do_{word.replace('-', '_')}")(*rest)

    # --- what happens outside ---

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

    def do_rings(self, name: str) -> list[str]:
        return self._feed(events.AgentLegRinging(leg=self._leg(name)))

    def do_answers(self, name: str) -> list[str]:
        return self._feed(events.AgentLegAnswered(leg=self._leg(name)))

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

    def do_leg_ends(self, name: str, why: str) -> list[str]:
        return self._feed(events.AgentLegEnded(leg=self._leg(name), why=LegEnd(why)))

    def do_gone(self, leg: str) -> list[str]:
        return self._feed(events.AgentLegEnded(leg=ChannelId(f"t.1.{leg}"), why=LegEnd.CANCELLED))

    def do_hold(self, name: str, held: str) -> list[str]:
        return self._feed(events.HoldChanged(channel=self._leg(name), held=held == "on"))

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

    def do_publish(self, version: str) -> list[str]:
        self.sites[version] = small_site(version, agents=("1001", "1002"))
        return self._feed(events.SiteLoaded(config=version))

    def do_wait(self, span: str) -> list[str]:
        """Let time pass (``15s``, ``200ms``); timers fire at their deadlines."""
        ms = int(span[:-2]) if span.endswith("ms") else int(float(span[:-1]) * 1000)
        end, out = self.now + ms, []
        while (deadline := self.core.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            out += self._show(self.core.expire(self.now))
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

    def do_restart(self) -> list[str]:
        """The router dies and comes back from its snapshot."""
        self.core = CallControl.restore(self.core.snapshot(), self.sites)
        return self._feed(events.RouterStarted(epoch=2, config="v1"))

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

    def _leg(self, name: str) -> ChannelId:
        call = self._call(name)
        open_legs = [leg.id for leg in self.core.desk.legs_of(call) if leg.stage is not LegStage.CLOSING]
        assert open_legs, f"no leg for {name}"
        return call.leg or open_legs[-1]

    def _feed(self, *facts: events.Event) -> list[str]:
        out: list[str] = []
        for fact in facts:
            out += self._show(self.core.expire(self.now))
            out += self._show(self.core.handle(fact, self.now))
        return out

    def _show(self, outputs: list[Output]) -> list[str]:
        return [self._line(output) for output in outputs]

    def _line(self, output: Output) -> str:
        plain = msgspec.to_builtins(output)
        sign = ">" if isinstance(output, Command) else "="
        kind = plain.pop("type")
        for noise in ("seq", "v", "config"):
            plain.pop(noise, None)
        if "at_ms" in plain:
            sign = f"{(plain.pop('at_ms') - NOON) / 1000:g}s ="
        fields = (f"{name}={self._short(value)}" for name, value in plain.items() if value not in ("", None, False))
        return " ".join([sign, kind, *fields])

    @staticmethod
    def _short(value: object) -> str:
        return str(value).replace("t.1.", "").replace("t.2.", "2.").replace("True", "yes")
