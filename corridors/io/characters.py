"""Characters that no text of the data has: control characters and code points without a character.

They cannot be shown, would steer a terminal, and no workbook or HTML page may have them. A tab and a line break are
accepted.
"""

from __future__ import annotations

import re
from typing import Final

from corridors.messages import InvalidValueError, message

UNSHOWN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


OVER_LINES: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"  # Control characters and line breaks.
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # Marks that turn the direction of writing.
)
"""What a text of one line has not: control characters, line breaks, and marks that turn the direction of writing."""


def in_one_line(text: str) -> str:
    """The text if it can be shown in one line; raises InvalidValueError."""
    if UNSHOWN.search(text) or OVER_LINES.search(text):
        raise InvalidValueError(message("result_file.unshown", "runs"))
    return text


def without_unshown(text: str) -> str:
    """The text without these characters."""
    return UNSHOWN.sub("", text)


def visible(text: str) -> str:
    """The text with these characters as escapes such as ``\\x1b``, for messages."""
    return UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
