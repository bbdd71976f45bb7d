"""Pure: the classes of a call, and which of them counts: who is a VIP, and how it is known.

A class comes from the flow (an ``enqueue`` node that names one), else from the number dialled, else from the customer's
own record, else from the number lists. Of several classes the strongest counts: an emergency above all, then the
largest head start.
"""

from collections.abc import Collection, Mapping

import msgspec

from router.acd.spec import CallClass

STANDARD = "standard"
_ORDINARY = CallClass(name=STANDARD)


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A caller known by number (E.164, or digits where it is no public number), and their classes as given."""

    number: str
    classes: tuple[str, ...] = ()
    name: str = ""


def known_classes(did_classes: tuple[str, ...], customer: Customer | None) -> tuple[str, ...]:
    """Return the classes a call has when it arrives: those of the number dialled, else those of its caller."""
    if did_classes:
        return did_classes
    return customer.classes if customer is not None else ()


def class_of(name: str, classes: Mapping[str, CallClass]) -> CallClass:
    """Return a class by name; one the site does not know is an ordinary one."""
    found = classes.get(name)
    if found is None:
        return _ORDINARY if name == STANDARD else CallClass(name=name)
    return found


def strongest(names: Collection[str], classes: Mapping[str, CallClass]) -> CallClass:
    """Return the class that counts of several; ``standard`` where there is none, and of equals the first."""
    if not names:
        return class_of(STANDARD, classes)
    return min((class_of(name, classes) for name in names), key=lambda one: (one.tier, -one.head_start_ms))
