"""Pure: the units in which people write spans of time, in YAML and on the command line."""

UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
"""Milliseconds of each."""
