"""One service or simulator at a time, as a real process with its real store."""
