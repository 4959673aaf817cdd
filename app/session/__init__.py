"""State of one session: the current scenario, its draft and the comparison opened last."""
