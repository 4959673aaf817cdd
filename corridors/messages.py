"""Texts for users as data: a code and the values that its sentence takes.

Model code states what it has to say as a :class:`Message`. The sentence is made at the edge, from the catalogue of a
language (see :mod:`sim.text.catalogue`), so a sentence may be reworded or translated without a change of code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Union

Param = Union[str, int, float, "Message", "tuple[Param, ...]"]
"""A value of a message: text and numbers as they are, or a message; a tuple is a list of these."""

FINDINGS: Final = "findings"
SCHEMA: Final = "schema"
"""Room of the message ``meaning`` (table, column), which the schema of the tables holds instead of a catalogue."""


@dataclass(frozen=True)
class Message:
    """One text for users. Two messages are equal if code and values are."""

    code: str
    """Key of the sentence in the catalogue of its room, such as ``cell.not_integer``."""
    params: tuple[tuple[str, Param], ...] = ()
    """Values by name, in the order of the names."""
    room: str = FINDINGS
    """The catalogue that has the sentence."""

    def __str__(self) -> str:
        """The code with its values, for logs and tests; users see the sentence."""
        values = ", ".join(f"{name}={value}" for name, value in self.params)
        return f"{self.code}({values})" if values else self.code


Text = str | Message
"""A text for users, or data that are shown as they are."""


def message(code: str, room: str = FINDINGS, /, **params: Param) -> Message:
    """The message of a code with its values."""
    return Message(code, tuple(sorted(params.items())), room)


def to_plain(value: Param | None) -> Any:
    """A value of a message as JSON: a message is an object, a tuple an array."""
    if isinstance(value, Message):
        return {"code": value.code, "room": value.room, "params": {name: to_plain(one) for name, one in value.params}}
    return [to_plain(one) for one in value] if isinstance(value, tuple) else value


def from_plain(plain: Any) -> Param:
    """The value of which :func:`to_plain` made ``plain``.

    Raises KeyError for another object.
    """
    if isinstance(plain, dict):
        return message(plain["code"], plain["room"], **{name: from_plain(one) for name, one in plain["params"].items()})
    if isinstance(plain, list):
        return tuple(from_plain(one) for one in plain)
    value: Param = plain
    return value


class InvalidValueError(ValueError):
    """A value that a model refuses, with a message for each reason, the values expected and the nearest one.

    Validators of models raise it.
    """

    def __init__(self, *reasons: Message, expected: Text = "", nearest: str = "") -> None:
        self.reasons = reasons
        self.expected = expected
        self.nearest = nearest
        super().__init__("; ".join(map(str, reasons)))


class MessageError(Exception):
    """An error that users see: one or several messages.

    The edge makes sentences of them.
    """

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.messages = messages

    def __str__(self) -> str:
        """Codes and values, one message a line, for logs and tests."""
        return "\n".join(map(str, self.messages))
