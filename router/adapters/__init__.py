"""The shell's side of every wire: Asterisk, Redis, the journal, the control socket. They know the core only."""
