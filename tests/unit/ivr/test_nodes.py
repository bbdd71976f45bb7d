"""Each node type by plain calls: what it orders when the caller comes, presses, waits."""

import pytest

from router.core.localtime import LocalClock
from router.ivr.effects import AnyEffect, CancelTimer, End, Enqueue, Play, SetTimer, Step, StopPlaying
from router.ivr.flow import Flow, Node, Script, node_type
from router.ivr.nodes import enqueue, greeting, hangup, menu, play
from router.ivr.registry import node_types
from router.ivr.session import Session, View, begin, key, played, timer
from router.ivr.walk import MAX_SILENT_STEPS, MAX_STEPS, Walk

PROMPTS = ["good_morning", "hello", "welcome", "menu", "info", "router/invalid_key", "router/goodbye"]


class Call:
    """A caller in a flow: remembers the session, returns the effects of each call."""

    def __init__(self, nodes: dict[str, Node], *, person: str = "", minute: int = 600, person_key: str = "0") -> None:
        flow = Flow(name="main", start=next(iter(nodes)), nodes=nodes, person=person)
        self.script = Script(
            language="en",
            flows={"main": flow},
            prompts={"en": {name: (f"sound:{name}",) for name in PROMPTS}},
            person_key=person_key,
        )
        self.session = Session(flow="main", node="", language="en")
        clock = LocalClock(zone="UTC")
        self.view = View(caller="", withheld=True, did="1", diverted_from="", clock=clock, now=minute * 60_000)

    def begin(self) -> list[AnyEffect]:
        return begin(self.script, self.session, self.view)

    def key(self, pressed: str) -> list[AnyEffect]:
        return key(self.script, self.session, self.view, pressed)

    def played(self) -> list[AnyEffect]:
        return played(self.script, self.session, self.view)

    def timer(self, name: str) -> list[AnyEffect]:
        return timer(self.script, self.session, self.view, name)


def say(*names: str) -> Play:
    return Play(media=tuple(f"sound:{name}" for name in names))


def step(node: str, kind: str, result: str) -> Step:
    return Step(flow="main", node=node, node_type=kind, result=result)


DESK = enqueue.Enqueue(queue="enquiry")
DESK_EFFECTS = [step("desk", "enqueue", "done"), Enqueue(queue="enquiry")]
FIRST, INTER = "first_digit", "inter_digit"


# --- greeting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minute", "said"), [(0, "good_morning"), (719, "good_morning"), (720, "hello"), (1439, "hello")]
)
def test_good_morning_until_noon_and_plain_later(minute: int, said: str) -> None:
    call = Call({"hi": greeting.Greeting(next="desk"), "desk": DESK}, minute=minute)
    assert call.begin() == [say(said)]


def test_a_greeting_says_its_prompt_after_the_greeting_and_goes_on() -> None:
    call = Call({"hi": greeting.Greeting(prompt=("welcome",), next="desk"), "desk": DESK})
    assert call.begin() == [say("good_morning", "welcome")]
    assert call.played() == [step("hi", "greeting", "done"), *DESK_EFFECTS]


def test_a_part_of_the_day_may_pass_midnight() -> None:
    night = greeting.Part(begins=22 * 60, until=6 * 60, prompt=("info",))
    for minute, said in ((22 * 60, "info"), (5 * 60 + 59, "info"), (6 * 60, "hello"), (22 * 60 - 1, "hello")):
        call = Call({"hi": greeting.Greeting(parts=(night,), next="desk"), "desk": DESK}, minute=minute)
        assert call.begin() == [say(said)]


def test_a_key_in_the_greeting_counts_in_the_menu() -> None:
    call = Call(
        {"hi": greeting.Greeting(next="menu"), "menu": menu.Menu(prompt=("menu",), keys={"1": "desk"}), "desk": DESK}
    )
    call.begin()
    assert call.key("1") == [step("hi", "greeting", "done"), StopPlaying(), step("menu", "menu", "1"), *DESK_EFFECTS]


def test_without_barge_in_a_key_in_the_greeting_is_not_heard() -> None:
    call = Call({"hi": greeting.Greeting(next="desk", barge_in=False), "desk": DESK})
    call.begin()
    assert call.key("1") == []
    assert call.played()[-1] == Enqueue(queue="enquiry")


# --- play and hangup --------------------------------------------------------------------------------------


def test_play_says_several_prompts_as_one_and_goes_on() -> None:
    call = Call({"a": play.Play(prompt=("info", "welcome"), next="end"), "end": hangup.Hangup()})
    assert call.begin() == [say("info", "welcome")]
    assert call.played() == [step("a", "play", "done"), say("router/goodbye")]
    assert call.played() == [step("end", "hangup", "done"), End(outcome="self_served")]


def test_a_prompt_that_is_not_there_counts_as_said() -> None:
    call = Call({"a": play.Play(prompt=("nowhere",), next="desk"), "desk": DESK})
    assert call.begin() == [step("a", "play", "done"), *DESK_EFFECTS]


def test_played_without_an_open_playback_does_nothing() -> None:
    call = Call({"a": play.Play(prompt=("info",), next="desk", barge_in=False), "desk": DESK})
    call.begin()
    call.session.playing = False
    assert call.played() == []


def test_a_fallback_language_is_heard_where_the_callers_has_no_such_prompt() -> None:
    call = Call({"a": play.Play(prompt=("info",), next="desk"), "desk": DESK})
    call.session.language = "zh"
    assert call.begin() == [say("info")]


# --- menu -------------------------------------------------------------------------------------------------


def a_menu(**changes: object) -> Call:
    spec = {"prompt": ("menu",), "keys": {"1": "desk", "2": "bye"}, **changes}
    nodes = {"menu": menu.Menu(**spec), "desk": DESK, "bye": hangup.Hangup()}  # type: ignore[arg-type]
    return Call(nodes, person="desk")


def test_a_key_after_the_prompt() -> None:
    call = a_menu()
    assert call.begin() == [say("menu")]
    assert call.played() == [SetTimer(name=FIRST, after_ms=5_000)]
    assert call.key("2") == [CancelTimer(name=FIRST), step("menu", "menu", "2"), say("router/goodbye")]


def test_a_key_during_the_prompt_stops_it() -> None:
    call = a_menu()
    call.begin()
    assert call.key("1") == [StopPlaying(), step("menu", "menu", "1"), *DESK_EFFECTS]


def test_without_barge_in_keys_during_the_prompt_are_not_heard() -> None:
    call = a_menu(barge_in=False)
    call.begin()
    assert call.key("1") == []
    call.played()
    assert call.key("1")[-1] == Enqueue(queue="enquiry")


def test_no_key_says_the_menu_twice_again_and_then_leads_to_a_person() -> None:
    call = a_menu()
    call.begin()
    for _ in range(2):
        call.played()
        assert call.timer(FIRST) == [step("menu", "menu", "no_key"), say("menu")]
    call.played()
    assert call.timer(FIRST) == [step("menu", "menu", "no_key"), *DESK_EFFECTS]


def test_no_key_leads_where_the_menu_says() -> None:
    call = a_menu(no_key="bye", tries=1)
    call.begin()
    call.played()
    assert call.timer(FIRST) == [step("menu", "menu", "no_key"), say("router/goodbye")]


def test_an_invalid_key_is_said_to_be_so_and_counts_as_a_try() -> None:
    call = a_menu(tries=2)
    call.begin()
    assert call.key("7") == [StopPlaying(), step("menu", "menu", "invalid"), say("router/invalid_key", "menu")]
    assert call.key("#") == [StopPlaying(), step("menu", "menu", "invalid"), *DESK_EFFECTS]


def test_a_late_timer_does_nothing() -> None:
    call = a_menu()
    call.begin()
    call.played()
    call.key("7")
    assert call.timer(FIRST) == []


def test_keys_of_several_digits() -> None:
    call = a_menu(keys={"1": "desk", "12": "bye"})
    call.begin()
    assert call.key("1") == [StopPlaying(), SetTimer(name=INTER, after_ms=3_000)]
    assert call.key("2") == [CancelTimer(name=INTER), step("menu", "menu", "12"), say("router/goodbye")]


def test_a_short_key_is_taken_when_no_longer_one_comes() -> None:
    call = a_menu(keys={"1": "desk", "12": "bye"}, inter_digit=1_500)
    call.begin()
    assert call.key("1")[-1] == SetTimer(name=INTER, after_ms=1_500)
    assert call.timer(INTER) == [step("menu", "menu", "1"), *DESK_EFFECTS]


def test_half_a_key_is_invalid() -> None:
    call = a_menu(keys={"12": "bye"})
    call.begin()
    call.key("1")
    assert call.timer(INTER) == [step("menu", "menu", "invalid"), say("router/invalid_key", "menu")]
    call.key("1")
    assert call.key("3")[-2:] == [step("menu", "menu", "invalid"), say("router/invalid_key", "menu")]


def test_what_was_typed_is_forgotten_when_the_menu_is_said_again() -> None:
    call = a_menu(keys={"12": "bye"})
    call.begin()
    call.key("1")
    call.timer(INTER)
    assert call.key("2")[-2] == step("menu", "menu", "invalid")


# --- the key to a person ----------------------------------------------------------------------------------


def test_the_person_key_works_from_a_menu_that_does_not_name_it() -> None:
    call = a_menu()
    call.begin()
    assert call.key("0") == [step("menu", "menu", "0"), StopPlaying(), *DESK_EFFECTS]


def test_the_person_key_works_from_a_prompt_even_without_barge_in() -> None:
    call = Call({"a": play.Play(prompt=("info",), next="a", barge_in=False), "desk": DESK}, person="desk")
    call.begin()
    assert call.key("1") == []
    assert call.key("0") == [step("a", "play", "0"), StopPlaying(), *DESK_EFFECTS]


def test_a_menu_that_has_the_person_key_uses_it_itself() -> None:
    call = a_menu(keys={"0": "bye"})
    call.begin()
    assert call.key("0")[-1] == say("router/goodbye")


def test_the_person_key_as_second_digit_is_the_menus() -> None:
    call = a_menu(keys={"10": "bye"})
    call.begin()
    call.key("1")
    assert call.key("0")[-1] == say("router/goodbye")


def test_the_person_key_can_be_another_or_none() -> None:
    nodes: dict[str, Node] = {"a": play.Play(prompt=("info",), next="a", barge_in=False), "desk": DESK}
    star, none = Call(nodes, person="desk", person_key="*"), Call(nodes, person="desk", person_key="")
    star.begin()
    none.begin()
    assert star.key("0") == []
    assert star.key("*")[-1] == Enqueue(queue="enquiry")
    assert none.key("0") == []


# --- guards and rules -------------------------------------------------------------------------------------


def test_a_loop_that_never_listens_ends() -> None:
    call = Call({"a": play.Play(prompt=("nowhere",), next="b"), "b": play.Play(prompt=("nowhere",), next="a")})
    effects = call.begin()
    assert isinstance(effects[-1], End)
    assert effects[-1].outcome == "lost"
    assert "circles" in effects[-1].detail
    assert len([effect for effect in effects if isinstance(effect, Step)]) == MAX_SILENT_STEPS


def test_a_machine_that_presses_for_ever_ends() -> None:
    call = Call({"a": menu.Menu(prompt=("menu",), keys={"1": "a"})})
    call.begin()
    for _ in range(MAX_STEPS - 1):
        assert call.key("1")[-1] == say("menu")
    assert isinstance(call.key("1")[-1], End)


def test_a_menu_without_anywhere_to_go_ends_as_lost() -> None:
    call = Call({"m": menu.Menu(prompt=("menu",), keys={"1": "m"}, tries=1)})
    call.begin()
    call.played()
    effects = call.timer(FIRST)
    assert isinstance(effects[-1], End)
    assert effects[-1].outcome == "lost"


def test_enqueue_passes_on_class_and_skills() -> None:
    call = Call({"q": enqueue.Enqueue(queue="leaks", call_class="emergency", skills={"gas": 3})})
    assert call.begin()[-1] == Enqueue(queue="leaks", call_class="emergency", skills=(("gas", 3),))


def test_a_node_that_orders_after_leaving_is_a_bug() -> None:
    call = Call({"a": DESK})
    walk = Walk(call.script, call.session, call.view)
    walk.end()
    with pytest.raises(RuntimeError, match="after the caller has left"):
        walk.play(["info"])
    with pytest.raises(RuntimeError, match="after the caller has left"):
        walk.go("a")


def test_the_registry_finds_every_file_of_nodes() -> None:
    assert {"enqueue", "greeting", "hangup", "menu", "play"} <= set(node_types())
    assert all(node_type(cls) == name for name, cls in node_types().items())
