"""The scenarios of an experiment.

Input: the experiment, the tables of the baseline and the proposals. Output: the scenarios, the first of which is the
one that all others are compared with, or a DataError with every inconsistency of file and data. The same file, data
and proposals give the same scenarios in the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from typing import Any, Final

from corridors.findings import ERROR, WARNING, DataError, Finding, Findings, nearest
from corridors.messages import Message, Text, message
from corridors.model import TABLES, Corridor
from corridors.overlay.applying import apply
from corridors.overlay.causes import at_causes, is_of_table
from corridors.overlay.changes import Change, contradictions
from corridors.overlay.proposals import Proposal, Scenario, changes_of
from corridors.schema import Field as Column
from corridors.schema import schema
from sim.core.run_settings import RunSettings
from sim.experiments.designs import SAMPLED, Factor, Point, Range, points
from sim.experiments.experiment import ROOM, Experiment, Variation
from sim.experiments.result_schema import KINDS

ALL: Final = "all"
HORIZON: Final = ("start", "days", "warmup_days")


def check_experiment(experiment: Experiment, corridor: Corridor, proposals: Mapping[str, Proposal]) -> list[Finding]:
    """The findings about an experiment with a corridor."""
    try:
        expand(experiment, corridor, proposals)
    except DataError as error:
        return list(error.findings)
    return []


def unchanged(experiment: Experiment) -> list[Finding]:
    """Warnings for the named scenarios of an experiment that are its baseline: they have no changes."""
    what, expected = message("scenario.no_change"), message("want.scenario_changes")
    return [
        Finding(WARNING, _file(experiment), None, "scenarios", one.id, expected, message=what, id=one.id)
        for one in experiment.scenarios
        if not (one.changes or one.proposals or one.alone)
    ]


def expand(experiment: Experiment, corridor: Corridor, proposals: Mapping[str, Proposal]) -> list[Scenario]:
    """The scenarios, that of the baseline first; all have the same ``start``, ``days`` and ``warmup_days``.

    Raises DataError with all findings: unknown names, changes that cannot be applied, units and ranges that differ from
    the data, an unknown target. Every named scenario is applied to the corridor to check it; of a design, each value of
    a factor alone, and of a range both ends.
    """
    expansion = _Expansion(experiment, corridor, proposals)
    scenarios = expansion.scenarios()
    if expansion.findings:
        raise DataError(dict.fromkeys(expansion.findings))
    return scenarios


class _Expansion:
    """The expansion of an experiment into scenarios, with its findings."""

    def __init__(self, experiment: Experiment, corridor: Corridor, proposals: Mapping[str, Proposal]) -> None:
        self.experiment, self.corridor, self.known = experiment, corridor, proposals
        self.findings: list[Finding] = []
        self._settings: RunSettings | None = None
        """Of all runs; None if they are wrong."""
        self._traffic = set(_traffic(corridor))
        """What crosses a port in any scenario: (port, direction, class)."""

    def scenarios(self) -> list[Scenario]:
        alone = list(self._proposals())
        pairs = list(self._pairs(alone)) if self.experiment.pairs else []
        if self.experiment.pairs and not pairs and all(one.id in self.known for one in alone):
            self._fail("pairs", "no_pairs", message("found.proposals", ROOM, n=len(alone)), "two_proposals")
        named = [self.experiment.baseline, *alone, *pairs, *self.experiment.scenarios]
        horizon = self._horizon()
        for one in named:
            self._try(self._over_baseline(one))
        made = [*named, *self._points()]
        for id, times in Counter(one.id for one in made).items():
            if times > 1:
                self._fail("scenarios", "repeated_id", id, "each_id_once")
        self.findings += _target_findings(self.experiment, self.corridor, self._traffic)
        for n, name in enumerate(self.experiment.tables):
            if name not in KINDS:
                self.findings.append(_unknown(self.experiment, f"tables.{n}", name, list(KINDS)))
        return [self._over_baseline(one).model_copy(update=horizon) for one in made]

    def _proposals(self) -> Iterator[Variation]:
        listed = self.experiment.proposals
        if listed == ALL:
            listed = tuple(sorted(set(self.known) - set(self.experiment.baseline.proposals)))
        for id in listed:
            proposal = self.known.get(id)
            title_en, title_zh = (proposal.title_en, proposal.title_zh) if proposal else ("", "")
            yield Variation(id=id, title_en=title_en, title_zh=title_zh, proposals=(id,))

    def _pairs(self, alone: list[Variation]) -> Iterator[Variation]:
        """Any two proposals together, unless their changes contradict each other."""
        known = [one for one in alone if one.id in self.known]
        for first, second in combinations(known, 2):
            changes = changes_of(self._over_baseline(first), self.known), self.known[second.id].changes
            if not contradictions([*changes[0], *changes[1]]):
                yield Variation(
                    id=f"{first.id}__{second.id}",
                    title_en=f"{first.title_en} + {second.title_en}",
                    title_zh=f"{first.title_zh} + {second.title_zh}",
                    proposals=(first.id, second.id),
                )

    def _over_baseline(self, own: Variation) -> Scenario:
        base = self.experiment.baseline
        below = Variation(id=own.id) if own is base or own.alone else base
        return Scenario(
            id=own.id,
            title_en=own.title_en,
            title_zh=own.title_zh,
            proposals=(*below.proposals, *own.proposals),
            changes=(*_signed(below), *_signed(own)),
            in_order=below.in_order or own.in_order,
        )

    def _horizon(self) -> dict[str, Any]:
        """Start, days and warm-up of all scenarios: those of the experiment, else the defaults."""
        from sim.run import prepare

        asked = self.experiment
        try:
            settings = prepare(
                self.corridor, start=asked.start, days=asked.days, warmup_days=asked.warmup_days
            ).settings
        except DataError as error:
            self.findings += map(self._of_horizon, error.findings)
            return {}
        self._settings = settings
        return {"start": settings.start, "days": settings.days, "warmup_days": settings.warmup_days}

    def _of_horizon(self, finding: Finding) -> Finding:
        """A finding about a setting that the experiment gives as one of its file."""
        from sim.run import BASELINE

        own = finding.file == BASELINE.id and finding.column in HORIZON
        return replace(finding, file=_file(self.experiment)) if own else finding

    def _points(self) -> list[Variation]:
        design = self.experiment.design
        if design is None:
            return []
        ranges: dict[str, Range] = {}
        before = len(self.findings)
        for factor in design.factors:
            tried: Iterable[Any] = factor.levels
            if found := self._range(factor, sampled=design.kind in SAMPLED):
                ranges[factor.address] = found
                tried = found.ends
            for value in tried:
                self._try(self._over_baseline(_variation("design", {factor.address: value})))
        if len(self.findings) > before:
            return []
        made = points(design, ranges, self.experiment.seed)
        digits = len(str(len(made)))
        return [_variation(f"point_{k:0{digits}d}", point) for k, point in enumerate(made, start=1)]

    def _range(self, factor: Factor, sampled: bool) -> Range | None:
        """The range of a factor (None for levels); checks its address and unit in any case."""
        column, unit = _column(self.corridor, factor.address)
        if column is None:
            # The attempt to change it reports the wrong address.
            self._try(self._over_baseline(_variation("design", {factor.address: 0})))
            return None
        if factor.unit != unit:
            want = message("want.unit", ROOM, unit=unit) if unit else "no_unit"
            self._fail("design.factors", "wrong_unit", factor.unit, want, id=factor.address)
        if not sampled:
            return None
        if column.type not in ("int", "float"):
            self._fail("design.factors", "not_number", factor.address, "number_with_range")
            return None
        assumed = self.corridor.assumptions.get(factor.address)
        low = factor.low if factor.low is not None or assumed is None else assumed.low
        high = factor.high if factor.high is not None or assumed is None else assumed.high
        if low is None or high is None:
            self._fail("design.factors", "no_range", "", "low_and_high", id=factor.address)
            return None
        found = Range(low, high, whole=column.type == "int")
        if not low <= found.at(0.0) <= high:
            want = "range_with_whole" if found.whole else "low_below_high"
            limits = message("found.range", ROOM, low=f"{low:g}", high=f"{high:g}")
            self._fail("design.factors", "empty_range", limits, want, id=factor.address)
            return None
        return found

    def _try(self, scenario: Scenario) -> None:
        """Apply the known parts of a scenario to the corridor, and make its programs, to collect findings."""
        from sim.compile.assembly import sound_programs

        wrong = Findings()
        known = tuple(id for id in scenario.proposals if id in self.known)
        changes: Sequence[Change] = ()
        with wrong.gather():
            changes_of(scenario, self.known)
        with wrong.gather():
            changes = changes_of(scenario.model_copy(update={"proposals": known}), self.known)
            changed = apply(self.corridor, changes, scenario.in_order)
            self._traffic.update(_traffic(changed))
            if self._settings:
                sound_programs(changed, self._settings)
        own = at_causes(wrong, changes, scenario.id, self._of_tables) if any(map(is_of_table, wrong)) else wrong
        self.findings += (self._own(finding) for finding in own)

    @cached_property
    def _of_tables(self) -> list[Finding]:
        """The findings about the tables without any change."""
        from sim.compile.assembly import sound_programs

        found = Findings()
        if self._settings:
            with found.gather():
                sound_programs(self.corridor, self._settings)
        return found

    def _own(self, finding: Finding) -> Finding:
        """A finding of a proposal unchanged, any other as one of the experiment's file."""
        if finding.file in self.known or is_of_table(finding):
            return finding
        listed = finding.file in self.experiment.proposals
        return replace(finding, file=_file(self.experiment), id=finding.id or ("" if listed else finding.file))

    def _fail(self, column: str, code: str, found: Text, want: str | Message, id: str = "") -> None:
        expected = message(f"want.{want}", ROOM) if isinstance(want, str) else want
        why, file = message(f"experiment.{code}", ROOM), _file(self.experiment)
        self.findings.append(Finding(ERROR, file, None, column, found, expected, message=why, id=id))


def _target_findings(
    experiment: Experiment, corridor: Corridor, traffic: Set[tuple[str, str, str]]
) -> Iterator[Finding]:
    from sim.core.kpi_declarations import KPIS
    from sim.kpi.key_figures import ALL_CLASSES

    target = experiment.target
    if target is None:
        return
    wrong = False
    for key, names in (
        ("kpi", list(KPIS)),
        ("port", list(corridor.ports)),
        ("vehicle_class", [*corridor.classes, ALL_CLASSES]),
    ):
        name = getattr(target, key)
        if name not in names:
            wrong = True
            yield _unknown(experiment, f"target.{key}", name, names)
    if wrong:
        return
    at_port = sorted((direction, klass) for port, direction, klass in traffic if port == target.port)
    if not any(
        direction == target.direction and target.vehicle_class in (klass, ALL_CLASSES) for direction, klass in at_port
    ):
        there = tuple(f"{direction}, {klass}" for direction, klass in at_port)
        expected = message("want.one_of", ROOM, names=there) if there else message("want.other_port", ROOM)
        found, why = f"{target.direction}, {target.vehicle_class}", message("target.no_traffic", ROOM, port=target.port)
        yield Finding(ERROR, _file(experiment), None, "target.direction", found, expected, message=why)


def _traffic(corridor: Corridor) -> Iterator[tuple[str, str, str]]:
    """The (port, direction, class) of all vehicles that pass a step of a port."""
    from corridors.checks.itinerary_paths import by_itinerary

    steps = by_itinerary(corridor)
    for service in corridor.services.values():
        for name in corridor.itineraries_from(service.itinerary):
            for step in steps.get(name, ()):
                if step.port and step.direction:
                    yield step.port, step.direction, service.vehicle_class


def repeated_points(experiment: Experiment, scenarios: Iterable[Scenario]) -> list[Finding]:
    """A warning where points of the design of an experiment set the same values, as whole numbers of a range do."""
    if experiment.design is None:
        return []
    own = (one for one in scenarios if one.id.startswith("point_"))
    made = [tuple((change.address, repr(change.value)) for change in one.changes) for one in own]
    if len(set(made)) == len(made):
        return []
    what = message("design.repeated_points", ROOM, n=len(set(made)), points=len(made))
    expected = message("want.points_or_levels", ROOM)
    return [Finding(WARNING, _file(experiment), None, "design", str(len(made)), expected, message=what)]


def _unknown(experiment: Experiment, column: str, name: str, names: Sequence[str]) -> Finding:
    why, expected = message("experiment.unknown_name", ROOM), message("want.one_of", ROOM, names=tuple(names))
    return Finding(ERROR, _file(experiment), None, column, name, expected, nearest(name, names), why)


def _file(experiment: Experiment) -> str:
    return f"{experiment.id}.yaml"


def _signed(variation: Variation) -> Iterator[Change]:
    return (change.model_copy(update={"origin": variation.id}) for change in variation.changes)


def _variation(id: str, point: Point) -> Variation:
    changes = tuple(Change(op="set", address=address, value=value) for address, value in point.items())
    title = ", ".join(map(str, changes))
    return Variation(id=id, title_en=title, title_zh=title, changes=changes)


def _column(corridor: Corridor, address: str) -> tuple[Column | None, str]:
    """The column that an address names (None if there is no such number) and its unit."""
    table, _, rest = address.partition(".")
    row_id, _, name = rest.rpartition(".")
    row = corridor.table(table).get(row_id) if table in TABLES else None
    column = schema(table).get(name) if row is not None else None
    if column is None:
        return None, ""
    return column, column.unit or (getattr(row, "unit", "") if column.type in ("int", "float") else "")
