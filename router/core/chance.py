"""Pure: chance that a replay repeats: a draw is a function of the seed and its number, no generator has a state."""

import math

_MASK = (1 << 64) - 1


def draw(seed: int, number: int) -> float:
    """Return the ``number``-th draw of a seed, evenly in [0, 1). The mixing is that of SplitMix64."""
    z = (seed + (number + 1) * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((z ^ (z >> 31)) >> 11) / (1 << 53)


def exponential(seed: int, number: int) -> float:
    """Return the ``number``-th draw of a seed, exponential with mean 1."""
    return -math.log(1.0 - draw(seed, number))
