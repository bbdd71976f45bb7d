"""Pure: the ringing cadence of a country: how long one ring lasts.

Source: ITU-T E.180 Supplement 2, "Various tones used in national networks" (ringing tone, one full cycle).
"""

from router.core.ids import Ms

RING_MS: dict[str, Ms] = {
    "CN": 5_000,  # 1.0 on, 4.0 off
    "HK": 4_000,  # 0.4 on, 0.2 off, 0.4 on, 3.0 off
    "TW": 3_000,  # 1.0 on, 2.0 off
    "US": 6_000,  # 2.0 on, 4.0 off
    "CA": 6_000,  # 2.0 on, 4.0 off
    "GB": 3_000,  # 0.4 on, 0.2 off, 0.4 on, 2.0 off
    "DE": 5_000,  # 1.0 on, 4.0 off
    "FR": 5_000,  # 1.5 on, 3.5 off
    "JP": 3_000,  # 1.0 on, 2.0 off
    "SG": 3_000,  # 0.4 on, 0.2 off, 0.4 on, 2.0 off
    "AU": 3_000,  # 0.4 on, 0.2 off, 0.4 on, 2.0 off
}
"""Length of one ring in ms by ISO 3166 country code."""


def rings(span_ms: Ms, ring_ms: Ms) -> float:
    """Express a span in rings, with two decimals."""
    return round(span_ms / ring_ms, 2) if span_ms else 0.0
