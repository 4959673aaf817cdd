"""Recovery after closures as sentences and tables: queue, days until normal, late and lost traffic.

Input: the tables of a comparison, for names and the style of numbers. Output: finished texts in one language. Other
pages take :func:`recovery_sentences` as their answer about a closure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from sim.reports.comparison_tables import ComparisonTables
from sim.reports.effect_texts import scaled
from sim.reports.number_format import NO_VALUE
from sim.reports.text_table import Table
from sim.reports.time_charts import day_rows, time_chart
from sim.statistics import Interval
from sim.studies.compare import Recovery
from sim.studies.compare.recovery import GONE, open_days, places_of
from sim.text.catalogue import say

LEAST: Final = 0.5
"""Vehicles or tonnes; fewer are none."""
KILO: Final = 1000.0
CHART_PX: Final = 760


def recovery_sentences(tables: ComparisonTables, scenario: str | None = None, port: str | None = None) -> list[str]:
    """What happens after each closure, the largest queue first; of one scenario and port or of all.

    For each traffic its queue and the days until normal, then what is late and lost, then the cargo that waits where
    it is loaded; at the end of each port the cargo that it delivers.
    """
    found = [one for one in tables.of.recoveries if scenario in (None, one.scenario) and port in (None, one.port)]
    loaded = {(one.scenario, one.port, one.klass) for one in found if one.tonnes and one.tonnes.most.estimate >= LEAST}
    texts: list[str] = []
    for one in found:
        empties = (one.scenario, one.port, one.klass) in loaded and not (
            one.tonnes and one.tonnes.most.estimate >= LEAST
        )
        texts += _sentences(tables, one, losses=not empties)
    return texts + list(_of_ports(tables, found))


def recovery_table(tables: ComparisonTables) -> Table:
    """Extra queue after each closure, and the days until it is gone."""
    rows = [
        (
            tables.title(one.scenario),
            tables.who(one.port, one.klass, one.direction),
            _shut(tables, one),
            tables.spread(one.peak),
            _days(tables, one, one.days),
            _days(tables, one, one.open_days),
            _kilotonnes(tables, one.delivered.lost) if one.delivered else tables.lost(one.cargo),
        )
        for one in tables.of.recoveries
    ]
    columns = ("scenario", "traffic", "shut", "backlog", "gone", "gone_open", "lost")
    return tables.table("recovery", columns, rows, texts=3, gone=GONE)


def loss_table(tables: ComparisonTables) -> Table:
    """Vehicles and cargo that a closure makes late, and those that are lost."""
    rows = [
        (
            tables.title(one.scenario),
            tables.who(one.port, one.klass, one.direction),
            *(tables.spread(found) for found in (one.vehicles.late, one.vehicles.lost, one.vehicles.delay)),
            *(_kilotonnes(tables, found) for found in (one.tonnes.late, one.tonnes.lost)),
            _kilotonnes(tables, one.at_origin_t) if one.at_origin_t else NO_VALUE,
        )
        for one in tables.of.recoveries
        if one.vehicles and one.tonnes
    ]
    flows = ("late_vehicles", "lost_vehicles", "triangle", "late_t", "lost_t", "origin_t")
    return tables.table("losses", ("scenario", "traffic", *flows), rows, texts=2)


def recovery_chart(tables: ComparisonTables, one: Recovery, measure: str) -> Any:
    """Queue or flow day by day of the traffic of one recovery; None for results without the figure."""
    results = tables.of.results
    start = results.start
    base, own = (results.backlog[results.backlog["scenario"] == id] for id in (results.baseline, one.scenario))
    group = (one.port, one.direction, one.klass)
    steps = results.dwell[results.dwell["scenario"] == results.baseline]
    shut = [(start + timedelta(one.first_day), start + timedelta(one.last_day))]
    is_open = open_days(tables.corridor, start, results.days, places_of(steps, group))
    rows = day_rows(base, own, group, measure, start, shut, is_open)
    return time_chart(rows, group, measure, tables.names).properties(width=CHART_PX) if rows else None


def _sentences(tables: ComparisonTables, one: Recovery, losses: bool) -> Iterator[str]:
    """Those on the queue and, with ``losses``, on what is late and lost; empty trucks are those of the loaded ones."""
    who = tables.who(one.port, one.klass, one.direction)
    yield _queue(tables, one, who)
    if not losses or one.vehicles is None or one.tonnes is None or one.vehicles.most.estimate < LEAST:
        return
    vehicles, tonnes = one.vehicles, one.tonnes
    amounts = {key: _amount(tables, getattr(vehicles, key), getattr(tonnes, key)) for key in ("late", "lost", "open")}
    kind = "fleet" if one.fleet else "arrivals"
    if vehicles.lost.estimate >= LEAST:
        yield _say(tables, "recovery.lost" if vehicles.late.estimate >= LEAST else "recovery.all_lost", **amounts)
    else:
        yield _say(tables, f"recovery.late_{kind}", **amounts)
    if vehicles.open.estimate >= LEAST:
        yield _say(tables, "recovery.open", **amounts)
    if one.at_origin_t is not None:
        made_up = max(0.0, 1.0 - tonnes.lost.estimate / tonnes.most.estimate) if tonnes.most.estimate else 0.0
        yield _say(tables, "recovery.origin", tonnes=_kilotonnes(tables, one.at_origin_t), share=made_up)


def _queue(tables: ComparisonTables, one: Recovery, who: str) -> str:
    """The sentence on the queue."""
    if one.peak.estimate < LEAST:
        return _say(tables, "recovery.no_queue", who=who)
    values: dict[str, Any] = {"who": who, "peak": tables.spread(one.peak)}
    if one.days is None:
        return _say(tables, "recovery.stays", **values)
    if one.lasting:
        return _say(tables, "recovery.stays_in_some", **values, lasting=one.lasting, n=one.n)
    if one.days.estimate <= 1 and not one.days.half_width > 0:
        return _say(tables, "recovery.same_day", **values)
    days, of_them = tables.spread(one.days), tables.spread(one.open_days) if one.open_days else NO_VALUE
    return _say(tables, "recovery.days", **values, days=days, open_days=of_them)


def _of_ports(tables: ComparisonTables, found: list[Recovery]) -> Iterator[str]:
    """A sentence for each port and scenario on the cargo that it delivers."""
    for (_, port), one in {(one.scenario, one.port): one for one in found}.items():
        if one.delivered is None:
            continue
        values = {"port": tables.names.port(port), "late": _kilotonnes(tables, one.delivered.late)}
        lost = one.delivered.lost.estimate >= LEAST * KILO
        yield _say(
            tables,
            f"recovery.delivered{'_less' if lost else ''}",
            **values,
            lost=_kilotonnes(tables, one.delivered.lost),
        )


def _amount(tables: ComparisonTables, vehicles: Interval, tonnes: Interval) -> str:
    """Vehicles, with their tonnes if they carry any."""
    number = tables.spread(vehicles)
    if tonnes.estimate < LEAST * KILO:
        return _say(tables, "recovery.count", vehicles=number)
    return _say(tables, "recovery.amount", vehicles=number, tonnes=_kilotonnes(tables, tonnes))


def _shut(tables: ComparisonTables, one: Recovery) -> str:
    days = _say(tables, "from_to", low=tables.day(one.first_day), high=tables.day(one.last_day))
    return _say(tables, "shut_partly", days=days) if one.partly else days


def _days(tables: ComparisonTables, one: Recovery, found: Interval | None) -> str:
    if found is None:
        return _say(tables, "lasting")
    days = tables.spread(found)
    return _say(tables, "lasting_some", days=days, lasting=one.lasting, replications=one.n) if one.lasting else days


def _kilotonnes(tables: ComparisonTables, found: Interval) -> str:
    return tables.spread(scaled(found, tables.scale("thousand_t") / KILO))


def _say(tables: ComparisonTables, key: str, **values: Any) -> str:
    return say(f"comparison.{key}", tables.names.language, **values)
