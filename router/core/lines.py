"""Pure: ways in and phones, as the site's YAML describes them. Adapters make Asterisk's configuration from these."""

import msgspec

from router.core.ids import PhoneName


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """A way in from the public network.

    Either ``register`` is true (we register at ``host`` with ``username`` and the secret named ``trunk.<name>`` kept
    apart from the YAML), or ``peers`` lists the addresses (CIDR or IP) calls come from. ``channels`` is how many calls
    it carries at once (0: no limit of ours). ``codecs`` in order of preference.
    """

    name: str
    host: str = ""
    port: int = 5060
    register: bool = False
    username: str = ""
    peers: tuple[str, ...] = ()
    dids: tuple[str, ...] = ()
    channels: int = 0
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    transport: str = "udp"


class Did(msgspec.Struct, frozen=True, kw_only=True):
    """A number callers dial and the flow it leads to. ``emergency`` numbers ring ``duty_phones`` when we are away."""

    number: str
    flow: str
    emergency: bool = False
    duty_phones: tuple[PhoneName, ...] = ()


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP phone that registers; its password is kept apart, under ``phone.<name>``."""

    name: PhoneName
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    auto_answer: bool = False
