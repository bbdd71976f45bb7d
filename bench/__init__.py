"""The benchmark: a caller's arrival to the bridge with an agent, side by side with Asterisk's own app_queue."""
