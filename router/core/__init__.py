"""Pure: the words every other part speaks: ids, events, commands, records, timers. No I/O, no clock."""
