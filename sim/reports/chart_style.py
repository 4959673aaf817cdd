"""What all charts share: style, colours of text, data, tooltips, and their places on a page.

Input: rows of a table, or an Altair chart. Output: data of a chart, or the chart as plain values of Vega-Lite.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.reports import html_page
from sim.reports.number_format import NO_VALUE, is_value
from sim.text.catalogue import say
from sim.text.names import Names

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

FONT = "'Noto Sans', 'Segoe UI', 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', sans-serif"
INK, GRID = "#333333", "#e6e6e6"
VALIDATED = False
"""Whether charts are compared with the schema of Vega-Lite; the tests of reports and studies do so."""
MANY = 2
"""A number whose form of a noun heads an axis."""


def label(names: Names, key: str, **values: Any) -> str:
    """A text of the charts in the language of ``names``."""
    return say(f"charts.{key}", names.language, **values)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain values."""
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*(table[c].tolist() for c in table), strict=True)]


def number(value: float | None) -> str:
    """A figure with about three significant digits; a dash for none."""
    if not is_value(value):
        return NO_VALUE
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def chart_of(data: Any, **more: Any) -> alt.Chart:
    """A chart of plain values, one row a point, or of a shape with a ``__geo_interface__``."""
    import pandas as pd

    return _chart_class()(pd.DataFrame(data) if isinstance(data, list) else data, **more)


@cache
def _chart_class() -> type[alt.Chart]:
    """Charts that take Altair less than half of the time, and are the same.

    Copies have their parts in common: Altair copies a chart with all its parts whenever it becomes a part of another
    one, and again when that one is copied. No part of a chart here is changed after it was made. And a channel of text
    becomes one of its class, which Altair finds by looking through the classes of all its schema.
    """
    import altair as alt

    class Chart(alt.Chart):
        def __deepcopy__(self, memo: object = None) -> Chart:
            return self.copy(deep=False)

        def encode(self, *channels: Any, **named: Any) -> Chart:
            return super().encode(*channels, **{name: _channel(name, value) for name, value in named.items()})

    return Chart


def _channel(name: str, value: Any) -> Any:
    """A channel of text, or of one value, as an instance of its class; any other as it is."""
    import altair as alt

    kind = name[0].upper() + name[1:]
    if isinstance(value, str):
        return getattr(alt, kind)(value)
    if isinstance(value, dict) and value.keys() == {"value"}:
        return getattr(alt, f"{kind}Value")(value["value"])
    return value


def styled(chart: Any) -> Any:
    """The chart with the common style; apply it once, to the outermost chart."""
    text: dict[str, Any] = {"labelFont": FONT, "titleFont": FONT, "labelColor": INK, "titleColor": INK}
    axis: dict[str, Any] = {"gridColor": GRID, "domainColor": "#999999", "titleFontWeight": "normal"}
    axis |= {"labelLimit": 290, "labelSeparation": 6}
    # A pale band or dot has a symbol in its full colour, as its line has.
    legend = {"orient": "top", "titleFontWeight": "normal", "labelLimit": 300, "symbolOpacity": 1}
    title = {"font": FONT, "color": INK, "anchor": "start", "fontSize": 13}
    return chart.configure(
        font=FONT, background="white", view={"stroke": None}, axis=axis | text, legend=legend | text, title=title
    )


def spec_of(chart: Any) -> dict[str, Any]:
    """The styled chart as plain values of Vega-Lite."""
    spec: dict[str, Any] = styled(chart).to_dict(validate=VALIDATED)
    return spec


def dataset_name(rows: list[dict[str, Any]]) -> str:
    """The name that Altair gives to data among those of a chart."""
    return "data-" + hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:32]


def place(specs: dict[str, Any], key: str, chart: Any) -> str:
    """Add a chart to those of a page (Vega-Lite by id) and return its element; '' for no chart."""
    if chart is None:
        return ""
    specs[key] = spec_of(chart)
    return html_page.chart_place(key)


def colours_of(field: str, colours: dict[str, str], legend: bool = True) -> alt.Color:
    """The colour of a field by its value, with a legend above the chart."""
    import altair as alt

    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=alt.Legend(title=None, columns=4) if legend else None)


def shown(field: str, title: str, form: str | None = None) -> alt.Tooltip:
    """A line of a tooltip; ``form`` is the format of a number."""
    import altair as alt

    if form is None:
        return alt.Tooltip(f"{field}:N", title=title or " ")
    return alt.Tooltip(f"{field}:Q", title=title, format=form)
