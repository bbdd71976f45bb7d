"""Pure: telephone numbers in one form, E.164, however carriers and people write them."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=8192)
def to_e164(raw: str, country: str) -> str | None:
    """Return ``+<digits>`` where ``raw`` is a valid number seen from ``country``, else None."""
    region = country.upper()
    written = raw.strip()
    candidates = [written]
    digits = "".join(mark for mark in written if mark.isascii() and mark.isdigit())
    if digits.startswith("00"):
        # Carriers of many countries write the international prefix as 00 whatever the local one is.
        candidates.append(f"+{digits[2:]}")
    code = str(phonenumbers.country_code_for_region(region))
    if code != "0" and digits.startswith(code):
        # Some trunks send the country code with no plus; a national reading wins where it is valid.
        candidates.append(f"+{digits}")
    for candidate in candidates:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None
