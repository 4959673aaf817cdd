"""Text that is no valid YAML: what PyYAML says about it, as messages with line and column.

PyYAML names what it expected at the place where it gave up. Where a quotation mark or bracket is not closed, this
place is the end of the file, so the finding is about the line on which it opens.
"""

from __future__ import annotations

import re
from typing import Final

import yaml

from corridors.io.system_problems import ROOM, library_problem
from corridors.messages import Message, message

FORMS: Final[tuple[tuple[str, str, bool], ...]] = (
    (r"mapping values are not allowed here", "syntax.colon", False),
    (r"mapping keys are not allowed here", "syntax.question_mark", False),
    (r"sequence entries are not allowed here", "syntax.list_item", False),
    (r"found character '\\t' that cannot start any token", "syntax.tab", False),
    (r"found character ['\"](?P<character>.*)['\"] that cannot start any token", "syntax.first_character", False),
    (r"found unexpected end of stream", "syntax.open_quote", True),
    (r"expected ',' or '(?P<bracket>[\]}])', but got .*", "syntax.open_bracket", True),
    (r"expected the node content, but found '<stream end>'", "syntax.value_missing", False),
    (r"expected the node content, but found '(?P<character>.*)'", "syntax.first_character", False),
    (r"could not find expected ':'", "syntax.no_colon", True),
    (r"expected <block end>, but found '[?]'", "syntax.key_after_list", False),
    (r"expected <block end>, but found '-'", "syntax.item_after_keys", False),
    (r"expected <block end>, but found .*", "syntax.after_value", False),
    (r"invalid indentation or unclosed .*", "syntax.after_value", False),
    (r"expected '<document start>', but found .*", "syntax.after_value", False),
    (r"found unknown escape character ['\"](?P<character>.*)['\"]", "syntax.escape", False),
    (r"expected escape sequence of .*", "syntax.escape_number", False),
    (r"but found another document", "syntax.second_document", False),
    (r"expected chomping or indentation indicators, .*", "syntax.block_text", False),
    (r"expected a comment or a line break, .*", "syntax.block_text", False),
    (r"expected alphabetic or numeric character, but found .*", "syntax.name_missing", False),
    (r"found unhashable key", "syntax.key_of_parts", False),
    (r"second occurrence", "syntax.anchor", False),
    (r"tag:yaml\.org,2002:(?P<kind>\w+) (?P<value>.*)", "syntax.other_type", False),
)
"""The problem in the words of PyYAML, the id of the message, and whether it is about where the context begins."""

LONGEST_KEY: Final = 1024
"""Characters of a key before its colon, by the standard of YAML."""


def yaml_problem(error: Exception) -> tuple[Message, int | None, int | None]:
    """What is wrong, with line and column counted from 1; None where PyYAML gives no place."""
    if isinstance(error, RecursionError):
        return message("syntax.too_deep", ROOM), None, None
    if isinstance(error, OverflowError):  # An escape such as "\U99999999".
        return message("syntax.escape_number", ROOM), None, None
    mark = getattr(error, "problem_mark", None)
    text = getattr(error, "problem", None) or str(error)
    if mark and _ends_long_key(mark):
        return message("syntax.long_key", ROOM, most=LONGEST_KEY), *_place(mark)
    for form, id, at_context in FORMS:
        if found := re.fullmatch(form, text, re.DOTALL):
            place = (getattr(error, "context_mark", None) if at_context else None) or mark
            return message(id, ROOM, **found.groupdict()), *_place(place)
    return library_problem("PyYAML", text), *_place(mark)


def _ends_long_key(mark: yaml.Mark) -> bool:
    """Whether the place is the colon after a key that is longer than PyYAML reads."""
    if mark.buffer is None or mark.column <= LONGEST_KEY:
        return False
    before = mark.buffer[mark.pointer - mark.column : mark.pointer]
    return mark.buffer[mark.pointer : mark.pointer + 1] == ":" and ": " not in before


def _place(mark: yaml.Mark | None) -> tuple[int | None, int | None]:
    return (mark.line + 1, mark.column + 1) if mark else (None, None)
