"""Sets up and runs the parts of the line: Asterisk's root, Redis, configuration files, the supervisor."""
