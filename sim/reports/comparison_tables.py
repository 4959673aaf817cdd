"""The tables of a comparison as finished texts, for a terminal and a page alike: what changes, where, and at what cost.

In: a Comparison and the names of its world. Out: :class:`Table`, one a question, scenarios that help most first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from corridors.model import Corridor
from sim.kpi.key_figures import KPIS
from sim.statistics import Interval, Paired
from sim.studies.compare import ALL, Comparison, Cost, Line, Recovery, Row, Shift
from sim.studies.compare.bottleneck_shifts import Bottleneck
from sim.studies.compare.costs import DAYS_A_YEAR, Range
from sim.studies.compare.figures import BOTH
from sim.studies.compare.ranking import RANKED, Rank
from sim.studies.compare.recovery import GONE
from sim.studies.compare.sections import FELT, IN_USE, WAIT
from sim.text.comparison import (
    WORDS,
    change,
    decimals,
    figure,
    give_or_take,
    in_minutes,
    interval,
    plain,
    say,
    scaled,
    signed,
    variance_ratio,
    verdict,
)
from sim.text.names import Names

PERCENT = 100
MOST_SECTIONS = 4
PAIRS_WELL = 0.3
"""A variance ratio below this does the work of more than three times as many independent runs."""


@dataclass(frozen=True)
class Table:
    """Headings (a line break sets off the unit) and rows of finished texts; the first ``texts`` columns are words."""

    key: str
    """Of its title, and with '_note' of what stands under it (see :data:`sim.text.comparison.WORDS`)."""
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int
    rest: str = ""
    """A sentence about the scenarios that have no row, because there is nothing to tell of them one by one."""

    @property
    def grouped(self) -> bool:
        """Whether a scenario has several rows, so that its name is better told once, above them."""
        return any(one[0] == other[0] for one, other in pairwise(self.rows))


class Tables:
    """The tables of one comparison in one language."""

    def __init__(self, comparison: Comparison, corridor: Corridor, names: Names) -> None:
        self.of, self.corridor, self.names = comparison, corridor, names
        self.order = comparison.by_benefit()

    def heading(self) -> str:
        """What is compared with what, over how many days and replications."""
        results = self.of.results
        settings = results.scenarios[results.baseline]
        return self._say(
            "against",
            others=len(results.others),
            baseline=self._say("baseline"),
            n=max((row.n for row in self.of.rows), default=0),
            days=results.days,
            start=settings["start"],
            warmup=results.warmup_days,
        )

    def experiment(self) -> str:
        """What the experiment is called."""
        asked = self.of.results.experiment
        return self.names.pick((asked.title_en, asked.title_zh))

    def title(self, scenario: str) -> str:
        """What a scenario is called."""
        if scenario == self.of.results.baseline:
            return self._say("baseline_name")
        return self.of.results.title(scenario, self.names.language)

    def who(self, port: str, klass: str, direction: str = BOTH) -> str:
        """A class at a port."""
        where = self._say("all_ports") if port == ALL else self.names.port(port)
        whom = self.names.klass(klass) if direction == BOTH else self.names.group(klass, direction)
        return where if port == klass == ALL else f"{where}{self._comma}{whom}"

    def cargo(self) -> Table:
        """What more goes through all ports."""
        found = [(id, row) for id in self.order if (row := self.of.row(id, ALL, ALL, "tonnes_per_day"))]
        rows = [
            (self.title(id), verdict(row, self.names), change(row), interval(row, self.names))
            for id, row in found
            if not row.equal
        ]
        base = figure(found[0][1].paired.mean_baseline) if found else "0"
        equal = [self.title(id) for id, row in found if row.equal]
        return self._table("cargo", ("scenario", "verdict", "t_more", "interval"), rows, equal, 2, baseline=base)

    def meant(self) -> Table:
        """What changes for the traffic that a scenario is meant for."""
        rows, equal, also = [], [], []
        for id in self.order:
            traffic = self.of.main_target(id)
            if traffic is None:
                continue
            vehicles = self.of.row(id, traffic.port, traffic.klass, "vehicles_per_day")
            dwell = self.of.row(id, traffic.port, traffic.klass, "dwell_h_mean")
            if not vehicles or not dwell:
                continue
            if vehicles.equal and dwell.equal:
                equal.append(self.title(id))
                continue
            told = verdict(dwell, self.names) + self._mark(dwell)
            who, others = self.who(traffic.port, traffic.klass), self.of.targets[id][1:]
            if others:
                who = self.names.bracketed(who, self._say("one_of", n=1 + len(others)))
                rest = self._say("between").join(self.who(one.port, one.klass) for one in others)
                also.append(self._say("meant_also", scenario=self.title(id), who=rest))
            rows.append((self.title(id), who, told, *self._pair(vehicles), *self._pair(dwell), variance_ratio(dwell)))
        columns = ("vehicles_before", "vehicles_more", "dwell_before", "dwell_more", "variance")
        made = self._table("meant", ("scenario", "for_whom", "dwell_verdict", *columns), rows, equal, 3)
        return replace(made, rest=self._say("sentences").join(filter(None, (*also, made.rest))))

    def pairing(self) -> str:
        """In how many scenarios pairing does away with most of the chance; empty where no variance is known.

        Told of the dwell of a tonne over all ports, and of that of the traffic that a scenario is meant for.
        """
        meant = [(id, traffic) for id in self.order if (traffic := self.of.main_target(id))]
        whole, own = (
            [row for row in rows if row and math.isfinite(row.paired.variance_ratio)]
            for rows in (
                [self.of.row(id, ALL, ALL, "dwell_h_mean") for id in self.order],
                [self.of.row(id, traffic.port, traffic.klass, "dwell_h_mean") for id, traffic in meant],
            )
        )
        all_n, n = (sum(row.paired.variance_ratio < PAIRS_WELL for row in rows) for rows in (whole, own))
        counts = {"n": n, "of": len(own), "all_n": all_n, "all_of": len(whole), "same": sum(row.equal for row in whole)}
        return self._say("pairing", bound=PAIRS_WELL, **counts) if whole else ""

    def one_more(self) -> Table:
        """What one more of each bottleneck gives (see :mod:`sim.studies.marginal_capacity`), the most cargo first."""
        rows = []
        for id in self.order:
            traffic, shift = self.of.main_target(id), self._main_shift(id)
            if traffic is None:
                continue
            kpis = ("vehicles_per_day", "dwell_h_mean")
            vehicles, dwell = (self.of.row(id, traffic.port, traffic.klass, kpi) for kpi in kpis)
            tonnes = self.of.row(id, ALL, ALL, "tonnes_per_day")
            rows.append(
                (
                    self.title(id),
                    self.who(traffic.port, traffic.klass),
                    verdict(dwell, self.names) + self._mark(dwell) if dwell else "-",
                    self._bottleneck(shift.after) if shift else "-",
                    *(self._effect(row) for row in (tonnes, vehicles, dwell)),
                )
            )
        columns = ("dwell_verdict", "next", "t_more_interval", "vehicles_change", "dwell_change")
        return self._table("one_more", ("one_more_of", "for_whom", *columns), rows, (), 4)

    def bottleneck(self) -> Table:
        """For what the traffic waits longest, before and after."""
        rows, equal = [], []
        for id in self.order:
            shift = self._main_shift(id)
            if shift and self._same(shift):
                equal.append(self.title(id))
            elif shift:
                who = f"{self.names.port(shift.port)}{self._comma}{self.names.group(shift.klass, shift.direction)}"
                hours = f"{_waiting(shift.before)}\u00a0→\u00a0{_waiting(shift.after)}"
                rows.append((self.title(id), who, self.sentence(shift), hours))
        columns = ("scenario", "for_whom", "bottleneck", "waiting")
        return self._table("bottleneck", columns, rows, equal, 3, margin=100 * self.of.margin)

    def lines(self) -> Table:
        """What changes on the lines behind the ports: paths in use and waiting for one."""
        own = {id: [line for line in self.of.lines if line.scenario == id][:MOST_SECTIONS] for id in self.order}
        rows = [self._line(line) for found in own.values() for line in found]
        rest = [self.title(id) for id, found in own.items() if not found]
        told = {"points": PERCENT * FELT[IN_USE], "hours": FELT[WAIT], "most": MOST_SECTIONS}
        columns = ("scenario", "section", "paths_before", "paths_more", "wait_before", "wait_more")
        return self._table("lines", columns, rows, rest, 2, **told)

    def _line(self, line: Line) -> tuple[str, ...]:
        used, wait = self._parts(line.in_use, PERCENT), self._parts(line.wait_h)
        return self.title(line.scenario), self.names.thing(line.link), *used, *wait

    def journeys(self) -> Table:
        """Hours from the first place of a journey to its last, wherever they change, the greatest change first."""
        rows = []
        for id in self.order:
            own = [row for row in self.of.rows if row.scenario == id and row.kpi == "transit_h_mean"]
            own = [row for row in own if row.shown and abs(row.difference) >= FELT[WAIT]]
            for row in sorted(own, key=lambda row: -abs(row.difference)):
                dwell = self.of.row(id, row.port, row.klass, "dwell_h_mean")
                told = self._pair(row)
                at_port = change(dwell) + self._mark(dwell) if dwell else "-"
                rows.append((self.title(id), self.who(row.port, row.klass), *told, at_port))
        columns = ("scenario", "for_whom", "transit_before", "transit_more", "at_port")
        return self._table("journeys", columns, rows, (), 2, hours=FELT[WAIT])

    def recovery(self) -> Table:
        """What a closure leaves behind, and how long until it is gone."""
        rows = [
            (
                self.title(one.scenario),
                f"{self.names.port(one.port)}{self._comma}{self.names.group(one.klass, one.direction)}",
                self._say("from_to", low=self._day(one.first_day), high=self._day(one.last_day)),
                self._spread(one.backlog),
                self._gone(one),
                self._lost(one.cargo),
            )
            for one in self.of.recoveries
        ]
        return self._table(
            "recovery", ("scenario", "for_whom", "shut", "backlog", "gone", "lost"), rows, (), 3, gone=GONE
        )

    def costs(self) -> Table:
        """What a scenario costs in a year, and what a tonne or a vehicle more costs; the cheapest tonne first."""
        stated = [cost for cost in self.of.costs if cost.usd_per_t or cost.usd_per_vehicle or cost.usd_per_hour]
        stated.sort(key=lambda cost: cost.usd_per_t.value if cost.usd_per_t else math.inf)
        rest = [
            self.names.bracketed(self.title(cost.scenario), figure(cost.yearly_musd.value)) for cost in self.of.costs
        ]
        rest = [told for told, cost in zip(rest, self.of.costs, strict=True) if cost not in stated]
        known: dict[str, object] = {"rate": 0.0, "life": 0.0}
        if self.of.costs:
            parameters = self.corridor.parameters
            known = {"rate": parameters["discount_rate"].value, "life": parameters["life_years"].value}
        columns = ("scenario", "cost_year", "t_year", "usd_t", "usd_vehicle", "usd_hour")
        return self._table("costs", columns, [self._cost(cost) for cost in stated], rest, 1, **known)

    def ranking(self, kpi: str = RANKED[0]) -> Table:
        """Scenarios by a figure over all ports, with the probability of being best; none that equals the baseline."""
        known = {id: self.of.row(id, ALL, ALL, kpi) for id in self.of.results.others}
        equal = {id for id, row in known.items() if row and row.equal}
        rows = [
            (
                self.title(rank.scenario),
                plain(rank.mean.estimate, decimals(rank.mean.half_width, rank.mean.estimate, 4)),
                self._chance(rank),
            )
            for rank in self.of.ranking
            if rank.kpi == kpi and rank.scenario not in equal
        ]
        made = self._table("ranking", ("scenario", "mean", "probability"), rows)
        unit = f"\n{self.names.unit(KPIS[kpi].unit)}"
        return Table(made.key, made.note, (made.columns[0], made.columns[1] + unit, made.columns[2]), made.rows, 1)

    def _chance(self, rank: Rank) -> str:
        if rank.probability_best is not None:
            return f"{rank.probability_best:.0%}"
        kind = self.of.results.outside(rank.scenario)
        return self._say(kind) if kind else "-"

    def shown(self) -> Table:
        """Every figure of every scenario whose difference is shown."""
        rows = [
            (
                self.title(row.scenario),
                self.who(row.port, row.klass, row.direction),
                self._kpi(row.kpi, row.unit),
                verdict(row, self.names),
                figure(row.paired.mean_baseline),
                change(row),
                interval(row, self.names),
                variance_ratio(row),
            )
            for row in map(in_minutes, (row for row in self.of.rows if row.shown))
        ]
        columns = ("scenario", "for_whom", "figure", "verdict", "before", "change", "interval", "variance")
        return self._table("all_rows", columns, rows, texts=4)

    def sentence(self, shift: Shift) -> str:
        """Where the bottleneck goes, in words."""
        before, after = self._bottleneck(shift.before), self._bottleneck(shift.after)
        if not shift.moves and shift.after:
            return self._say("stays", before=before, after=self._say("share_only", share=shift.after.share))
        return self._say("goes", before=before, after=after)

    def _main_shift(self, scenario: str) -> Shift | None:
        """Of the traffic meant, the direction that waits longest."""
        traffic = self.of.main_target(scenario)
        own = [shift for shift in self.of.shifts if shift.scenario == scenario]
        return next((shift for shift in own if traffic in (None, shift.traffic)), None)

    def _bottleneck(self, found: Bottleneck | None) -> str:
        if found is None:
            return self._say("nobody")
        return self._say("share", thing=self.names.thing(found.at), share=found.share)

    def _pair(self, row: Row) -> tuple[str, str]:
        base = figure(row.paired.mean_baseline)
        return base, self._effect(row)

    def _parts(self, found: Paired | None, times: float = 1.0) -> tuple[str, str]:
        """A figure before, and its change with the interval, ``times`` over; '-' for what does not change."""
        if found is None:
            return "-", "-"
        return figure(times * found.mean_baseline), give_or_take(scaled(found.difference, times), self.names)

    def _effect(self, row: Row | None) -> str:
        return give_or_take(row.paired.difference, self.names) if row else "-"

    def _day(self, number: int) -> str:
        start = date.fromisoformat(str(self.of.results.scenarios[self.of.results.baseline]["start"]))
        return str(start + timedelta(days=number))

    def _gone(self, one: Recovery) -> str:
        if one.days is None:
            return self._say("lasting")
        days, n = self._spread(one.days), one.backlog.n
        return self._say("lasting_some", days=days, k=one.lasting, n=n) if one.lasting else days

    def _lost(self, cargo: Row | None) -> str:
        if cargo is None or cargo.outcome != "worse":
            return "-"
        thousand = -self.of.results.measured_days / 1000
        found = cargo.paired.difference
        low, high = sorted((thousand * found.low, thousand * found.high))
        return self._spread(Interval(thousand * found.estimate, low, high, found.level, found.n))

    def _spread(self, found: Interval) -> str:
        """A figure with its interval; alone where nothing varies, or one run gives none."""
        digits = decimals(found.half_width, found.estimate)
        value, low, high = (plain(end, digits) for end in (found.estimate, found.low, found.high))
        between = math.isfinite(found.half_width) and found.half_width > 0
        return f"{value} ({self._say('from_to', low=low, high=high)})" if between else figure(found.estimate)

    def _cost(self, cost: Cost) -> tuple[str, ...]:
        effect = cost.cargo.paired.difference if cost.cargo else None
        more = "-"
        if effect and cost.cargo and cost.cargo.shown:
            thousand = DAYS_A_YEAR / 1000
            half, value = effect.half_width * thousand, effect.estimate * thousand
            more = signed(value, decimals(half, value))
        return (
            self.title(cost.scenario),
            self._range(cost.yearly_musd),
            more,
            self._range(cost.usd_per_t),
            self._range(cost.usd_per_vehicle),
            self._range(cost.usd_per_hour) + self._mark(cost.dwell if cost.usd_per_hour else None),
        )

    def _range(self, found: Range | None) -> str:
        if found is None:
            return self._say("not_worth")
        return f"{figure(found.value)} ({self._say('from_to', low=figure(found.low), high=figure(found.high))})"

    def _mark(self, dwell: Row | None) -> str:
        """A dagger at hours that depend on the length of the run: the queue grows, in the scenario or the baseline."""
        both = (dwell.scenario, self.of.results.baseline) if dwell else ()
        return "†" if dwell and any(self.of.queues.grows(one, dwell.port, dwell.klass) for one in both) else ""

    def _kpi(self, kpi: str, unit: str) -> str:
        return f"{self.names.figure(kpi)}{self._comma}{self.names.unit(unit)}"

    @property
    def _comma(self) -> str:
        return "，" if self.names.language == "zh" else ", "

    def _say(self, key: str, **values: object) -> str:
        return say(self.names, key, **values)

    def _same(self, shift: Shift) -> bool:
        before, after = shift.before, shift.after
        if before is None or after is None or shift.moves:
            return False
        change_h = abs(after.waiting_h_per_day - before.waiting_h_per_day)
        return change_h <= self.of.margin * before.waiting_h_per_day

    def _table(
        self,
        key: str,
        columns: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        rest: Sequence[str] = (),
        texts: int = 1,
        **values: object,
    ) -> Table:
        heads = tuple(self._say(column) for column in columns)
        note = self._say(f"{key}_note", **values) if f"{key}_note" in WORDS else ""
        told = self._say(f"{key}_rest", who=self._say("between").join(rest), **values) if rest else ""
        return Table(key, note, heads, tuple(rows), texts, told)


def _waiting(found: Bottleneck | None) -> str:
    return figure(found.waiting_h_per_day) if found else "0"
