"""From the rows of a trace to the state of vehicles, facilities and stocks over time."""
