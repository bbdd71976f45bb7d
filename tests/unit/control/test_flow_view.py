"""What a flow is told of its call: the language of the number dialled, the classes of the caller."""

import msgspec

from router.acd.standing import Customer
from router.callcontrol import CallControl
from router.core import commands, events
from router.core.events import Caller
from router.core.ids import ChannelId
from router.ivr.flow import Flow
from router.ivr.nodes.branch import Branch, Case
from router.ivr.nodes.hangup import Hangup
from router.site import Site
from support.sites import NOON, small_site


def heard(site: Site, number: str = "+8613800000000") -> tuple[str, ...]:
    core = CallControl({site.version: site}, site.version)
    core.handle(events.RouterStarted(epoch=1, config=site.version), NOON)
    arrived = events.CallArrived(
        channel=ChannelId("in"), did="4001860", trunk="local", caller=Caller(raw=number, number=number)
    )
    out = core.handle(arrived, NOON)
    return next(command.media for command in out if isinstance(command, commands.PlayPrompts))


def changed(**did: object) -> Site:
    site = small_site()
    nodes = {
        "who": Branch(cases=(Case(when="is_class('vip')", next="vip"),), otherwise="plain"),
        "vip": Hangup(prompt=("vip",), weekend_wish=()),
        "plain": Hangup(prompt=("plain",), weekend_wish=()),
    }
    names = ("vip", "plain")
    script = msgspec.structs.replace(
        site.script,
        flows={**site.script.flows, "main": Flow(name="main", start="who", nodes=nodes)},
        prompts={language: {name: (f"{language}:{name}",) for name in names} for language in ("en", "zh")},
    )
    dids = {**site.dids, "4001860": msgspec.structs.replace(site.dids["4001860"], **did)}
    customers = {"+8613900000000": Customer(number="+8613900000000", classes=("vip",))}
    return msgspec.structs.replace(site, script=script, dids=dids, customers=customers)


def test_a_number_has_its_language() -> None:
    assert heard(changed()) == ("en:plain",)
    assert heard(changed(language="zh")) == ("zh:plain",)


def test_a_caller_has_the_classes_of_the_customer_or_of_the_number() -> None:
    assert heard(changed(), "+8613900000000") == ("en:vip",)
    assert heard(changed(classes=("vip",))) == ("en:vip",)
