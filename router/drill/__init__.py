"""Drill: simulated agents' phones and callers (SIPp), for trying a line, for the demo and for load."""

from router.drill.callers import Callers, Plan
from router.drill.phones import Behaviour, Phones
from router.drill.simulate import simulate_phones
from router.drill.spans import parse_span

__all__ = ["Behaviour", "Callers", "Phones", "Plan", "parse_span", "simulate_phones"]
