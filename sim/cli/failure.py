"""Failure of a command with valid input, exit status 1."""


class Failure(Exception):  # noqa: N818 (a failed run is an outcome, no error of the program)
    """A failed run or file; the message says the cause and the remedy."""
