"""Charts of one run for the web page, the offline report and notebooks.

Input: tables of :mod:`sim.kpi.key_figures` and :mod:`sim.kpi.waiting`, and :class:`sim.text.names.Names` for the
language. Output: Altair charts. Titles, axes and units are in that language, with names instead of ids. Colours are
distinct for colour-blind readers (no red against green), and each number is in a tooltip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.sides import DIRECTIONS
from sim.core.plan import Labels
from sim.core.units import DAY_S, HOUR_S
from sim.core.wait_causes import CAUSES
from sim.kpi.waiting import congestion
from sim.reports.chart_labels import name_axis, row_step
from sim.reports.chart_style import INK, MANY, chart_of, colours_of, label, number, records, shown
from sim.reports.number_format import NO_VALUE
from sim.text.names import Names

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

UTC = "%Y-%m-%dT%H:%M:%SZ"
"""Times of the clock that is shown are given to charts as those of UTC, so that no browser shifts them."""
STEP_PX, BAR_PX = 270, 13
"""Width of the names of steps, and height of their bars."""
FACILITY_PX = 260
"""Width of the names of facilities."""
ROOM_FOR_FIGURES = 1.15
"""Length of a scale relative to the longest bar, for the figure behind the bar."""
MOST_POINTS = 120
"""Most points of a line over time; beyond, it is drawn by longer intervals."""
DIRECTION_COLOURS = ("#0072b2", "#e69f00")
"""Of the directions from the first side of a port, and back."""
SIDE_COLOURS = ("#0072b2", "#cc79a7")
TIME_COLOURS = {"wait": "#d55e00", "work": "#9bbcd6"}
CAUSE_COLOURS = {
    "busy": "#0072b2",
    "closed": "#a6a6a6",
    "share": "#c8b88a",
    "no_servers": "#4d4d4d",
    "other_side": "#cc79a7",
    "wagons": "#e69f00",
    "path": "#56b4e9",
    "opposing_train": "#0b5fa5",
    "train_ahead": "#7aa6d8",
    "no_passing_track": "#2a9d8f",
    "yard": "#8c6d31",
    "cargo": "#f0e442",
    "quota": "#7b4ea3",
    "demand": "#9fc5e0",
    "daily_quota": "#b39bd1",
    "admission": "#7b4ea3",
    "order": "#6f4e37",
}
"""By :meth:`sim.text.names.Names.cause_kind`."""


def dwell_chart(dwell: pd.DataFrame, port: str, names: Names) -> alt.VConcatChart | alt.HConcatChart:
    """Time at one port by step, for each direction and class.

    ``dwell`` is a :func:`sim.kpi.waiting.dwell_by_step`. Outbound is left, inbound right, both on one scale.
    """
    import altair as alt

    groups = dwell_by_direction(dwell, port)
    there = [direction for direction in DIRECTIONS if direction in groups]
    most_h = max((longest_step(groups[at]) for at in there), default=0.0)
    columns = [dwell_of_direction(groups[at], at, names, most_h=most_h).properties(width=230) for at in there]
    return alt.hconcat(*columns, spacing=30)


def dwell_by_direction(dwell: pd.DataFrame, port: str) -> dict[str, pd.DataFrame]:
    """The rows of one port by direction, for :func:`dwell_of_direction`."""
    here = dwell[dwell["port"] == port]
    return {str(direction): rows for direction, rows in here.groupby("direction")}


def time_colours(names: Names) -> dict[str, str]:
    """Legend of :func:`dwell_of_direction`: colour by label."""
    return {label(names, kind): colour for kind, colour in TIME_COLOURS.items()}


def cause_colours(waiting: pd.DataFrame, names: Names) -> dict[str, str]:
    """Legend of :func:`waiting_chart`: colour by label of the causes that occur."""
    return _kind_colours(_by_kind(waiting, names), names)


def _by_kind(waiting: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Hours of congestion by direction, class, cause and kind of cause (:meth:`Names.cause_kind`)."""
    waiting = congestion(waiting)
    kinds = [names.cause_kind(cause, at) for cause, at in zip(waiting["cause"], waiting["at"], strict=True)]
    keys = ["direction", "class", "cause", "kind"]
    return waiting.assign(kind=kinds).groupby(keys, as_index=False)[["hours"]].sum()


def _kind_colours(hours: pd.DataFrame, names: Names) -> dict[str, str]:
    kinds = sorted({*zip(hours["cause"], hours["kind"], strict=True)}, key=lambda of: (CAUSES.index(of[0]), of[1]))
    return {names.cause(kind): CAUSE_COLOURS[kind] for _, kind in kinds}


def longest_step(dwell: pd.DataFrame) -> float:
    """Hours of the longest bar of :func:`dwell_of_direction`."""
    return float(dwell.groupby(["class", "at", "side"])[["wait_h", "service_h"]].sum().sum(axis=1).max())


def dwell_of_direction(
    dwell: pd.DataFrame, direction: str, names: Names, *, most_h: float | None = None, legend: bool = True
) -> alt.LayerChart:
    """The steps of each class, under the class and its total hours, on one scale; without a width.

    ``dwell`` has the rows of one port and direction; ``most_h`` is the longest bar of all charts that are compared.
    One chart for all classes takes a browser no longer than a chart for one.
    """
    import altair as alt

    bars: list[dict[str, Any]] = []
    sums: list[dict[str, Any]] = []
    labels: dict[str, str] = {}
    heads: list[str] = []
    for at, (klass, rows) in enumerate(dwell.groupby("class")):
        total = rows[["wait_h", "service_h"]].sum().sum()
        heads.append(str(at))
        labels[heads[-1]] = names.labelled(names.group(str(klass), direction), names.measured(number(total), "h"))
        for step, both in _steps(rows, total, names).items():
            row = f"{at} {step}"
            labels[row] = step
            bars += [
                {"row": row, "step": step, "kind": label(names, kind), "hours": round(hours, 3), "order": k}
                for k, (kind, hours) in enumerate(zip(TIME_COLOURS, both, strict=True))
            ]
            sums.append({"row": row, "total": round(sum(both), 3), "figure": number(sum(both))})
    scale = alt.Scale(domain=[0, ROOM_FOR_FIGURES * (most_h or longest_step(dwell))], nice=False)
    axis = name_axis(labels, STEP_PX, heads, ticks=False, labelPadding=6)
    y = alt.Y("row:N", title=None, axis=axis, scale=alt.Scale(domain=list(labels)))
    drawn = (
        chart_of(bars)
        .mark_bar(size=BAR_PX)
        .encode(
            x=alt.X("hours:Q", title=label(names, "hours"), axis=alt.Axis(tickCount=4), scale=scale),
            y=y,
            color=colours_of("kind", time_colours(names), legend),
            order="order:Q",
            tooltip=[
                shown("step", label(names, "step")),
                shown("kind", label(names, "kind")),
                shown("hours", label(names, "hours"), ".2f"),
            ],
        )
    )
    figures = chart_of(sums).mark_text(align="left", dx=4, color=INK).encode(x="total:Q", y=y, text="figure:N")
    return (drawn + figures).properties(height=row_step(labels.values(), STEP_PX))


def _steps(dwell: pd.DataFrame, total: float, names: Names) -> dict[str, list[float]]:
    """Hours of waiting and work of one class by step; steps below 1% of the total are put together."""
    steps: dict[str, list[float]] = {}
    other = [0.0, 0.0]
    for row in records(dwell):
        small = row["wait_h"] + row["service_h"] < 0.01 * total
        sums = other if small else steps.setdefault(names.thing_on(row["at"], row["side"], row["port"]), [0.0, 0.0])
        sums[0] += row["wait_h"]
        sums[1] += row["service_h"]
    return steps | ({label(names, "other_steps"): other} if sum(other) > 0 else {})


def waiting_chart(
    waiting: pd.DataFrame, kpis: pd.DataFrame, days: float, port: str, names: Names, *, legend: bool = True
) -> Any:
    """Causes of waiting at one port as shares, and the mean hours of waiting per vehicle that crosses.

    ``waiting`` is a :func:`sim.kpi.waiting.waiting_by_cause` over ``days`` days, ``kpis`` the KPI table of the same
    run. Waiting for demand is no congestion and not shown.
    """
    import altair as alt

    flow = kpis[(kpis["port"] == port) & (kpis["side"] == "both") & (kpis["kpi"] == "vehicles_per_day")]
    vehicles = {(row["direction"], row["class"]): row["value"] for row in records(flow)}
    here = _by_kind(waiting[waiting["port"] == port], names)
    data, means, order = [], [], []
    for direction, klass in sorted({(row["direction"], row["class"]) for row in records(here)}):
        of_group = here[(here["direction"] == direction) & (here["class"] == klass)]
        crossed = vehicles.get((direction, klass), 0.0) * days
        who = names.group(klass, direction, port)
        total = float(of_group["hours"].sum())
        order.append(who)
        each = number(total / crossed) if crossed else NO_VALUE
        means.append({"who": who, "text": label(names, "each", hours=each)})
        data += [
            {
                "who": who,
                "cause": names.cause(row["kind"]),
                "rank": CAUSES.index(row["cause"]),
                "share": round(row["hours"] / total, 4),
                "hours": number(row["hours"] / crossed) if crossed else NO_VALUE,
            }
            for row in records(of_group)
        ]
    whole = alt.Scale(domain=[0, 1])
    bars = (
        chart_of(data)
        .mark_bar()
        .encode(
            x=alt.X(
                "share:Q",
                title=label(names, "share_of_waiting"),
                axis=alt.Axis(format=".0%", tickCount=4),
                scale=whole,
                stack="zero",
            ),
            y=alt.Y("who:N", sort=order, title=None),
            color=colours_of("cause", _kind_colours(here, names), legend),
            order="rank:Q",
            tooltip=[
                shown("who", label(names, "traffic")),
                shown("cause", label(names, "cause")),
                shown("share", label(names, "share_of_waiting"), ".1%"),
                shown("hours", label(names, "hours")),
            ],
        )
    )
    beside = (
        chart_of(means)
        .mark_text(align="left", dx=6, color=INK)
        .encode(x=alt.datum(1), y=alt.Y("who:N", sort=order), text="text:N")
    )
    return alt.layer(bars, beside).properties(width=620, height=alt.Step(24))


def traffic_chart(
    throughput: pd.DataFrame, queue: pd.DataFrame, port: str, labels: Labels, names: Names
) -> alt.VConcatChart:
    """Traffic and number of vehicles at one port over time, one row per class.

    ``throughput`` is a :func:`sim.kpi.waiting.throughput_over_time` by days, ``queue`` a
    :func:`sim.kpi.waiting.queue_over_time` of the port, ``labels`` those of the plan. Long runs are shown as means over
    days or weeks; a dashed line marks the end of the warm-up.
    """
    import altair as alt

    crossed = throughput[throughput["port"] == port]
    horizon_s = float(queue["time_s"].max())
    flow = _averaged(crossed, ["vehicles"], DAY_S if horizon_s <= MOST_POINTS * DAY_S else 7 * DAY_S)
    every_s = next((s for s in (HOUR_S, 6 * HOUR_S, DAY_S) if horizon_s <= MOST_POINTS * s), 7 * DAY_S)
    present = _averaged(queue, ["inside", "waiting"], every_s)
    rows = []
    for klass in sorted(set(flow["class"]) | set(present["class"])):
        vehicle = names.vehicles_of(str(klass), MANY)
        left = _line(
            flow[flow["class"] == klass], "vehicles", label(names, "passed", vehicle=vehicle), labels, names, port
        )
        right = _line(
            present[present["class"] == klass], "inside", label(names, "present", vehicle=vehicle), labels, names, port
        )
        rows.append(alt.hconcat(left, right, spacing=30, title=names.klass(str(klass))))
    return alt.vconcat(*rows, spacing=12)


def _line(table: pd.DataFrame, column: str, title: str, labels: Labels, names: Names, port: str) -> alt.LayerChart:
    import altair as alt

    data = []
    for row in records(table):
        when = labels.local(int(row["time_s"]))
        point = {
            "time": when.strftime(UTC),
            "when": when.strftime("%Y-%m-%d %H:%M"),
            "direction": names.direction(row["direction"], port),
            "value": round(row[column], 2),
        }
        if column == "inside":
            point["waiting"] = round(row["waiting"], 2)
        data.append(point)
    tooltip = [
        shown("when", label(names, "date")),
        shown("direction", label(names, "direction")),
        shown("value", title, ",.1f"),
    ]
    directions = names.naming(port).directions
    colours = {names.direction(d, port): colour for d, colour in zip(directions, DIRECTION_COLOURS, strict=True)}
    if column == "inside":
        tooltip.append(shown("waiting", label(names, "waiting_now"), ",.1f"))
    lines = (
        chart_of(data)
        .mark_line(strokeWidth=1.5, interpolate="step-after")
        .encode(
            x=alt.X(
                "time:T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=alt.Axis(format="%m-%d", tickCount=8, grid=False),
            ),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4, minExtent=40)),
            color=colours_of("direction", colours),
            tooltip=tooltip,
        )
    )
    measured = labels.local(labels.warmup_s).strftime(UTC)
    rule = chart_of([{"time": measured}]).mark_rule(strokeDash=[4, 4], color="#999999").encode(x="time:T")
    return alt.LayerChart(layer=[lines, rule]).properties(width=430, height=120)


def facilities_in_use(facilities: pd.DataFrame, port: str) -> pd.DataFrame:
    """The rows of the facilities of one port that served vehicles."""
    return facilities[(facilities["port"] == port) & (facilities["served"] > 0)]


def facility_chart(facilities: pd.DataFrame, port: str, names: Names) -> alt.HConcatChart:
    """Utilisation of the facilities of one port that served vehicles and mean wait for them, by side, busiest first."""
    import altair as alt

    here = facilities_in_use(facilities, port)
    here = here.sort_values(["side", "utilisation"], ascending=[True, False])
    data = [
        {
            "facility": names.thing_on(row["facility"], row["side"], port),
            "side": names.side(row["side"], port),
            "utilisation": round(row["utilisation"], 4),
            "mean_wait_h": round(row["mean_wait_h"], 3),
            "wait": number(row["mean_wait_h"]),
            "max_queue": row["max_queue"],
            "served": row["served"],
        }
        for row in records(here)
    ]
    order = [point["facility"] for point in data]
    base = (
        chart_of(data)
        .mark_bar()
        .encode(
            color=colours_of(
                "side",
                {names.side(s, port): colour for s, colour in zip(names.naming(port).sides, SIDE_COLOURS, strict=True)},
            ),
            tooltip=[
                shown("facility", label(names, "facility")),
                shown("side", label(names, "side")),
                shown("utilisation", label(names, "utilisation"), ".0%"),
                shown("mean_wait_h", label(names, "mean_wait_h"), ".2f"),
                shown("max_queue", label(names, "max_queue")),
                shown("served", label(names, "served"), ","),
            ],
        )
        .properties(width=300, height=row_step(order, FACILITY_PX))
    )
    most = max([1.0, *(point["utilisation"] for point in data)])
    busy = base.encode(
        x=alt.X(
            "utilisation:Q",
            scale=alt.Scale(domain=[0, most]),
            title=label(names, "utilisation"),
            axis=alt.Axis(format=".0%"),
        ),
        y=alt.Y("facility:N", sort=order, title=None, axis=name_axis(order, FACILITY_PX)),
    )
    waits = base.encode(
        # The square root keeps short waits visible beside long ones; the figure is beside the bar.
        x=alt.X("mean_wait_h:Q", title=label(names, "mean_wait_h"), scale=alt.Scale(type="sqrt"), axis=None),
        y=alt.Y("facility:N", sort=order, title=None, axis=alt.Axis(labels=False, ticks=False)),
    )
    figures = waits.mark_text(align="left", dx=4, fontSize=10).encode(text="wait:N", color=alt.value(INK))
    heading = alt.TitleParams(label(names, "mean_wait_h"), fontSize=11, fontWeight="normal", anchor="start")
    return alt.hconcat(busy, alt.layer(waits, figures).properties(title=heading), spacing=20)


def _averaged(table: pd.DataFrame, columns: list[str], every_s: float) -> pd.DataFrame:
    """Means over intervals of ``every_s``; the last one may be shorter."""
    keys = [key for key in ("direction", "class") if key in table]
    grouped = table.assign(time_s=table["time_s"] // every_s * every_s).groupby([*keys, "time_s"], as_index=False)
    return grouped[columns].mean()
