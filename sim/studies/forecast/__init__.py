"""States of a world at an instant, of a log or a run, as files."""
