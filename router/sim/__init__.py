"""The simulator: callers, agents and an ideal switch that drive the very same call control as the live line."""
