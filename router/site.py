"""Pure: a compiled site: everything the YAML of one hotline says, ready for the core. Made by ``flowfile``."""

import msgspec

from router.acd.callback_rules import NumberRules
from router.acd.spec import Floor
from router.acd.standing import Customer
from router.acd.surge import SurgePlan
from router.core.boxes import MessageRules
from router.core.calendar import Calendar
from router.core.followups import ComplaintRules, Round
from router.core.ids import Ms, PhoneName
from router.core.lines import Did, DutyShift, Extension, OutsideLine, Phone, Trunk
from router.core.localtime import LocalClock
from router.core.services import Service, Source
from router.core.wall import Wall
from router.ivr.flow import Script


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One hotline.

    ``version`` is the hash of all its files and goes into every record. ``line_rings`` is the most rings a caller may
    hear before the line is answered; ``answer_after_ms`` a wished ringing before it. ``codes`` maps the feature codes
    phones dial to what they do: ``sign_in``, ``sign_out``, ``ready``, ``pause``, ``wrap_up_done``. The prompts of the
    feature codes (``router/work_number``, ``router/pin``, ``router/signed_in``...) are in ``script.prompts`` too.
    ``outside`` says how numbers outside are rung (None: never), ``duty`` who is on call when, by the table's name;
    ``music`` are the classes of music it brings;
    ``sources`` are what flows may ask, ``services`` what carries their notices, by name; ``wall`` is what the wallboard
    shows; ``messages`` says who answers what callers leave, and how long it is kept.
    """

    name: str
    version: str
    country: str
    language: str
    clock: LocalClock
    ring_ms: Ms
    line_rings: float = 1
    answer_after_ms: Ms = 0
    floor: Floor
    script: Script
    trunks: dict[str, Trunk]
    dids: dict[str, Did]
    phones: dict[PhoneName, Phone]
    codes: dict[str, str]
    outside: OutsideLine | None = None
    extensions: dict[str, Extension] = {}
    duty: dict[str, tuple[DutyShift, ...]] = {}
    sources: dict[str, Source] = {}
    services: dict[str, Service] = {}
    customers: dict[str, Customer] = {}
    hours: dict[str, Calendar] = {}
    messages: MessageRules = MessageRules()
    callback_numbers: NumberRules = NumberRules()
    complaints: ComplaintRules = msgspec.field(default_factory=ComplaintRules)
    rounds: dict[str, Round] = {}
    wall: Wall = Wall()
    music: tuple[str, ...] = ()
    publish_on_save: bool = False
    surges: dict[str, SurgePlan] = {}
    """The plans for when the queues grow, by name."""
