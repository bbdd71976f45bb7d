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
    """A number callers dial and the flow it leads to. ``emergency`` numbers ring ``duty_phones`` when we are away.

    ``classes`` are those of everybody who dials it; ``language`` is what they hear first ("": the site's).
    """

    number: str
    flow: str
    emergency: bool = False
    duty_phones: tuple[PhoneName, ...] = ()
    classes: tuple[str, ...] = ()
    language: str = ""


class OutsideLine(msgspec.Struct, frozen=True, kw_only=True):
    """How we ring numbers outside: by which trunk, which prefixes are allowed and which of those are not after all.

    Prefixes are of numbers as dialled on the trunk; without ``allow`` nothing may be rung. ``show_number`` is our
    number as the other side sees it.
    """

    trunk: str
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    show_number: str = ""

    def may_ring(self, number: str) -> bool:
        """Say whether a number may be rung: digits (after a ``+``) only, allowed and not denied."""
        digits = number.removeprefix("+")
        if not (digits.isascii() and digits.isdecimal() and 2 <= len(digits) <= 20):
            return False
        return number.startswith(self.allow) and not (self.deny and number.startswith(self.deny))


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """A number inside (a room, a department) and the phone that rings for it; closed ones take no calls."""

    number: str
    phone: PhoneName
    open: bool = True


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ring: a phone of ours (``kind`` ``phone``) or a number outside (``kind`` ``outside``)."""

    kind: str
    number: str


class DutyShift(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on call: on local ``weekdays`` (Monday 0), from minute ``begins`` to ``ends`` (over midnight if less)."""

    weekdays: tuple[int, ...]
    begins: int
    ends: int
    parties: tuple[Party, ...]

    def covers(self, weekday: int, minute: int) -> bool:
        """Say whether a local moment lies in the shift; a shift over midnight belongs to its first day."""
        if self.begins < self.ends:
            return weekday in self.weekdays and self.begins <= minute < self.ends
        if minute >= self.begins:
            return weekday in self.weekdays
        return minute < self.ends and (weekday - 1) % 7 in self.weekdays


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP phone that registers; its password is kept apart, under ``phone.<name>``.

    One that ``stays_connected`` is rung once when its agent signs in; calls are then only bridged to it, with no ring.
    """

    name: PhoneName
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    auto_answer: bool = False
    stays_connected: bool = False
