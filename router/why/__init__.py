"""Pure: why a call went as it did, and why an agent did not get it, in sentences a supervisor understands."""
