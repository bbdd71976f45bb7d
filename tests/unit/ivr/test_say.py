"""Saying a value between prompts, in the caller's language."""

from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.say import Say
from router.ivr.session import QueueView
from support.caller import Caller

BYE = Hangup(prompt=("bye",), weekend_wish=())


def caller(value: str, form: str, language: str = "en", **more: object) -> Caller:
    say = Say(prompt=("before",), value=value, form=form, after=("after",), next="bye", otherwise="sorry")
    nodes = {"say": say, "bye": BYE, "sorry": Hangup(prompt=("sorry",), weekend_wish=())}
    return Caller(nodes, languages=(language,), **more)  # type: ignore[arg-type]


def test_a_value_between_two_prompts() -> None:
    asked = caller("balance", "money", balance="2.50")
    assert asked.begin() == ["says before words/2 words/yuan words/and words/50 words/fen after"]
    assert asked.played() == ["step say done", "says bye"]


def test_in_mandarin() -> None:
    assert caller("balance", "money", "zh", balance="2.50").begin() == [
        "says before words/liang words/yuan words/5 words/jiao after"
    ]


def test_an_expression_and_a_queue() -> None:
    queues = {"desk": QueueView(waiting=2, longest_wait_ms=125_000)}
    assert caller("queue('desk').waiting + 1", "position", queues=queues).begin() == [
        "says before words/number words/3 after"
    ]
    assert caller("queue('desk').longest_wait", "duration", queues=queues).begin() == [
        "says before words/2 words/minutes words/and words/5 words/seconds after"
    ]


def test_a_key_skips_it() -> None:
    asked = caller("12", "number")
    asked.begin()
    assert asked.press("1") == ["step say done", "quiet", "says bye"]


def test_what_cannot_be_said_goes_elsewhere() -> None:
    assert caller("when", "date", when="2027-02-29").begin() == ["step say failed", "says sorry"]
    assert caller("when / 0", "number", when=1).begin() == ["step say failed", "says sorry"]
    assert caller("missing", "number").begin() == ["step say failed", "says sorry"]


def test_without_a_way_of_its_own_it_goes_on() -> None:
    asked = Caller({"say": Say(value="missing", form="number", next="bye"), "bye": BYE})
    assert asked.begin() == ["step say failed", "says bye"]


def test_a_secret_is_never_said() -> None:
    asked = caller("pin", "digits", pin="1234")
    asked.session.secrets = ("pin",)
    assert asked.begin() == ["step say failed", "says sorry"]


def test_a_dialect_uses_its_own_words_where_it_has_them() -> None:
    prompts = {
        "zh-yue": {"words/2": ("yue:two",)},
        "zh": {"words/2": ("zh:two",), "words/ten": ("zh:ten",)},
        "en": {"words/2": ("en:two",)},
    }
    nodes = {"say": Say(value="22", form="number", next="bye"), "bye": BYE}
    asked = Caller(nodes, languages=("zh-yue",), prompts=prompts, fallbacks={"zh-yue": ("en",)})
    assert asked.begin() == ["says yue:two zh:ten yue:two"]


def test_a_language_without_a_grammar_says_values_in_one_language() -> None:
    prompts = {"fr": {"words/2": ("fr:two",)}, "en": {"words/2": ("en:two",)}}
    nodes = {"say": Say(value="2", form="number", next="bye"), "bye": BYE}
    asked = Caller(nodes, languages=("fr",), prompts=prompts, fallbacks={"fr": ("en",)})
    assert asked.begin() == ["says en:two"]
