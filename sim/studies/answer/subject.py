"""What an answer is about: the port whose cargo changes, and the traffic that is named first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corridors.messages import Message
from corridors.model import TABLES, Corridor, Service
from sim.core.kpi_declarations import aggregated, higher_is_better
from sim.studies.answer.amounts import said
from sim.studies.compare import ALL, Effect, ScenarioComparison, Traffic
from sim.studies.compare.changed_rows import facilities_of, things_of
from sim.studies.compare.figures import BOTH, DELIVERED
from sim.studies.compare.paired_effects import equal

VEHICLES: Final = "vehicles_per_day"
DWELL: Final = "dwell_h_mean"
STUCK: Final = ("warning.deadlock", "warning.unsupplied")


@dataclass(frozen=True)
class Subject:
    """One scenario of a comparison, seen from the traffic that its answer names first."""

    comparison: ScenarioComparison
    scenario: str

    @property
    def effects(self) -> Sequence[Effect]:
        """All effects of the scenario."""
        return self.comparison.effects_of(self.scenario)

    @property
    def pairs(self) -> int:
        """Pairs of runs of the figure with the most; 0 without any."""
        return max((one.n for one in self.effects), default=0)

    @property
    def place(self) -> str:
        """The only port whose delivered cargo is not equal to the baseline's in each pair; 'all' if there are several.

        Without any, the port of the main traffic. With a question, its port.
        """
        if self.comparison.question:
            return self.comparison.question.port
        ports = [one.port for one in self._of(DELIVERED) if one.klass == ALL != one.port and not one.equal]
        if not ports and self.traffic:
            return self.traffic.port
        return ports[0] if len(ports) == 1 else ALL

    @property
    def cargo(self) -> Effect | None:
        """The effect on the cargo delivered at the place; None without cargo."""
        found = self.comparison.effect(self.scenario, self.place, ALL, DELIVERED)
        return found or self.comparison.effect(self.scenario, ALL, ALL, DELIVERED)

    @property
    def traffic(self) -> Traffic | None:
        """The traffic that is asked about, else the main target; without a target the traffic that changes most."""
        question = self.comparison.question
        if question and question.traffic and any(self._figures_of(question.traffic)):
            return question.traffic
        target = self.comparison.main_target(self.scenario)
        if target is not None:
            return target
        changed = sorted(self.changed(VEHICLES) + self.changed(DWELL), key=lambda one: -relative(one))
        return Traffic(changed[0].port, changed[0].klass) if changed else None

    def services(self, corridor: Corridor) -> list[Service]:
        """The services of the main traffic: of its class, with an itinerary that crosses its port."""
        if self.traffic is None:
            return []
        port, klass = self.traffic.port, self.traffic.klass
        crossing = {row.itinerary for row in corridor.itineraries.values() if row.port == port}
        rows = corridor.services.values()
        return [row for row in rows if row.vehicle_class == klass and row.itinerary in crossing]

    def changed_things(self, corridor: Corridor) -> set[str]:
        """The rows that the scenario changes, with the facilities and stocks whose calendar or duration it changes."""
        changed = [address.split(".") for address in self.comparison.results.addresses(self.scenario)]
        own = {table: {part[1] for part in changed if part[0] == table} for table in TABLES}
        return set[str]().union(*own.values(), things_of(own, corridor), facilities_of(own, corridor))

    def main(self, kpi: str) -> Effect | None:
        """The effect on a figure of the main traffic."""
        own = self.traffic
        return self.comparison.effect(self.scenario, own.port, own.klass, kpi) if own else None

    @property
    def asked(self) -> Effect | None:
        """The effect on the figure of the question."""
        question = self.comparison.question
        if question is None:
            return None
        return self.comparison.effect(self.scenario, question.port, question.counted_class, question.kpi)

    def targets(self) -> list[Effect]:
        """Crossings and dwell time of all traffic that the scenario is for, the main traffic first."""
        meant = dict.fromkeys([*filter(None, [self.traffic]), *self.comparison.target_traffic[self.scenario]])
        return [effect for one in meant for effect in self._figures_of(one)]

    def _figures_of(self, traffic: Traffic) -> Iterator[Effect]:
        """Crossings and dwell time of a traffic."""
        for kpi in (VEHICLES, DWELL):
            if effect := self.comparison.effect(self.scenario, traffic.port, traffic.klass, kpi):
                yield effect

    def changed(self, kpi: str) -> list[Effect]:
        """The effects on a figure of single classes that are shown, the largest share of the baseline first."""
        found = [one for one in self._of(kpi) if one.klass != ALL and one.port != ALL and shown(one)]
        return sorted(found, key=lambda one: (-relative(one), one.port, one.klass))

    @property
    def nothing(self) -> bool:
        """Whether every figure and stock equals the baseline's in each pair, or there is no pair."""
        stocks = (one for one in self.comparison.stocks if one.scenario == self.scenario)
        return all(one.equal for one in self.effects) and all(equal(one.paired) for one in stocks)

    @property
    def deadlocked(self) -> bool:
        """Whether vehicles block each other in a run, or wait for what no vehicle brings: figures do not hold."""
        about = [dict(one.params)["scenarios"] for one in self.comparison.warnings if one.code in STUCK]
        return any(isinstance(ids, tuple) and self.scenario in ids for ids in about)

    def several_ports(self) -> bool:
        """Whether traffic needs its port to be known: more than one port has a change."""
        changed = (one for kpi in (VEHICLES, DWELL) for one in self.changed(kpi))
        return len({one.port for one in changed} | ({self.place} - {ALL})) > 1 or self.place == ALL

    def who(self, effect: Effect) -> Message:
        """The traffic of an effect, with its port where several ports are concerned."""
        named = {"traffic_class": effect.klass}
        code = "traffic"
        if self.several_ports():
            code, named["port"] = "traffic_at", effect.port
        if direction := self._direction(effect):
            code, named["direction"] = f"{code}_in", direction
        return said(code, **named)

    def _direction(self, effect: Effect) -> str:
        """The only direction in which crossings change, or 'both'; '' of traffic in one direction.

        Crossings are the sum of both directions. Hours are their mean: those of one direction change by more.
        """
        results = self.comparison.results
        rows = results.kpis
        rows = rows[(rows["side"] == BOTH) & (rows["port"] == effect.port) & (rows["class"] == effect.klass)]
        wide = rows[rows["kpi"] == effect.kpi].pivot_table(
            index="replication", columns=["direction", "scenario"], values="value", dropna=False
        )
        directions = [str(one) for one in wide.columns.get_level_values(0).unique()]
        if len(directions) < 2:
            return ""
        if effect.kpi not in aggregated("sum"):
            return BOTH
        ends = (results.baseline, self.scenario)
        known = all((one, end) in wide for one in directions for end in ends)
        change = [one for one in directions if not known or not wide[one, ends[0]].equals(wide[one, ends[1]])]
        return change[0] if len(change) == 1 else BOTH

    def _of(self, kpi: str) -> Iterator[Effect]:
        return (one for one in self.effects if one.kpi == kpi)


def shown(effect: Effect) -> bool:
    """Whether the answer states a change: it is significant, or there is one pair, which shows no more."""
    return effect.significant or (effect.n == 1 and not effect.equal)


def gains(effect: Effect) -> bool:
    """Whether a change that is shown is for the better."""
    return (effect.difference > 0) == higher_is_better(effect.kpi)


def relative(effect: Effect) -> float:
    """The size of a change, as a share of the larger of the two figures."""
    most = max(abs(effect.paired.mean_baseline), abs(effect.paired.mean_proposal))
    return abs(effect.difference) / most if most else 0.0
