"""Long names beside a chart: in as many lines as they need, so that none is cut.

In: names as people read them, English or Chinese. Out: their lines, and the axis of Vega-Lite that shows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import altair as alt

WIDE: Final = "\u2e80-\uffef"
"""Chinese signs, as wide as two letters; a line may end after any of them."""
CLOSING: Final = "，。、：；）》”)"
"""Signs with which no line begins."""
PIECES: Final = re.compile(rf"\s+|[^\s{WIDE}]+|[（《“][{WIDE}]|[{WIDE}]")
LETTER_PX: Final = 6.0
"""Of a label, on average and with some room to spare."""
ONE_LINE_PX, LINE_PX, GAP_PX = 17, 13, 5


def lines(text: str, most: int) -> list[str]:
    """The text in lines of at most ``most`` letters, a Chinese sign counting as two."""
    found, now = [], ""
    for piece in PIECES.findall(text):
        if now.strip() and width(now + piece) > most and piece not in CLOSING and not piece.isspace():
            found.append(now.strip())
            now = ""
        now += piece
    return [*found, now.strip()]


def width(text: str) -> int:
    """Of a text, in letters."""
    return sum(2 if re.match(f"[{WIDE}]", sign) else 1 for sign in text)


def name_axis(names: Iterable[str], px: int, **more: Any) -> alt.Axis:
    """An axis of names, ``px`` wide, that breaks those that are longer."""
    import altair as alt

    broken = {name: of_name for name, of_name in _broken(names, px).items() if len(of_name) > 1}
    told: dict[str, Any] = {}
    if broken:
        told["labelExpr"] = f"{json.dumps(broken, ensure_ascii=False)}[datum.label] || datum.label"
        # The tick stands at the first line: at its foot, two lines are around the tick.
        is_broken = f"indexof({json.dumps([*broken], ensure_ascii=False)}, datum.label) >= 0"
        told["labelBaseline"] = {"condition": {"test": is_broken, "value": "bottom"}, "value": "middle"}
    return alt.Axis(labelLimit=px + 40, minExtent=px, labelLineHeight=LINE_PX, **told, **more)


def row_step(names: Iterable[str], px: int) -> alt.Step:
    """The height of a row of such an axis."""
    import altair as alt

    most = max((len(of_name) for of_name in _broken(names, px).values()), default=1)
    return alt.Step(ONE_LINE_PX if most == 1 else most * LINE_PX + GAP_PX)


def _broken(names: Iterable[str], px: int) -> dict[str, list[str]]:
    return {name: lines(name, int(px / LETTER_PX)) for name in names}
