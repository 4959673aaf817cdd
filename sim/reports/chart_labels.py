"""Axes of long names, broken into lines so that none is cut.

Input: names in any language. Output: their lines, and the Vega-Lite axis that shows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import altair as alt

WIDE: Final = "\u2e80-\uffef"
"""Chinese characters, as wide as two letters; a line may end after any of them."""
WIDE_SIGN: Final = re.compile(f"[{WIDE}]")
OPENING: Final = "\uff08\u300a\u201c"
"""Full-width opening marks, with which no line ends."""
CLOSING: Final = "\uff0c\u3002\u3001\uff1a\uff1b\uff09\u300b\u201d)"
"""Closing marks and separators, with which no line begins."""
PIECES: Final = re.compile(rf"\s+|[^\s{WIDE}]+|[{OPENING}][{WIDE}]|[{WIDE}]")
LETTER_PX: Final = 6.0
"""Mean width of a letter of a label, with a margin."""
ONE_LINE_PX, LINE_PX, GAP_PX = 20, 13, 7


def lines(text: str, most: int) -> list[str]:
    """The text in lines of at most ``most`` letters; a Chinese character counts as two."""
    found, now = [], ""
    for piece in PIECES.findall(text):
        if now.strip() and width(now + piece) > most and piece not in CLOSING and not piece.isspace():
            found.append(now.strip())
            now = ""
        now += piece
    return [*found, now.strip()]


def width(text: str) -> int:
    """The width of a text in letters."""
    return len(text) + len(WIDE_SIGN.findall(text))


def name_axis(names: Iterable[str] | Mapping[str, str], px: int, heads: Sequence[str] = (), **more: Any) -> alt.Axis:
    """An axis of names, ``px`` wide, that breaks longer names into lines.

    A mapping has names by the values of the data, for names that occur several times; ``heads`` are the values shown
    in bold, as headings of those below.
    """
    import altair as alt

    shown = names if isinstance(names, Mapping) else {name: name for name in names}
    broken = {key: of_name for key, name in shown.items() if len(of_name := _lines(name, px)) > 1}
    look: dict[str, Any] = {}
    if broken or isinstance(names, Mapping):
        texts = {key: broken.get(key, name) for key, name in shown.items()}
        look["labelExpr"] = f"{json.dumps(texts, ensure_ascii=False)}[datum.label] || datum.label"
    if broken:
        # The tick is at the first line: with the baseline at its foot, two lines are centred on the tick.
        look["labelBaseline"] = {"condition": {"test": _one_of(broken), "value": "bottom"}, "value": "middle"}
    if heads:
        look["labelFontWeight"] = {"condition": {"test": _one_of(heads), "value": "bold"}, "value": "normal"}
    return alt.Axis(labelLimit=px + 40, minExtent=px, labelLineHeight=LINE_PX, **look, **more)


def _one_of(keys: Iterable[str]) -> str:
    return f"indexof({json.dumps([*keys], ensure_ascii=False)}, datum.label) >= 0"


def row_step(names: Iterable[str], px: int) -> alt.Step:
    """The height of one row of such an axis."""
    import altair as alt

    most = max((len(_lines(name, px)) for name in names), default=1)
    return alt.Step(ONE_LINE_PX if most == 1 else most * LINE_PX + GAP_PX)


def _lines(name: str, px: int) -> list[str]:
    return lines(name, int(px / LETTER_PX))
