"""The tables and sentences of a sensitivity study as finished texts, for a terminal and a page alike."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.reports.number_format import decimals, figure, plain
from sim.studies.sensitivity.effects import Screened, Tip
from sim.studies.sensitivity.rank_stability import MEASURES, Pair
from sim.studies.sensitivity.study import Sensitivity
from sim.studies.sensitivity.uncertain_inputs import Guess
from sim.text.names import Names
from sim.text.sensitivity import say

Rows = list[list[str]]
FIVE = 5


class Tables:
    """The texts of one study in one language."""

    def __init__(self, study: Sensitivity, names: Names) -> None:
        self.of, self.names = study, names

    def lead(self) -> str:
        """What was run."""
        of, horizon = self.of, self.of.asked.horizon
        guesses = [guess for here in of.guesses.values() for guess in here]
        return self._say(
            "lead",
            guesses=len({guess.id for guess in guesses}),
            numbers=len({number.address for guess in guesses for number in guess.numbers}),
            proposals=len(of.orders.top),
            runs=of.runs,
            days=horizon.days,
            start=horizon.start,
            warmup=horizon.warmup_days,
            seed=horizon.seed,
        )

    def five(self) -> tuple[list[str], Rows]:
        """What to measure first, and why; headings and rows."""
        columns = [self._say(key) for key in ("no", "guess", "range", "measure", "why")]
        rows = [
            [str(k), self.guess(one), self.range(one.guess), self.names.pick(one.guess.measure), self.why(one)]
            for k, one in enumerate(self.of.to_measure(FIVE), start=1)
        ]
        return columns, rows

    def order(self) -> tuple[list[str], Rows]:
        """The top proposals as declared, by the three measures."""
        keys = ("no", "proposal", "for_whom", "cargo_head", "dwell_head", "value_head")
        of = self.of.orders
        orders = {measure: of.order(measure) for measure in MEASURES}
        rows = []
        for k, id in enumerate(orders["cargo"], start=1):
            traffic = self.of.meant.get(id)
            whom = ""
            if traffic:
                whom = self.names.labelled(self.names.port(traffic.port), self.names.klass(traffic.klass))
            rows.append(
                [
                    *(str(k), self.proposal(id), whom, self._gain("cargo", id)),
                    *(self._placed(measure, id, orders[measure]) for measure in ("dwell", "value")),
                ]
            )
        return [self._say(key) for key in keys], rows

    def close_calls(self) -> str:
        """The pairs that have no order; '' if there are none."""
        told = [self.pair(pair) for pair in self.of.orders.pairs if not pair.told_apart]
        return self._say("close_calls", pairs=self._listed(told)) if told else ""

    def threats(self, most: int | None = None) -> tuple[list[str], Rows]:
        """Every guess, the greatest threat first."""
        keys = ("guess", "of", "tips", "mu_star", "sigma", "chance", "base", "threat", "flips")
        rows = []
        for one in self.of.screened[:most]:
            found = self.of.shares.get(one.key)
            rows.append(
                [
                    self.guess(one),
                    self.proposal(one.of),
                    "".join(self.tip(one.guess, tip) for tip in self.of.tips.get(one.key, ())[:1]),
                    _around(one.gain.mu_star, one.gain.conf),
                    figure(one.gain.sigma),
                    figure(one.chance),
                    figure(one.base.mu_star),
                    f"{one.threat:.2f}",
                    self._say("up_to", flips=one.flips, steps=one.steps),
                    _around(found.first, found.first_conf, 2) if found else "",
                    _around(found.total, found.total_conf, 2) if found else "",
                ]
            )
        return [*(self._say(key) for key in keys), "S1", "ST"], rows

    def costs(self) -> list[str]:
        """Where proposals swap by the cost of a tonne more because of their own cost."""
        return [
            self._say(
                "cost_tip",
                proposal=self.proposal(id),
                side=self._side(upwards),
                value=value,
                taken=self.of.orders.yearly[id].value,
                above=self.proposal(pair.above),
                below=self.proposal(pair.below),
            )
            for id, value, upwards, pair in self.of.costs
        ]

    def how(self) -> list[str]:
        """What was done, and what it cannot tell."""
        of = self.of
        told = [
            self._say("how_together"),
            self._say(
                "how_ports",
                ports=self._listed(self.names.port(port) for port in of.guesses),
                elsewhere=len(of.elsewhere),
            ),
            self._say("how_pairs"),
            self._say("how_money", weighing=len(of.weighing)),
            self._say("how_short"),
        ]
        return [*told, self._say("failed", failed=of.failed)] if of.failed else told

    def all_guesses(self) -> tuple[list[str], Rows]:
        """Every guess with its numbers."""
        found = {guess.id: guess for here in self.of.guesses.values() for guess in here}
        found |= {guess.id: guess for guess in self.of.elsewhere}
        columns = [self._say(key) for key in ("guess", "range", "numbers", "measure")]
        rows = [
            [
                self.names.pick(guess.name),
                self.range(guess),
                "; ".join(number.address for number in guess.numbers),
                self.names.pick(guess.measure),
            ]
            for guess in found.values()
        ]
        return columns, rows

    def guess(self, one: Screened) -> str:
        """A guess; with its port where it is tried at several."""
        name, port = self.names.pick(one.guess.name), self.names.port(one.port)
        if sum(one.guess.id in {guess.id for guess in here} for here in self.of.guesses.values()) == 1:
            return name
        return self.names.bracketed(name, port)

    def range(self, guess: Guess) -> str:
        """Its first number as declared, with its range."""
        first = guess.numbers[0]
        label = self.names.pick(first.label)
        span = self.names.bracketed(f"{first.declared:,.6g}", f"{first.low:,.6g} - {first.high:,.6g}")
        told = self.names.measured(span, first.unit)
        return self.names.labelled(label, told) if label else told

    def why(self, one: Screened) -> str:
        """Why a guess should be measured."""
        tips = self.of.tips.get(one.key)
        if tips:
            return self._listed(self.tip(one.guess, tip) for tip in tips[:2])
        if one.pair is None or one.threat == 0:
            return self._say("nothing")
        values = {"above": self.proposal(one.pair.above), "below": self.proposal(one.pair.below)}
        key = "not_closely" if tips is None else "near"
        return self._say(key, measure=self._say(one.pair.measure), threat=one.threat, **values)

    def tip(self, guess: Guess, tip: Tip) -> str:
        """Where two proposals swap places."""
        number = guess.numbers[0]
        return self._say(
            "tip",
            measure=self._say(tip.pair.measure),
            above=self.proposal(tip.pair.above),
            below=self.proposal(tip.pair.below),
            side=self._side(tip.upwards != number.against),
            value=self.names.measured(f"{guess.value(number, tip.share):,.3g}", number.unit),
        )

    def pair(self, pair: Pair) -> str:
        """Two proposals and the measure by which they are compared."""
        above, below = self.proposal(pair.above), self.proposal(pair.below)
        return self._say("pair", above=above, below=below, measure=self._say(pair.measure))

    def proposal(self, id: str) -> str:
        """What a proposal is called."""
        return self.names.pick(self.of.titles.get(id, (id, id)))

    def _gain(self, measure: str, id: str) -> str:
        gains = self.of.orders.gain(measure, id)[0]
        error = 2 * float(gains.std(ddof=1)) / np.sqrt(gains.size) if gains.size > 1 else 0.0
        return _around(float(gains.mean()), error)

    def _placed(self, measure: str, id: str, order: list[str]) -> str:
        if id not in order:
            return ""
        value = float(self.of.orders.gain(measure, id)[0].mean())
        told = self._gain(measure, id) if measure != "value" else (figure(1 / value) if value > 0 else "-")
        return self._say("place", value=told, place=order.index(id) + 1)

    def _side(self, upwards: bool) -> str:
        return self._say("above_value" if upwards else "below_value")

    def _listed(self, texts: Iterable[str]) -> str:
        return self.names.pick(("; ", "；")).join(texts)

    def _say(self, key: str, **values: object) -> str:
        return say(self.names, key, **values)


def _around(value: float, error: float, digits: int | None = None) -> str:
    if digits is not None:
        return f"{value:.{digits}f} ± {error:.{digits}f}"
    return f"{plain(value, decimals(error, value))} ± {figure(error, 2)}"
