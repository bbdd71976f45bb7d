"""Pure: who gets the next agent. Queues, agents, waiting calls and the matcher."""
