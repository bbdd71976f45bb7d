"""Drill: simulated agents' phones and callers (SIPp), for trying a line, for the demo and for load."""
