"""Charts say the same in two languages, call things by their names, and are drawn without a complaint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from string import Formatter
from typing import Any

import altair as alt
import pandas as pd
import pytest
import vl_convert
from altair.utils.schemapi import SchemaValidationError

from corridors.load import load_corridor
from corridors.model import TABLES
from corridors.schema import schema
from sim.core.kpi_declarations import KPIS
from sim.core.wait_causes import CAUSES
from sim.kpi import key_figures, waiting
from sim.kpi.facilities import facility_table, link_table
from sim.reports import chart_style, flow_map, run_charts
from sim.text.catalogue import Language
from sim.text.names import Names
from tests.helpers.catalogue_files import catalogue_file
from tests.helpers.stories import H, three_trains, world_of_three_trains

TRACE, WORLD = three_trains(), world_of_three_trains()
EN, ZH = Names.of(WORLD, "en"), Names.of(WORLD, "zh")


def dwell(names: Names) -> Any:
    return run_charts.dwell_chart(waiting.dwell_by_step(TRACE), "erenhot", names)


def causes(names: Names) -> Any:
    return run_charts.waiting_chart(
        waiting.waiting_by_cause(TRACE), key_figures.kpi_table(TRACE), 0.5, "erenhot", names
    )


def facilities(names: Names) -> Any:
    return run_charts.facility_chart(facility_table(TRACE), "erenhot", names)


def traffic(names: Names) -> Any:
    throughput = waiting.throughput_over_time(TRACE, every_s=4 * H)
    queue = waiting.queue_over_time(TRACE, port="erenhot")
    return run_charts.traffic_chart(throughput, queue, "erenhot", TRACE.plan.labels, names)


def flows(names: Names) -> Any:
    return flow_map.flow_map(link_table(TRACE), key_figures.kpi_table(TRACE), WORLD, names)


CHARTS = [dwell, causes, facilities, traffic, flows]


def spec(chart: Any) -> dict[str, Any]:
    return chart_style.styled(chart).to_dict()


def texts(value: Any) -> set[str]:
    """Every text anywhere in a specification."""
    if isinstance(value, dict):
        return set().union(*(texts(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(texts(v) for v in value))
    return {value} if isinstance(value, str) else set()


def shape(value: Any) -> Any:
    """A specification without its texts and the names of its data sets."""
    if isinstance(value, dict):
        kept = {k: shape(v) for k, v in value.items() if k not in ("name", "datasets")}
        return kept | {"datasets": sorted(len(json.dumps(shape(d))) for d in value.get("datasets", {}).values())}
    if isinstance(value, list):
        return [shape(v) for v in value]
    return "" if isinstance(value, str) else value


def map_of_a_page(names: Names) -> Any:
    return flow_map.flow_panels(link_table(TRACE), key_figures.kpi_table(TRACE), WORLD, names)["ports"]


@pytest.mark.parametrize("chart", [*CHARTS, map_of_a_page])
def test_a_chart_that_is_made_faster_is_the_one_of_altair(
    chart: Callable[[Names], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    faster = spec(chart(EN))
    monkeypatch.setattr(chart_style, "_chart_class", lambda: alt.Chart)
    assert spec(chart(EN)) == faster


@pytest.mark.parametrize("chart", CHARTS)
def test_both_languages_show_the_same(chart: Callable[[Names], Any]) -> None:
    english, chinese = spec(chart(EN)), spec(chart(ZH))
    assert shape(english) == shape(chinese)
    assert not any("\u4e00" <= letter <= "\u9fff" for text in texts(english) for letter in text)


@pytest.mark.parametrize("chart", CHARTS)
def test_ids_are_not_shown(chart: Callable[[Names], Any]) -> None:
    ids = {"crane", "customs", "track", "container_train", "inland_border", "border_crossing", "wagons", "cn", "far"}
    shown = texts(spec(chart(EN))["datasets"])
    assert shown
    assert not shown & ids


@pytest.mark.parametrize(
    ("chart", "names", "expected"),
    [
        (dwell, EN, ["Container train, outbound: 6.50 h", "Gantry (Mongolian side)", "Customs hall (Chinese side)"]),
        (dwell, ZH, ["集装箱班列（出境）：6.50小时", "门吊（蒙方）"]),
        (
            causes,
            EN,
            ["no wagon sets or empty containers", "closed by hours, closure or repair", "1.50 h per vehicle"],
        ),
        (causes, ZH, ["缺车底（空车、空箱）", "非开放时段、临时关闭或维修", "平均1.50小时"]),
        (facilities, EN, ["Gantry (Mongolian side)", "Mongolian side", "utilisation", "mean wait, hours"]),
        (traffic, ZH, ["集装箱班列", "日通过量（列）", "在口岸数量（列）"]),
        (flows, ZH, ["边城", "西城", "通过能力利用率"]),
    ],
)
def test_the_picture_has_the_words(chart: Callable[[Names], Any], names: Names, expected: list[str]) -> None:
    picture = vl_convert.vegalite_to_svg(spec(chart(names)))
    for text in expected:
        assert text.replace("&", "&amp;") in picture


def test_the_dwell_chart_adds_up_to_the_dwell() -> None:
    rows = [row for data in spec(dwell(EN))["datasets"].values() for row in data]
    assert sum(row.get("hours", 0) for row in rows) == pytest.approx(6.5)
    assert sum(row.get("total", 0) for row in rows) == pytest.approx(6.5)


def test_the_same_step_of_two_classes_stands_under_each() -> None:
    steps = waiting.dwell_by_step(TRACE)
    both = steps.assign(**{"class": "truck", "wait_h": 2 * steps["wait_h"]})
    drawn = spec(run_charts.dwell_of_direction(pd.concat([steps, both]), "outbound", EN))
    found: dict[str, dict[str, float]] = {}
    for row in (row for data in drawn["datasets"].values() for row in data if "total" in row):
        klass, _, step = row["row"].partition(" ")
        found.setdefault(klass, {})[step] = row["total"]
    trains, trucks = found.values()
    assert set(trains) == set(trucks)
    assert sum(trains.values()) == pytest.approx(6.5)
    assert sum(trucks.values()) == pytest.approx(6.5 + steps["wait_h"].sum())


def test_the_map_shows_land_once_and_no_borders() -> None:
    drawn = spec(flows(EN))
    land = [data for data in drawn["datasets"].values() if "MultiPolygon" in json.dumps(data)]
    assert len(land) == 1
    assert "Mongolia" not in json.dumps(land)
    assert drawn["vconcat"][0]["layer"][0]["mark"]["stroke"] is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_name_on_the_map_touches_another(language: Language) -> None:
    """As Vega draws the names of the base year, with the air of two pixels that each has around; ports stand first."""
    world = load_corridor()
    names = Names.of(world, language)
    links = pd.DataFrame({"link": sorted(world.links), "vehicles_per_day": 1.0, "utilisation": 0.2, "mean_wait_h": 0.0})
    kpis = pd.DataFrame({"port": list(world.ports), "side": "both", "class": "all", "kpi": "backlog_end", "value": 5.0})
    kpis["direction"] = "inbound"
    whole = spec(flow_map.flow_map(links, kpis, world, names))
    known = {names.thing(place) for place in world.places}
    for panel in whole["vconcat"]:
        svg = vl_convert.vegalite_to_svg(panel | {key: whole[key] for key in ("datasets", "config")})
        answer = re.findall(r'text-anchor="(\w+)" transform="translate\(([-.\d]+),([-.\d]+)\)[^>]*>([^<]+)</text>', svg)
        placed = {text: (anchor, float(x), float(y)) for anchor, x, y, text in answer if text in known}
        assert len(placed) > 12
        assert {names.thing(port.place_cn) for port in world.ports.values()} <= set(placed)
        for (one, (a, x, y)), (other, (b, u, v)) in combinations(placed.items(), 2):
            (left, right), (there, end) = _across(one, a, x), _across(other, b, u)
            assert abs(y - v) >= 15 or right + 4 <= there or end + 4 <= left, (one, other)


def _across(text: str, anchor: str, x: float) -> tuple[float, float]:
    width = sum(11.0 if character > "\u2e7f" else 5.8 for character in text)
    return (x, x + width) if anchor == "start" else (x - width, x)


def test_the_map_tells_full_links_from_unlimited_ones() -> None:
    rows = [row for data in spec(flows(EN))["datasets"].values() if isinstance(data, list) for row in data]
    links = {row["link"]: row["limited"] for row in rows if "limited" in row}
    assert links == {"Inland line": True, "Crossing": False, "West line": False}


def test_lines_of_the_map_are_wide_by_traffic_and_dashed_by_mode() -> None:
    corridor = load_corridor()
    per_day = {"erenhot_zamyn_uud_1520": 16.0, "erenhot_zamyn_uud_1435": 9.0, "moscow_brest": 4.0}
    per_day |= {"erenhot_zamyn_uud_road": 400.0, "gashuunsukhait_ganqimaodu_agv": 0.0}
    links = pd.DataFrame({"link": list(per_day), "vehicles_per_day": list(per_day.values())})
    links = links.assign(utilisation=0.2, mean_wait_h=0.0)
    lines = {(line["mode"], line["vehicles"]): line["width"] for line in flow_map._lines(links, corridor, EN)}
    # The root of 4 / 25 of the way from the thinnest to the widest line; the widest of each mode has the most traffic.
    assert lines == {
        ("rail", 25.0): flow_map.THICK,
        ("rail", 4.0): round(flow_map.THIN + 0.4 * (flow_map.THICK - flow_map.THIN), 2),
        ("road", 400.0): flow_map.THICK,
        ("agv", 0.0): flow_map.THIN,
    }
    kpis = pd.DataFrame([["erenhot", "both", "outbound", "all", "backlog_end", 5.0]])
    kpis.columns = ["port", "side", "direction", "class", "kpi", "value"]
    panel = flow_map.flow_panels(links, kpis, corridor, EN)["ports"].to_dict()
    dashes = [layer["mark"].get("strokeDash") for layer in panel["layer"] if layer["mark"]["type"] == "rule"]
    assert sorted(dashes) == [[], [], [2, 3], [6, 4]]


def test_no_red_against_green() -> None:
    for colours in (
        run_charts.CAUSE_COLOURS.values(),
        run_charts.DIRECTION_COLOURS,
        run_charts.SIDE_COLOURS,
        run_charts.TIME_COLOURS.values(),
    ):
        for colour in colours:
            red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
            assert not (green > red + 40 and green > blue + 40), f"{colour} is a green"
    assert set(run_charts.CAUSE_COLOURS) == {*CAUSES, "daily_quota", "admission"}


def test_a_quota_is_a_daily_quota_or_an_admission_limit() -> None:
    hours = pd.DataFrame(
        [["erenhot", "outbound", "container_train", at, "quota", 3.0] for at in ("slots", "permits")],
        columns=["port", "direction", "class", "at", "cause", "hours"],
    )
    names = replace(EN, limits={"slots": "admission", "permits": "daily_quota"})
    colours = run_charts.cause_colours(hours, names)
    assert list(colours) == ["other side takes no more trains", "daily quota used up"]
    assert len(set(colours.values())) == 2
    chart = run_charts.waiting_chart(hours, key_figures.kpi_table(TRACE), 0.5, "erenhot", names)
    assert set(colours) <= texts(spec(chart)["datasets"])
    assert names.cause("quota") == "daily quota or admission limit reached"


@pytest.mark.parametrize("room", ["names", "results", "run_report", "charts", "table_headings"])
def test_both_languages_have_the_same_messages_with_the_same_values(room: str) -> None:
    english, chinese = (
        {entry.msgid: entry.msgstr or entry.msgstr_plural for entry in catalogue_file(code, room)}
        for code in ("en", "zh")
    )
    assert set(english) == set(chinese)
    for key, text in english.items():
        assert places(text) == places(chinese[key]), key


def places(text: str | dict[int, str]) -> set[str]:
    """Names of the values that a message takes."""
    forms = text.values() if isinstance(text, dict) else [text]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


def test_every_unit_of_a_column_has_its_chinese_word() -> None:
    units = {column.unit for table in TABLES for column in schema(table).values() if column.unit}
    assert {unit for unit in units if EN.unit(unit) != unit} == set()
    units |= {figure.unit for figure in KPIS.values()}
    assert {unit for unit in units if re.search("[A-Za-z]", ZH.unit(unit))} == set()
    assert ZH.with_unit("里程", "km") == "里程（公里）"
    assert EN.with_unit("Length", "km") == "Length (km)"
    assert EN.with_unit("Side", "") == "Side"


def test_a_chart_that_is_no_vega_lite_is_refused_in_tests_of_reports() -> None:
    chart = alt.Chart({"values": [{"a": 1}]}).mark_bar().encode(x="a:Q")
    chart.mark = {"type": "barr"}
    with pytest.raises(SchemaValidationError):
        chart_style.spec_of(chart)
    assert chart_style.VALIDATED


def test_the_symbols_of_a_legend_have_full_colour_beside_pale_bands() -> None:
    base = chart_style.chart_of([{"x": 1, "y": 2, "low": 1, "high": 3, "kind": "a"}]).encode(x="x:Q", color="kind:N")
    band = base.mark_area(opacity=0.2).encode(y="low:Q", y2="high:Q")
    spec = chart_style.spec_of(alt.layer(band, base.mark_line().encode(y="y:Q")))
    (legend,) = vl_convert.vegalite_to_vega(spec)["legends"]
    assert "opacity" not in json.dumps(legend)
    assert spec["config"]["legend"]["symbolOpacity"] == 1
