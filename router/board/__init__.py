"""The wallboard: a reader of the stream like any other, with a web page for the room."""
