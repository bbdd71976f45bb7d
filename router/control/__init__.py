"""Pure: the machines of a call, one file for each part of its path."""
