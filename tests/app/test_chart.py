"""Charts of the page: what their CSV is made of, and that no page shows a chart without its buttons."""

from __future__ import annotations

from pathlib import Path

from app.widgets.chart import KINDS, has_numbers, numbers_of, save_buttons

ROOT = Path(__file__).parents[2]
TIPS = [{"field": "n", "title": "trains"}]


def test_numbers_of_a_chart_leave_out_land_and_style() -> None:
    land = [{"type": "Feature", "geometry": {"type": "Polygon"}}]
    spec = {
        "config": {"font": "sans"},
        "datasets": {"rows": [{"n": 3}], "land": land, "none": [], "whole": {"type": "FeatureCollection"}},
        "hconcat": [{"title": "a", "data": {"name": "rows"}, "mark": "bar", "encoding": {"tooltip": TIPS, "x": {}}}],
    }
    assert numbers_of(spec) == {
        "hconcat": [{"title": "a", "mark": "bar", "data": {"name": "rows"}, "encoding": {"tooltip": TIPS}}],
        "datasets": {"rows": [{"n": 3}]},
    }


def test_a_chart_has_numbers_where_a_layer_has_tooltips() -> None:
    assert has_numbers({"layer": [{"mark": "rule"}, {"spec": {"encoding": {"tooltip": TIPS}}}]})
    assert not has_numbers({"layer": [{"mark": "rule", "encoding": {"x": {"field": "n"}}}]})


def test_texts_of_a_chart_cannot_end_the_element_of_its_numbers() -> None:
    html = save_buttons(KINDS, {"title": "</pre><script>alert(1)</script>"})
    assert "<script" not in html
    assert html.count("</pre>") == 1


def test_only_the_common_widget_shows_charts() -> None:
    """A chart that a page shows by itself would have no PNG, SVG and CSV."""
    shown = ("vega_lite_chart(", "altair_chart(")
    found = [
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "app").rglob("*.py")
        if any(one in file.read_text(encoding="utf-8") for one in shown)
    ]
    assert found == ["app/widgets/chart.py"]
