"""What ends a command with status 1: the input is right, and still the answer cannot be given or trusted."""


class Failure(Exception):  # noqa: N818 (a failed run is an outcome, not a fault of the program)
    """The message says what happened and what to do."""
