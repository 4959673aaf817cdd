"""Recovery after closures as sentences and tables: queue, days until normal, late and lost traffic.

Input: the tables of a comparison, for names and the style of numbers. Output: finished texts in one language. Other
pages take :func:`recovery_sentences` as their answer about a closure.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sim.reports.answer_texts import AnswerTexts
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.effect_texts import scaled
from sim.reports.number_format import NO_VALUE
from sim.reports.text_table import Table
from sim.reports.time_charts import day_rows, time_chart
from sim.statistics import Interval
from sim.studies.answer.closure import recovery_messages, with_losses
from sim.studies.compare import Recovery
from sim.studies.compare.recovery import GONE, open_days, places_of

KILO: Final = 1000.0
CHART_PX: Final = 760


def recovery_sentences(tables: ComparisonTables, scenario: str | None = None, port: str | None = None) -> list[str]:
    """The sentences of an answer on what happens after each closure; of one scenario and port or of all."""
    found = [one for one in tables.of.recoveries if scenario in (None, one.scenario) and port in (None, one.port)]
    texts = AnswerTexts(tables.of, tables.corridor, tables.names.language)
    return [texts.sentence(one) for one in recovery_messages(found)]


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


def closure_table(tables: ComparisonTables, scenario: str) -> Table:
    """Queue, days until normal, and late and lost traffic of one scenario in one table, for a brief.

    What empty vehicles miss is that of the loaded ones. The port is named where there are several.
    """
    own = [one for one in tables.of.recoveries if one.scenario == scenario]
    several = len({one.port for one in own}) > 1
    rows = []
    for one, losses in with_losses(own):
        if not one.vehicles or not one.tonnes:
            continue
        flows = [tables.spread(found) for found in (one.vehicles.late, one.vehicles.lost)]
        flows.append(_kilotonnes(tables, one.tonnes.lost))
        group = tables.names.group(one.klass, one.direction)
        rows.append(
            (
                tables.who(one.port, one.klass, one.direction) if several else group,
                tables.spread(one.peak),
                _days(tables, one, one.days),
                *(flows if losses else [NO_VALUE] * len(flows)),
                _kilotonnes(tables, one.at_origin_t) if losses and one.at_origin_t else NO_VALUE,
            )
        )
    columns = ("traffic", "backlog", "gone", "late_vehicles", "lost_vehicles", "lost_t", "origin_t")
    return tables.table("closure", columns, rows, texts=1)


def recovery_chart(tables: ComparisonTables, one: Recovery, measure: str) -> Any:
    """Queue or flow day by day of the traffic of one recovery; None for results without the figure."""
    results = tables.of.results
    start = results.start
    base, own = (results.backlog[results.backlog["scenario"] == id] for id in (results.baseline, one.scenario))
    group = (one.port, one.direction, one.klass)
    steps = results.dwell[results.dwell["scenario"] == results.baseline]
    shut = [(start + timedelta(one.first_day), start + timedelta(one.last_day))]
    is_open = open_days(tables.corridor, start, results.days, places_of(steps, group))
    rows = day_rows(base, own, group, measure, start, shut, is_open, results.warmup_days)
    return time_chart(rows, group, measure, tables.names).properties(width=CHART_PX) if rows else None


def _shut(tables: ComparisonTables, one: Recovery) -> str:
    days = tables.say("from_to", low=tables.day(one.first_day), high=tables.day(one.last_day))
    return tables.say("shut_partly", days=days) if one.partly else days


def _days(tables: ComparisonTables, one: Recovery, found: Interval | None) -> str:
    if found is None:
        return tables.say("lasting")
    days = tables.spread(found)
    return tables.say("lasting_some", days=days, lasting=one.lasting, replications=one.n) if one.lasting else days


def _kilotonnes(tables: ComparisonTables, found: Interval) -> str:
    return tables.spread(scaled(found, tables.scale("thousand_t") / KILO))
