"""Tables and sentences of a sensitivity study as text, for the terminal and the HTML page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from corridors.translations import Translations
from sim.reports.money import scale
from sim.reports.number_format import NO_VALUE, decimals, figure, plain
from sim.studies.sensitivity.effects import RankReversal, ScreenedInput
from sim.studies.sensitivity.rank_stability import MEASURES, Pair
from sim.studies.sensitivity.study import Sensitivity
from sim.studies.sensitivity.uncertain_inputs import UncertainInput
from sim.text.catalogue import say
from sim.text.data_texts import in_language
from sim.text.names import Names

Rows = list[list[str]]
FIRST: Final = 5
"""Number of inputs to measure first."""


class SensitivityTables:
    """The texts of one study in the language of ``names``."""

    def __init__(self, study: Sensitivity, names: Names) -> None:
        self.of, self.names = study, names

    def lead(self) -> str:
        """The size of the study, in one sentence."""
        of, horizon = self.of, self.of.settings.horizon
        inputs = [item for here in of.inputs.values() for item in here]
        return self.say(
            "lead",
            inputs=len({item.id for item in inputs}),
            numbers=len({number.address for item in inputs for number in item.numbers}),
            proposals=len(of.rankings.top),
            runs=of.runs,
            days=horizon.days,
            start=str(horizon.start),
            warmup=horizon.warmup_days,
            seed=horizon.seed,
        )

    def first(self) -> tuple[list[str], Rows]:
        """Headings and rows of the inputs to measure first, with reasons."""
        columns = [self.say(key) for key in ("number", "input", "range", "measure", "why")]
        rows = [
            [str(k), self.input(one), self.range(one.input), self._text(one.input.measure), self.why(one)]
            for k, one in enumerate(self.of.to_measure(FIRST), start=1)
        ]
        return columns, rows

    def ranking(self) -> tuple[list[str], Rows]:
        """Headings and rows of the top proposals with the set values, by the three measures."""
        keys = ("number", "proposal", "target_traffic", "gain_cargo", "gain_dwell", "gain_value")
        of = self.of.rankings
        rankings = {measure: of.ranking(measure) for measure in MEASURES}
        rows = []
        for k, id in enumerate(rankings["cargo"], start=1):
            traffic = self.of.targets.get(id)
            target = ""
            if traffic:
                target = self.names.labelled(self.names.port(traffic.port), self.names.klass(traffic.klass))
            rows.append(
                [
                    *(str(k), self.proposal(id), target, self._gain("cargo", id)),
                    *(self._ranked(measure, id, rankings[measure]) for measure in ("dwell", "value")),
                ]
            )
        return [self.say(key) for key in keys], rows

    def ties(self) -> str:
        """The pairs that are not ranked, in one sentence; '' if there are none."""
        pairs = [self.pair(pair) for pair in self.of.rankings.pairs if not pair.distinct]
        return self.say("ties", pairs=self._listed(pairs)) if pairs else ""

    def threats(self, most: int | None = None) -> tuple[list[str], Rows]:
        """Headings and rows of the inputs, the greatest threat first; at most ``most`` rows."""
        keys = ("input", "gain_of", "reversals", "mu_star", "sigma_of_effects", "noise", "base", "threat", "flips")
        rows = []
        for one in self.of.screened[:most]:
            sobol = self.of.sobol_indices.get(one.key)
            rows.append(
                [
                    self.input(one),
                    self.proposal(one.of),
                    "".join(self.reversal(one.input, found) for found in self.of.reversals.get(one.key, ())[:1]),
                    _around(one.gain.mu_star, one.gain.conf),
                    figure(one.gain.sigma),
                    figure(one.noise),
                    figure(one.base.mu_star),
                    f"{one.threat:.2f}",
                    self.say("flips_of_steps", flips=one.flips, steps=one.steps),
                    _around(sobol.first, sobol.first_conf, 2) if sobol else "",
                    _around(sobol.total, sobol.total_conf, 2) if sobol else "",
                ]
            )
        return [*(self.say(key) for key in keys), "S1", "ST"], rows

    def costs(self) -> list[str]:
        """One sentence for each break-even cost of a proposal."""
        unit = scale(self.names.language)
        return [
            self.say(
                "cost_above" if upwards else "cost_below",
                proposal=self.proposal(id),
                value=unit * value,
                taken=unit * self.of.rankings.yearly[id].value,
                above=self.proposal(pair.above),
                below=self.proposal(pair.below),
            )
            for id, value, upwards, pair in self.of.costs
        ]

    def how(self) -> list[str]:
        """Sentences about the method and its limits."""
        of = self.of
        ports = self._listed(self.names.port(port) for port in of.inputs)
        sentences = [
            self.say("how_together"),
            self.say("how_ports", ports=ports),
            *self._counted("how_elsewhere", len(of.elsewhere)),
            self.say("how_pairs"),
            *self._counted("how_money", len(of.weighing)),
            self.say("how_short"),
        ]
        return [*sentences, *self._counted("failed", of.failed)]

    def _counted(self, key: str, n: int) -> list[str]:
        """A sentence about some things; none if there are none."""
        return [self.say(key, n=n)] if n else []

    def all_inputs(self) -> tuple[list[str], Rows]:
        """Headings and rows of every input with its numbers."""
        found = {item.id: item for here in self.of.inputs.values() for item in here}
        found |= {item.id: item for item in self.of.elsewhere}
        columns = [self.say(key) for key in ("input", "range", "addresses", "measure")]
        rows = [
            [
                self._text(item.name),
                self.range(item),
                "; ".join(number.address for number in item.numbers),
                self._text(item.measure),
            ]
            for item in found.values()
        ]
        return columns, rows

    def input(self, one: ScreenedInput) -> str:
        """The name of an input, with its port if it is screened at several."""
        name, port = self._text(one.input.name), self.names.port(one.port)
        if sum(one.input.id in {item.id for item in here} for here in self.of.inputs.values()) == 1:
            return name
        return self.names.bracketed(name, port)

    def range(self, item: UncertainInput) -> str:
        """Set value and range of the first number of an input."""
        first = item.numbers[0]
        label = self._text(first.label) if first.label else ""
        span = self.names.bracketed(f"{first.declared:,.6g}", self.say("span", low=first.low, high=first.high))
        value = self.names.measured(span, first.unit)
        return self.names.labelled(label, value) if label else value

    def why(self, one: ScreenedInput) -> str:
        """The reason to measure an input."""
        reversals = self.of.reversals.get(one.key)
        if reversals:
            return self._listed(self.reversal(one.input, found) for found in reversals[:2])
        if one.pair is None or one.threat == 0:
            return self.say("no_effect")
        values = {"above": self.proposal(one.pair.above), "below": self.proposal(one.pair.below)}
        key = "not_examined" if reversals is None else "no_reversal"
        return self.say(key, measure=self.measure(one.pair), threat=one.threat, **values)

    def reversal(self, item: UncertainInput, reversal: RankReversal) -> str:
        """The break-even value at which two proposals are reversed."""
        number = item.numbers[0]
        return self.say(
            "reversal_above" if reversal.upwards != number.against else "reversal_below",
            measure=self.measure(reversal.pair),
            above=self.proposal(reversal.pair.above),
            below=self.proposal(reversal.pair.below),
            value=self.names.measured(f"{item.value(number, reversal.share):,.3g}", number.unit),
        )

    def pair(self, pair: Pair) -> str:
        """Two proposals and the measure by which they are compared."""
        above, below = self.proposal(pair.above), self.proposal(pair.below)
        return self.say("pair", above=above, below=below, measure=self.measure(pair))

    def measure(self, pair: Pair) -> str:
        """The name of the measure of a pair."""
        return self.say(f"by_{pair.measure}")

    def proposal(self, id: str) -> str:
        """The title of a proposal."""
        return self._text(self.of.titles.get(id, {"en": id}))

    def say(self, key: str, /, **values: object) -> str:
        """A message of the catalogue ``sensitivity`` in the language of the tables."""
        return say(f"sensitivity.{key}", self.names.language, **values)

    def _gain(self, measure: str, id: str) -> str:
        gains = self.of.rankings.gain(measure, id)[0]
        error = 2 * float(gains.std(ddof=1)) / np.sqrt(gains.size) if gains.size > 1 else 0.0
        return _around(float(gains.mean()), error)

    def _ranked(self, measure: str, id: str, ranking: list[str]) -> str:
        if id not in ranking:
            return ""
        value = float(self.of.rankings.gain(measure, id)[0].mean())
        shown = self._gain(measure, id) if measure != "value" else (figure(1 / value) if value > 0 else NO_VALUE)
        return self.say("ranked", value=shown, rank=ranking.index(id) + 1)

    def _text(self, texts: Translations) -> str:
        return in_language(texts, self.names.language)

    def _listed(self, texts: Iterable[str]) -> str:
        return self.say("list_separator").join(texts)


def _around(value: float, error: float, digits: int | None = None) -> str:
    if digits is not None:
        return f"{value:.{digits}f} ± {error:.{digits}f}"
    return f"{plain(value, decimals(error, value))} ± {figure(error, 2)}"
