"""The enqueue node: what the queue and the agent's phone are told of the caller."""

from router.ivr import session as ivr
from router.ivr.effects import Enqueue as Effect
from router.ivr.nodes.enqueue import SHOWN_LENGTH, Enqueue
from support.asker import Asker


def effect_of(node: Enqueue, **variables: str) -> Effect:
    caller = Asker({"desk": node}, **variables)
    effects = ivr.begin(caller.script, caller.session, caller.view)
    return next(effect for effect in effects if isinstance(effect, Effect))


def test_the_agent_who_knows_the_matter_and_what_to_show_come_from_variables() -> None:
    node = Enqueue(
        queue="q",
        call_class="vip",
        classes=("repeat",),
        sticky="{customer.agent}",
        show="{customer.name} {caller}",
        data={"tariff": "{customer.tariff}"},
    )
    effect = effect_of(node, **{"customer.agent": "1001", "customer.name": "李雷", "customer.tariff": "gold"})
    assert (effect.call_class, effect.classes, effect.sticky) == ("vip", ("repeat",), "1001")
    assert effect.show == "李雷 +8613800000000"
    assert effect.data == (("tariff", "gold"),)


def test_what_a_phone_shows_is_bounded_and_clean() -> None:
    effect = effect_of(Enqueue(queue="q", show="{customer.name}"), **{"customer.name": "a\r\nX: y" + "z" * 400})
    assert "\n" not in effect.show
    assert len(effect.show) <= SHOWN_LENGTH


def test_a_secret_is_never_shown() -> None:
    caller = Asker({"desk": Enqueue(queue="q", show="{pin}", data={"pin": "{pin}"})}, pin="123456")
    caller.session.secrets = ("pin",)
    effects = ivr.begin(caller.script, caller.session, caller.view)
    assert "123456" not in repr(effects)
