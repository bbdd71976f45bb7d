"""Pure: staffing by Erlang's formulas: how many agents a load needs, and how long callers then wait.

Erlang B blocks whom it cannot serve, Erlang C lets them wait for ever, Erlang A (Palm) lets them lose patience. Calls
come at random (Poisson), handling and patience are exponential: the usual model of a hotline with one queue.
"""

import math
from collections.abc import Callable

import msgspec

_FADED = -40.0
"""States this far (in natural logarithms) below the most likely one no longer count: 4e-18."""
_SLICES = 200
"""Slices of a piece of the integral over the wait: seven digits and more for any load a hotline sees."""
MOST_AGENTS = 1_000_000
"""Where a search for agents gives up."""


def erlang_b(erlangs: float, agents: int) -> float:
    """Give the share of calls blocked where nobody can wait: ``B(0)=1, B(n)=aB(n-1)/(n+aB(n-1))``.

    ``erlangs`` is the load: calls per second times seconds of handling. Raises ``ValueError`` for negative numbers.
    """
    _not_negative(erlangs=erlangs, agents=agents)
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = erlangs * blocked / (number + erlangs * blocked)
    return blocked


def erlang_c(erlangs: float, agents: int) -> float:
    """Give the share of calls that wait where nobody loses patience: ``C=B/(1-(a/n)(1-B))``.

    It is 1 where the load is more than the agents can ever serve.
    """
    blocked = erlang_b(erlangs, agents)
    if erlangs >= agents:
        return 1.0 if erlangs else 0.0
    return blocked / (1 - erlangs / agents * (1 - blocked))


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a number of agents does with a load, in the long run."""

    p_wait: float
    """The share of calls that find every agent busy."""
    p_abandon: float
    """The share of calls that lose patience."""
    mean_wait_s: float
    """The mean wait of all calls, those served at once and those who give up included; infinite where the line grows
    for ever."""
    queue_len: float
    """How many wait, in the mean."""
    occupancy: float
    """The share of their time in which agents work; 0 without agents."""
    calls_per_s: float
    handling_s: float
    agents: int
    patience_s: float | None
    log_one_free: float
    """The logarithm of the share of time in which exactly one agent is free; minus infinity where that never is."""

    def service_level(self, within_s: float) -> float:
        """Give the share of all calls that an agent answers within ``within_s`` seconds of asking.

        The wait a patient caller would have has the density ``l P(one free) exp(l G(x) - n mu x)``, with ``l`` the rate
        of calls and ``G`` the integral of the share still patient (Baccelli and Hebuterne 1981); callers are answered
        if they are still there then.
        """
        if math.isinf(self.log_one_free) or within_s < 0:
            return 0.0 if self.p_wait else 1.0
        theta = 1 / self.patience_s if self.patience_s else 0.0
        serving = self.agents / self.handling_s
        start = math.log(self.calls_per_s) + self.log_one_free
        first_s = 10 / (serving + theta + self.calls_per_s)

        def answered(at_s: float) -> float:
            """The rate at which callers are answered after this wait."""
            left = -math.expm1(-theta * at_s) / theta if theta else at_s
            return math.exp(start + self.calls_per_s * left - serving * at_s - theta * at_s)

        return min(1.0, 1 - self.p_wait + _integral(answered, within_s, first_s))


def erlang_a(calls_per_s: float, handling_s: float, agents: int, patience_s: float | None) -> Load:
    """Say how a load goes with so many agents, where callers stay ``patience_s`` in the mean (``None``: for ever).

    A birth and death chain: calls come at ``calls_per_s``; with ``k`` calls in the system they leave at
    ``min(k,n)/handling_s + max(k-n,0)/patience_s``. Raises ``ValueError`` for negative numbers or no handling time.
    """
    _not_negative(calls_per_s=calls_per_s, agents=agents)
    if handling_s <= 0 or (patience_s is not None and patience_s <= 0):
        raise ValueError(f"handling and patience must be longer than 0 s, not {handling_s} and {patience_s}")
    erlangs, theta = calls_per_s * handling_s, 1 / patience_s if patience_s else 0.0
    serving = agents / handling_s

    def result(p_wait: float, queue_len: float, log_one_free: float) -> Load:
        lost = theta * queue_len / calls_per_s if theta and calls_per_s else 0.0
        return Load(
            p_wait=p_wait,
            p_abandon=lost,
            mean_wait_s=queue_len / calls_per_s if calls_per_s else 0.0,
            queue_len=queue_len,
            occupancy=min(1.0, erlangs * (1 - lost) / agents) if agents else 0.0,
            calls_per_s=calls_per_s,
            handling_s=handling_s,
            agents=agents,
            patience_s=patience_s,
            log_one_free=log_one_free,
        )

    if not calls_per_s:
        return result(0.0 if agents else 1.0, 0.0, -math.inf)
    if not theta and erlangs >= agents:
        return result(1.0, math.inf, -math.inf)
    # Logarithms of the shares of the states, beside the share of "all busy, nobody waits".
    below = _log_not_queued(erlangs, agents)
    waiting, top, state = [0.0], 0.0, 0.0
    while state > top + _FADED:
        leaving = serving + len(waiting) * theta
        state += math.log(calls_per_s / leaving)
        waiting.append(state)
        top = max(top, state)
        if not theta:
            break  # a geometric series: see below
    top = max(top, below)
    if theta:
        busy = math.fsum(math.exp(state - top) for state in waiting)
        queued = math.fsum(count * math.exp(state - top) for count, state in enumerate(waiting))
    else:
        ratio = calls_per_s / serving  # the line is a geometric series, however long
        busy, queued = math.exp(-top) / (1 - ratio), math.exp(-top) * ratio / (1 - ratio) ** 2
    whole = math.exp(below - top) - math.exp(-top) + busy
    one_free = math.log(agents / erlangs) - top - math.log(whole) if agents else -math.inf
    return result(busy / whole, queued / whole, one_free)


def agents_for(
    calls_per_s: float, handling_s: float, patience_s: float | None, target_share: float, within_s: float
) -> int:
    """Say how many agents answer ``target_share`` (0 to below 1) of all calls within ``within_s`` seconds.

    More agents never answer fewer calls: the smallest number is found by halving. Raises ``ValueError`` for a share out
    of range.
    """
    if not 0 <= target_share < 1:
        raise ValueError(f"the share of calls answered in time must be at least 0 and below 1, not {target_share}")

    def enough(agents: int) -> bool:
        return erlang_a(calls_per_s, handling_s, agents, patience_s).service_level(within_s) >= target_share

    if not calls_per_s or not target_share:
        return 0
    low, high = 0, max(1, math.ceil(calls_per_s * handling_s))
    while not enough(high):
        low, high = high, high * 2
        if high > MOST_AGENTS:
            raise ValueError(f"more than {MOST_AGENTS} agents would be needed")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _log_not_queued(erlangs: float, agents: int) -> float:
    """Give the logarithm of ``1/B``: the states in which nobody waits, beside the one in which all agents are busy."""
    states = 0.0
    for number in range(1, agents + 1):
        states += math.log(number / erlangs)
        states = states + math.log1p(math.exp(-states)) if states > 0 else math.log1p(math.exp(states))
    return states


def _integral(rate: Callable[[float], float], until_s: float, first_s: float) -> float:
    """Add up a rate from 0 to ``until_s``, by Simpson's rule over pieces that double, the first ``first_s`` long."""
    whole, start, length = 0.0, 0.0, first_s
    while start < until_s:
        end = min(start + length, until_s)
        step = (end - start) / _SLICES
        inner = math.fsum((4 if number % 2 else 2) * rate(start + number * step) for number in range(1, _SLICES))
        whole += step / 3 * (rate(start) + inner + rate(end))
        start, length = end, length * 2
    return whole


def _not_negative(**numbers: float) -> None:
    for name, number in numbers.items():
        if number < 0:
            raise ValueError(f"{name} must not be negative, not {number}")
