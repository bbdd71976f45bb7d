"""Pure: which numbers we may promise to call: no emergency, foreign, premium or own one, and nothing that is none."""

from collections.abc import Collection

import phonenumbers

from router.core.numbering import to_e164

MAX_DIGITS = 20
_EXPENSIVE = frozenset(
    {phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST}
    | {phonenumbers.PhoneNumberType.PERSONAL_NUMBER, phonenumbers.PhoneNumberType.UAN}
)


def judge(
    raw: str, country: str, own: Collection[str], allow: tuple[str, ...], block: tuple[str, ...]
) -> tuple[str, str]:
    """Return a number in E.164 and "", or "" and why it cannot be promised a call.

    ``own`` are the hotline's own numbers as they are dialled. Reasons: ``no_number``, ``not_a_number``,
    ``emergency_number``, ``own_number``, ``foreign_number``, ``premium_number``, ``blocked_number``.
    """
    written = raw.strip()
    if not written:
        return "", "no_number"
    bare = "".join(mark for mark in written if mark not in " -().")
    digits = bare.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > MAX_DIGITS:
        return "", "not_a_number"
    region = country.upper()
    if phonenumbers.connects_to_emergency_number(bare, region):
        return "", "emergency_number"
    number = to_e164(bare, country) or ""
    if _is_own(bare, number, country, own):
        return "", "own_number"
    if not number:
        return "", "not_a_number"
    home = f"+{phonenumbers.country_code_for_region(region)}"
    if not number.startswith(allow or (home,)):
        return "", "foreign_number" if not number.startswith(home) else "blocked_number"
    if block and number.startswith(block):
        return "", "blocked_number"
    named = any(number.startswith(prefix) and prefix != home for prefix in allow)
    if not named and phonenumbers.number_type(phonenumbers.parse(number)) in _EXPENSIVE:
        return "", "premium_number"
    return number, ""


def as_dialled(number: str, country: str) -> tuple[str, ...]:
    """Return the ways a number in E.164 may be dialled on a trunk of a country: as it is, national, bare digits."""
    parsed = phonenumbers.parse(number)
    ways = [number]
    if parsed.country_code == phonenumbers.country_code_for_region(country.upper()):
        national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        ways.append("".join(mark for mark in national if mark.isdigit()))
    ways.append(number.removeprefix("+"))
    return tuple(ways)


def _is_own(bare: str, number: str, country: str, own: Collection[str]) -> bool:
    """Say whether a number leads back to us, however it is written."""
    code = str(phonenumbers.country_code_for_region(country.upper()))
    tails = {bare, bare.removeprefix("+"), bare.removeprefix("00")}
    tails |= {tail.removeprefix(code) for tail in tails}
    for did in own:
        plain = did.removeprefix("+")
        if plain in tails or (number and number == to_e164(did, country)):
            return True
    return False
