"""Tables of a comparison as finished texts: effects, bottlenecks, sections, costs, ranking.

Input: a ScenarioComparison and the names of its world. Output: one :class:`~sim.reports.text_table.Table` per question,
the scenarios with the most extra cargo first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from corridors.model import Corridor
from sim.core.kpi_declarations import KPIS
from sim.reports import money
from sim.reports.comparison_names import baseline_name, experiment_title, traffic_name
from sim.reports.effect_texts import (
    change,
    change_with_half_width,
    interval,
    scaled,
    spread,
    variance_ratio,
    verdict,
)
from sim.reports.number_format import NO_VALUE, decimals, figure, plain, probability, signed
from sim.reports.run_notes import DAGGER
from sim.reports.text_table import Table
from sim.statistics import Interval, Paired
from sim.studies.answer.amounts import HOURS
from sim.studies.answer.best import asked_best
from sim.studies.compare import (
    ALL,
    BottleneckShift,
    Effect,
    ScenarioComparison,
    ScenarioCost,
    SectionChange,
    StockEffect,
    YardEffect,
)
from sim.studies.compare.bottleneck_shifts import Bottleneck, main_shift_of
from sim.studies.compare.costs import DAYS_A_YEAR, CostRange
from sim.studies.compare.figures import BOTH, DELIVERED
from sim.studies.compare.ranking import RANKED, Rank, one_for_equals
from sim.studies.compare.sections import IN_USE, LEAST_CHANGE, WAIT
from sim.text.catalogue import has, say
from sim.text.names import Names

PERCENT: Final = 100
MOST_SECTIONS: Final = 4
PAIRS_WELL: Final = 0.3
"""A variance ratio below it replaces more than three times as many independent runs."""
ARROW: Final = "\u00a0→\u00a0"


class ComparisonTables:
    """The tables of one comparison in one language."""

    def __init__(self, comparison: ScenarioComparison, corridor: Corridor, names: Names) -> None:
        self.of, self.corridor, self.names = comparison, corridor, names
        self.order = comparison.by_benefit()

    def heading(self) -> str:
        """A sentence on the scenarios, replications and days of the comparison."""
        results = self.of.results
        return self.say(
            "against",
            scenarios=len(results.others),
            base=baseline_name(results, self.names.language),
            pairs=max((effect.n for effect in self.of.effects), default=0),
            days=results.days,
            start=results.start,
            warmup=results.warmup_days,
        )

    def how(self) -> str:
        """How scenarios are paired with the baseline, and what the verdicts mean."""
        return self.say("how", margin=PERCENT * self.of.margin)

    def experiment(self) -> str:
        """The title of the experiment."""
        return experiment_title(self.of.results, self.names.language)

    def title(self, scenario: str) -> str:
        """The title of a scenario."""
        if scenario == self.of.results.baseline:
            return self.say("baseline_name")
        return self.of.results.title(scenario, self.names.language)

    def who(self, port: str, klass: str, direction: str = BOTH) -> str:
        """The name of a class at a port."""
        return traffic_name(self.names, port, klass, direction)

    def cargo(self) -> Table:
        """Effects on the cargo delivered over all ports."""
        found = [(id, effect) for id in self.order if (effect := self.of.cargo(id))]
        rows = [
            (self.title(id), self._verdict(effect), change(effect), self._interval(effect))
            for id, effect in found
            if not effect.equal
        ]
        base = figure(found[0][1].paired.mean_baseline) if found else "0"
        equal = [self.title(id) for id, effect in found if effect.equal]
        return self.table("cargo", ("scenario", "verdict", "tonnes_change", "interval"), rows, equal, 2, baseline=base)

    def yards(self) -> Table:
        """Cargo that crosses the border and stays in a yard, and the levels of the yards at the end."""
        own = {one.scenario: one for one in self.of.yards}
        rows = [
            (self.title(id), self._in_yards(own[id]), self.say("separator").join(map(self._level, own[id].yards)))
            for id in self.order
            if id in own
        ]
        return self.table("yards", ("scenario", "yard_sentence", "yard_levels"), rows, (), 3)

    def _in_yards(self, one: YardEffect) -> str:
        """The sentence on cargo that crosses and stays, or is drawn from the yards."""
        amounts = {"crossed": one.crossed.difference, "delivered": one.delivered.difference, "kept": one.kept}
        return self.say(one.sentence, **{key: figure(abs(amount)) for key, amount in amounts.items()})

    def _level(self, one: StockEffect) -> str:
        """The level of a yard at the end, and the days from then until it is full or empty."""
        thing, unit = self.names.stock(one.stock), self.names.unit(one.unit)
        level = self.say("yard.level", stock=thing, level=figure(one.level_end), unit=unit)
        drifts = (drift for drift in self.of.drifts if (drift.scenario, drift.stock) == (one.scenario, one.stock))
        drift = next(drifts, None)
        if drift is None or drift.days_left is None:
            return level
        code = "yard.full" if drift.rate > 0 else "yard.empty"
        left = math.ceil(drift.days_left.estimate)
        return self.say(code, level=level, n=left) if left else self.say(f"{code}_reached", level=level)

    def asked(self) -> Table:
        """The requested figure in each scenario, the best first; without a question neither row nor rest."""
        question, best = self.of.question, asked_best(self.of, self.corridor)
        if question is None or best is None:
            return Table("", "", (), (), 1)
        klass = question.counted_class
        found = {id: self.of.effect(id, question.port, klass, question.kpi) for id in best.order}
        rows = [
            (
                self.title(id),
                self._verdict(effect) + (self._mark(effect) if effect.unit == HOURS else ""),
                *map(figure, (effect.paired.mean_baseline, effect.paired.mean_proposal)),
                *((NO_VALUE, NO_VALUE) if effect.equal else (change(effect), self._interval(effect))),
            )
            for id, effect in found.items()
            if effect
        ]
        without = [self.title(id) for id, effect in found.items() if not effect]
        unit = self.names.unit(KPIS[question.kpi].unit)
        about = self.say("with_unit", figure=self.names.figure(question.kpi), unit=unit)
        columns = ("scenario", "verdict", "before", "in_scenario", "change", "interval")
        who = self.who(question.port, klass)
        return self.table("asked", columns, rows, without, 2, figure=about, traffic=who)

    def target(self) -> Table:
        """Effects on the target traffic of each scenario."""
        rows, equal, also, without = [], [], [], []
        for id in self.order:
            traffic = self.of.main_target(id)
            if traffic is None:
                without.append(self.title(id))
                continue
            vehicles = self.of.effect(id, traffic.port, traffic.klass, "vehicles_per_day")
            dwell = self.of.effect(id, traffic.port, traffic.klass, "dwell_h_mean")
            if not vehicles:
                without.append(self.title(id))
                continue
            who, others = self.who(traffic.port, traffic.klass), self.of.target_traffic[id][1:]
            if vehicles.equal and (not dwell or dwell.equal):
                equal.append(self.names.bracketed(self.title(id), who))
                continue
            if others:
                who = self.names.bracketed(who, self.say("one_of", total=1 + len(others)))
                also.append(self.say("target_also", scenario=self.title(id), who=self._list(others)))
            # Without a crossing in the scenario there is no dwell time to compare.
            hours = (*self._pair(dwell), variance_ratio(dwell)) if dwell else (NO_VALUE,) * 3
            verdict_on = self._verdict(dwell) + self._mark(dwell) if dwell else NO_VALUE
            rows.append((self.title(id), who, verdict_on, *self._pair(vehicles), *hours))
        columns = ("vehicles_before", "vehicles_effect", "dwell_before", "dwell_effect", "variance")
        made = self.table("target", ("scenario", "traffic", "dwell_verdict", *columns), rows, equal, 3)
        none = self.say("target_none", who=self.say("separator").join(without)) if without else ""
        return replace(made, rest=self.say("sentence_separator").join(filter(None, (*also, made.rest, none))))

    def _list(self, traffic: Sequence[Any]) -> str:
        return self.say("separator").join(self.who(one.port, one.klass) for one in traffic)

    def pairing(self) -> str:
        """A sentence on the scenarios in which pairing reduces the variance most; empty without any variance.

        It counts mean dwell time per tonne over all ports, and that of the target traffic.
        """
        targets = [(id, traffic) for id in self.order if (traffic := self.of.main_target(id))]
        whole, own = (
            [effect for effect in effects if effect and math.isfinite(effect.paired.variance_ratio)]
            for effects in (
                [self.of.effect(id, ALL, ALL, "dwell_h_mean") for id in self.order],
                [self.of.effect(id, traffic.port, traffic.klass, "dwell_h_mean") for id, traffic in targets],
            )
        )
        if not whole:
            return ""
        all_n, target_n = (sum(one.paired.variance_ratio < PAIRS_WELL for one in effects) for effects in (whole, own))
        same = sum(effect.equal for effect in whole)
        counts = {"all_n": all_n, "all_of": len(whole), "same": same, "target_n": target_n, "target_of": len(own)}
        return self.say("pairing", bound=PAIRS_WELL, **counts)

    def one_more(self, units: Mapping[str, str]) -> Table:
        """Effects of one more unit at each root of waiting (:mod:`sim.studies.marginal_capacity`), most cargo first.

        ``units`` has the kind of unit by scenario.
        """
        rows = []
        for id in self.order:
            traffic, shift = self.of.main_target(id), self._shift(id)
            if traffic is None:
                continue
            kpis = ("vehicles_per_day", "dwell_h_mean")
            vehicles, dwell = (self.of.effect(id, traffic.port, traffic.klass, kpi) for kpi in kpis)
            tonnes = self.of.effect(id, ALL, ALL, DELIVERED)
            rows.append(
                (
                    self.title(id),
                    self.say(f"unit_of.{units[id]}"),
                    self.who(traffic.port, traffic.klass),
                    self._verdict(dwell) + self._mark(dwell) if dwell else NO_VALUE,
                    self._bottleneck(shift.after) if shift else NO_VALUE,
                    *(self._effect(effect) for effect in (tonnes, vehicles, dwell)),
                )
            )
        columns = ("dwell_verdict", "next", "cargo_change", "vehicles_change", "dwell_change")
        return self.table("one_more", ("one_more_of", "unit_of", "traffic", *columns), rows, (), 5)

    def bottleneck(self) -> Table:
        """Main root of waiting before and after: of the traffic that is asked about, else of the target traffic."""
        rows, equal, without = [], [], []
        for id in self.order:
            shift = self._shift(id)
            if shift is None:
                without.append(self.title(id))
                continue
            who = self.who(shift.port, shift.klass, shift.direction)
            if self._same(shift):
                equal.append(self.names.bracketed(self.title(id), who))
            else:
                hours = f"{_waiting(shift.before)}{ARROW}{_waiting(shift.after)}"
                rows.append((self.title(id), who, self.sentence(shift), hours))
        columns = ("scenario", "traffic", "bottleneck", "waiting")
        made = self.table("bottleneck", columns, rows, equal, 3, margin=PERCENT * self.of.margin)
        none = self.say("bottleneck_none", who=self.say("separator").join(without)) if without else ""
        return replace(made, rest=self.say("sentence_separator").join(filter(None, (made.rest, none))))

    def sections(self) -> Table:
        """Changes of the sections behind the ports: capacity utilisation, and waiting for train paths."""
        own = {id: [one for one in self.of.section_changes if one.scenario == id][:MOST_SECTIONS] for id in self.order}
        rows = [self._section(one) for found in own.values() for one in found]
        rest = [self.title(id) for id, found in own.items() if not found]
        points = PERCENT * LEAST_CHANGE[IN_USE]
        least = {"points": round(points) if points == round(points) else points, "hours": LEAST_CHANGE[WAIT]}
        columns = ("scenario", "section", "paths_before", "paths_change", "path_wait_before", "path_wait_change")
        return self.table("sections", columns, rows, rest, 2, most=MOST_SECTIONS, **least)

    def _section(self, one: SectionChange) -> tuple[str, ...]:
        used, wait = self._parts(one.in_use, PERCENT), self._parts(one.wait_h)
        return self.title(one.scenario), self.names.thing(one.link), *used, *wait

    def journeys(self) -> Table:
        """Changes of the transit time, the largest first."""
        rows = []
        for id in self.order:
            own = [effect for effect in self.of.effects_of(id) if effect.kpi == "transit_h_mean"]
            own = [effect for effect in own if effect.significant and abs(effect.difference) >= LEAST_CHANGE[WAIT]]
            for effect in sorted(own, key=lambda effect: -abs(effect.difference)):
                dwell = self.of.effect(id, effect.port, effect.klass, "dwell_h_mean")
                at_port = change(dwell) + self._mark(dwell) if dwell else NO_VALUE
                rows.append((self.title(id), self.who(effect.port, effect.klass), *self._pair(effect), at_port))
        columns = ("scenario", "traffic", "transit_before", "transit_change", "at_port")
        return self.table("journeys", columns, rows, (), 2, hours=LEAST_CHANGE[WAIT])

    def costs(self) -> Table:
        """Yearly costs of scenarios, and their costs per extra tonne, extra vehicle and hour saved; cheapest first."""
        stated = [cost for cost in self.of.costs if cost.usd_per_t or cost.usd_per_vehicle or cost.usd_per_hour]
        stated.sort(key=lambda cost: cost.usd_per_t.value if cost.usd_per_t else math.inf)
        rest = [
            self.names.bracketed(
                self.title(cost.scenario), figure(money.scale(self.names.language) * cost.yearly_musd.value)
            )
            for cost in self.of.costs
            if cost not in stated
        ]
        known: dict[str, object] = {"rate": 0.0, "life": 0.0}
        if self.of.costs:
            parameters = self.corridor.parameters
            known = {"rate": parameters["discount_rate"].value, "life": parameters["life_years"].value}
        columns = ("scenario", "cost_year", "cargo_year", "usd_t", "usd_vehicle", "usd_hour")
        return self.table("costs", columns, [self._cost(cost) for cost in stated], rest, 1, **known)

    def ranking(self, kpi: str = RANKED[0]) -> Table:
        """Scenarios in the order of a figure over all ports; those that equal the baseline are counted with it.

        Where all do, there is nothing to rank: no row, and no sentence.
        """
        rows = [
            (
                self.title(rank.scenario),
                plain(rank.mean.estimate, decimals(rank.mean.half_width, rank.mean.estimate, 4)),
                self._probability(rank),
            )
            for rank in self.ranks(kpi)
        ]
        equal = [self.title(id) for id in self._as_baseline(kpi)]
        if len(rows) < 2:
            rows, equal = [], []
        made = self.table("ranking", ("scenario", "mean", "probability"), rows, equal)
        if rows and not self._some_differ(kpi):
            made = replace(made, note=self.say("ranking_unclear"))
        mean = self.say("mean_in", unit=self.names.unit(KPIS[kpi].unit))
        title = self.say("ranking_by", figure=self.names.figure(kpi))
        return replace(made, title=title, columns=(made.columns[0], mean, made.columns[2]))

    def ranks(self, kpi: str) -> list[Rank]:
        """The ranks of a figure; scenarios that equal the baseline in every run are counted with it.

        Without a probability where no scenario differs significantly from the baseline.
        """
        own = [rank for rank in self.of.ranking if rank.kpi == kpi]
        if not self._some_differ(kpi):
            own = [replace(rank, probability_best=None) for rank in own]
        return one_for_equals(own, set(self._as_baseline(kpi)), self.of.results.baseline)

    def _some_differ(self, kpi: str) -> bool:
        """Whether a scenario differs significantly from the baseline: else none can be called the best."""
        effects = (self.of.effect(id, ALL, ALL, kpi) for id in self.of.results.others)
        return any(effect is not None and effect.significant for effect in effects)

    def _as_baseline(self, kpi: str) -> list[str]:
        """The scenarios that equal the baseline in every run."""
        known = {id: self.of.effect(id, ALL, ALL, kpi) for id in self.of.results.others}
        return [id for id, effect in known.items() if effect and effect.equal]

    def _probability(self, rank: Rank) -> str:
        if rank.probability_best is not None:
            return probability(rank.probability_best, self.names.language)
        kind = self.of.results.outside(rank.scenario)
        return self.say(f"outside.{kind}") if kind else NO_VALUE

    def all_effects(self) -> Table:
        """All significant differences of all scenarios."""
        rows = [
            (
                self.title(effect.scenario),
                self.who(effect.port, effect.klass, effect.direction),
                self.say("with_unit", figure=self.names.figure(effect.kpi), unit=self.names.unit(effect.unit)),
                self._verdict(effect),
                figure(effect.paired.mean_baseline),
                change(effect),
                self._interval(effect),
                variance_ratio(effect),
            )
            for effect in self.of.effects
            if effect.significant
        ]
        columns = ("scenario", "traffic", "figure", "verdict", "before", "change", "interval", "variance")
        return self.table("all_effects", columns, rows, texts=4)

    def sentence(self, shift: BottleneckShift) -> str:
        """The shift of a bottleneck in words."""
        before, after = self._bottleneck(shift.before), self._bottleneck(shift.after)
        if shift.unclear:
            return self.say("shift.unclear", before=before, after=after)
        if not shift.moves and shift.before and shift.after:
            if shift.same_percent:
                return self.say("shift.same", bottleneck=before)
            code = "shift.stays_unclear" if shift.same_share else "shift.stays"
            return self.say(code, name=self._thing(shift.before), before=shift.before.share, after=shift.after.share)
        same_place = shift.before and shift.after and shift.before.at == shift.after.at
        return self.say("shift.other_state" if same_place else "shift.moves", before=before, after=after)

    def _shift(self, scenario: str) -> BottleneckShift | None:
        """Of the traffic that is asked about, else of the target traffic, the direction that the scenario concerns."""
        question = self.of.question
        traffic = (question and question.traffic) or self.of.main_target(scenario)
        return main_shift_of(self.of.bottleneck_shifts, scenario, traffic)

    def _bottleneck(self, found: Bottleneck | None) -> str:
        if found is None:
            return self.say("no_waiting")
        if not found.state:
            return self.say("share", thing=self._thing(found), share=found.share)
        thing = self.names.thing(found.at)
        return self.say("share_of_root", thing=thing, state=self.names.root_state(found.state), share=found.share)

    def _thing(self, found: Bottleneck) -> str:
        thing = self.names.thing(found.at)
        return self.names.bracketed(thing, self.names.root_state(found.state)) if found.state else thing

    def _verdict(self, effect: Effect) -> str:
        return verdict(effect, self.names.language)

    def _interval(self, effect: Effect) -> str:
        return interval(effect, self.names.language)

    def _pair(self, effect: Effect) -> tuple[str, str]:
        return figure(effect.paired.mean_baseline), self._effect(effect)

    def _parts(self, found: Paired | None, factor: float = 1.0) -> tuple[str, str]:
        """A figure of the baseline and its change, times ``factor``; a dash without a change."""
        if found is None:
            return NO_VALUE, NO_VALUE
        changed = change_with_half_width(scaled(found.difference, factor), self.names.language)
        return figure(factor * found.mean_baseline), changed

    def _effect(self, effect: Effect | None) -> str:
        return change_with_half_width(effect.paired.difference, self.names.language) if effect else NO_VALUE

    def day(self, number: int) -> str:
        """The date of a day of the run."""
        return str(self.of.results.start + timedelta(days=number))

    def lost(self, cargo: Effect | None) -> str:
        """Cargo of a port that is missing at the end of the run, from the effect on its mean flow."""
        if cargo is None or cargo.outcome != "worse":
            return NO_VALUE
        factor = -self.of.results.measured_days / 1000 * self.scale("thousand_t")
        return self.spread(scaled(cargo.paired.difference, factor))

    def spread(self, found: Interval) -> str:
        """A figure with its interval; without it if there is no variance or one run only."""
        return spread(found, self.names.language)

    def _cost(self, cost: ScenarioCost) -> tuple[str, ...]:
        effect = cost.cargo.paired.difference if cost.cargo else None
        more = NO_VALUE
        if effect and cost.cargo and cost.cargo.significant:
            thousand = DAYS_A_YEAR / 1000 * self.scale("thousand_t")
            half, value = effect.half_width * thousand, effect.estimate * thousand
            more = signed(value, decimals(half, value))
        return (
            self.title(cost.scenario),
            self._range(cost.yearly_musd, money.scale(self.names.language)),
            more,
            self._range(cost.usd_per_t),
            self._range(cost.usd_per_vehicle),
            self._range(cost.usd_per_hour) + self._mark(cost.dwell if cost.usd_per_hour else None),
        )

    def _range(self, found: CostRange | None, factor: float = 1.0) -> str:
        if found is None:
            return self.say("not_stated")
        value, low, high = (figure(factor * end) for end in (found.value, found.low, found.high))
        return self.say("estimate_in", value=value, more=self.say("from_to", low=low, high=high))

    def scale(self, unit: str) -> float:
        """Factor from a unit of the study to the unit that the language uses for it."""
        return float(self.say(f"scale.{unit}"))

    def _mark(self, dwell: Effect | None) -> str:
        """A dagger if the queue grows in the scenario or the baseline: hours then depend on the length of the run."""
        both = (dwell.scenario, self.of.results.baseline) if dwell else ()
        return DAGGER if dwell and any(self.of.queues.grows(one, dwell.port, dwell.klass) for one in both) else ""

    def say(self, key: str, **values: Any) -> str:
        """A text of comparisons."""
        return say(f"comparison.{key}", self.names.language, **values)

    def _same(self, shift: BottleneckShift) -> bool:
        before, after = shift.before, shift.after
        if before is None or after is None or shift.moves:
            return False
        change_h = abs(after.waiting_h_per_day - before.waiting_h_per_day)
        return change_h <= self.of.margin * before.waiting_h_per_day

    def table(
        self,
        key: str,
        columns: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        rest: Sequence[str] = (),
        texts: int = 1,
        **values: object,
    ) -> Table:
        """A table; its title, note and sentence on the rest are the messages ``key``, ``key_note`` and ``key_rest``."""
        heads = tuple(self.say(column) for column in columns)
        own = {"days_begin": self.names.days_begin(), **values}
        note = self.say(f"{key}_note", **own) if has(f"comparison.{key}_note") else ""
        if any(DAGGER in cell for row in rows for cell in row):
            note = self.say("sentence_separator").join(filter(None, (note, self.say("dagger_note"))))
        left_out = self.say(f"{key}_rest", who=self.say("separator").join(rest), **values) if rest else ""
        return Table(self.say(key), note, heads, tuple(rows), texts, left_out)


def _waiting(found: Bottleneck | None) -> str:
    return figure(found.waiting_h_per_day) if found else "0"
