"""Charts of the page, each with buttons that save it as a picture or its numbers as a table.

Input: a Vega-Lite chart with texts in the language of the session. The browser makes the files, with its own fonts and
without a network: PNG and SVG of the picture that is shown, CSV of the numbers as the tooltips name them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import streamlit as st

from app.language import say
from sim.reports.chart_style import spec_of
from sim.reports.html_page import script

KINDS: Final = ("svg", "png", "csv")
PADDING: Final = {"left": 5, "right": 5, "top": 5, "bottom": 4}
"""Around a chart, pixels; Streamlit would leave more room below it, before its buttons."""
LISTENER: Final = """
if (!window.bridgeheadSaves) {
  window.bridgeheadSaves = true;
  document.addEventListener("click", event => {
    const button = event.target.closest?.("button[data-save]");
    if (!button) return;
    const box = button.closest(".save"), kind = button.dataset.save, name = headingOf(box) || document.title;
    const rows = box.querySelector("[data-rows]");
    if (!rows) {
      const table = box.parentElement.querySelector("table");
      if (table) save(name, asCsv(rowsOfTable(table)), "csv");
    } else if (kind === "csv") save(name, asCsv(rowsOfChart(JSON.parse(rows.textContent))), "csv");
    else picture(chartAbove(box), kind).then(content => save(name, content, kind));
  });
}
// The chart that is shown above its buttons.
function chartAbove(box) {
  const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg.marks')];
  return charts.filter(one => one.compareDocumentPosition(box) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
}
// The chart as a file: on white paper with an edge, in twice the pixels of the screen.
const EDGE = 10;
async function picture(chart, kind) {
  const own = chart.cloneNode(true), inside = chart.viewBox.baseVal, x = -EDGE, y = -EDGE;
  const width = inside.width + 2 * EDGE, height = inside.height + 2 * EDGE;
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of Object.entries({ x, y, width, height, fill: "#ffffff" })) paper.setAttribute(key, value);
  own.prepend(paper);
  for (const [key, value] of Object.entries({ width, height, viewBox: [x, y, width, height].join(" ") }))
    own.setAttribute(key, value);
  const drawn = new Blob([new XMLSerializer().serializeToString(own)], { type: "image/svg+xml" });
  if (kind === "svg") return drawn;
  const image = new Image();
  image.src = URL.createObjectURL(drawn);
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise(done => canvas.toBlob(done, "image/png"));
}
"""
"""Answers the buttons of all charts and tables of a page."""


def listen() -> None:
    """Let the buttons save files; to be called once in every run of the page."""
    # Functions of a script are not seen outside it; the first one answers for all that follow.
    source = "(() => {" + script("save_files.js") + LISTENER + "})();"
    st.html(f"<script>{source}</script>", unsafe_allow_javascript=True)


def save_buttons(kinds: Sequence[str], rows: Mapping[str, Any] | None = None) -> str:
    """The buttons below a table, or with ``rows``, a chart, as HTML."""
    shown = "".join(f'<button type="button" data-save="{kind}">{kind.upper()}</button>' for kind in kinds)
    numbers = "" if rows is None else f"<pre hidden data-rows>{escape(json.dumps(rows, ensure_ascii=False))}</pre>"
    return f'<div class="save" role="group" aria-label="{escape(say("save"), quote=True)}">{shown}{numbers}</div>'


def show_chart(chart: Any, place: Any = st, **how: Any) -> Any:
    """Show a chart, an Altair chart without style or a styled one as plain values, at the width of its place.

    ``how`` are arguments of ``st.vega_lite_chart``. Returns what that returns.
    """
    spec = chart if isinstance(chart, dict) else spec_of(_wide(chart))
    spec = {"padding": PADDING} | spec | {"usermeta": {"embedOptions": {"renderer": "svg"}}}
    shown = place.vega_lite_chart(spec, theme=None, width="stretch", **how)
    place.html(save_buttons(KINDS if has_numbers(spec) else KINDS[:2], numbers_of(spec)))
    return shown


def _wide(chart: Any) -> Any:
    """The chart at the width of its place; one of several panels keeps their widths."""
    return chart if hasattr(chart, "hconcat") or hasattr(chart, "vconcat") else chart.properties(width="container")


def numbers_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a chart that its CSV is made of: data, titles and tooltips, without land and style."""
    data = spec.get("datasets", {})
    return _parts(spec) | {"datasets": {name: rows for name, rows in data.items() if _is_table(rows)}}


def _is_table(rows: Any) -> bool:
    """Whether data are plain rows, no land."""
    return isinstance(rows, list) and bool(rows) and "geometry" not in rows[0]


def has_numbers(spec: Mapping[str, Any]) -> bool:
    """Whether a chart has tooltips, which name its numbers."""
    tips = spec.get("encoding", {}).get("tooltip")
    return isinstance(tips, list) or any(has_numbers(part) for key in NESTED for part in _listed(spec.get(key)))


NESTED: Final = ("layer", "hconcat", "vconcat", "concat", "spec")


def _listed(part: Any) -> list[Any]:
    return part if isinstance(part, list) else [part] if part else []


def _parts(spec: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: spec[key] for key in ("title", "mark") if key in spec}
    if name := (spec.get("data") or {}).get("name"):
        kept["data"] = {"name": name}
    if tips := spec.get("encoding", {}).get("tooltip"):
        kept["encoding"] = {"tooltip": tips}
    for key in NESTED:
        if key in spec:
            found = [_parts(part) for part in _listed(spec[key])]
            kept[key] = found if isinstance(spec[key], list) else found[0]
    return kept
