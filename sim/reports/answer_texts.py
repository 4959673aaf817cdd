"""Sentences of an answer in one language, with names instead of ids and amounts in the units of the language.

An amount has at most three significant figures and two of its half-width. A unit may have a larger one, from a certain
size on: the catalogue ``answer`` has its size under ``large.<unit>``, the least amount that it is used for under
``large_from.<unit>``, and its name under ``unit.large.<unit>`` (Chinese counts tonnes and dollars in ten thousands).
The same again is under ``huge`` (hundreds of millions of dollars, as :mod:`.money` has them).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from corridors.messages import Message
from corridors.model import Corridor
from corridors.schema import schema
from corridors.translations import translated
from sim.reports.comparison_names import names_of, traffic_name, warning_text
from sim.reports.number_format import decimals, figure, plain, signed
from sim.studies.answer import PARTS, Answer, Assumed
from sim.studies.answer.amounts import AMOUNT, DAYS, INTERVAL, ROOM, SIGNED, SPAN, VEHICLES
from sim.studies.answer.best import asked_best
from sim.studies.compare import ScenarioComparison
from sim.studies.compare.warnings import ROOM as COMPARISON
from sim.text.catalogue import has, in_one_line, say
from sim.text.names import Language, Names

REST: Final = tuple(part for part in PARTS if part not in ("warnings", "headline"))
"""The parts after warnings and headline, in the order in which they are read."""
MINUTES: Final = 60.0
SAME: Final = 1e-9
"""Ends of an interval that differ by less, as a share, are equal but for rounding."""
IN_MINUTES_H: Final = 1.0
"""Changes below it, in hours, are shown in minutes."""
SIZES: Final = ("huge", "large")
"""Larger units, the largest first."""
LARGEST_FIRST: Final = 4
"""Significant figures of the ends of an interval: one more than of the amount keeps them distinct."""


class AnswerTexts:
    """The texts of the answers of one comparison in one language."""

    def __init__(self, comparison: ScenarioComparison, corridor: Corridor, language: Language) -> None:
        self.of, self.corridor = comparison, corridor
        self.names: Names = names_of(comparison.results, corridor, language)
        self._amounts: Mapping[str, Callable[..., str]] = {
            AMOUNT: self._amount,
            INTERVAL: self._interval,
            SPAN: self._span,
            SIGNED: self._signed,
        }

    def parts(self, answer: Answer) -> dict[str, list[str]]:
        """The sentences of each part of an answer."""
        return {part: self._sentences(answer, part) for part in PARTS}

    def asked(self) -> tuple[str, ...]:
        """The sentences on the best scenario for what the comparison is asked; none without a question."""
        best = asked_best(self.of, self.corridor)
        return tuple(self.sentence(one) for one in best.sentences) if best else ()

    def headline(self, answer: Answer) -> str:
        """The headline as one text."""
        return self.joined(self._sentences(answer, "headline"))

    def warnings(self, answer: Answer) -> list[str]:
        """The sentences to read first."""
        return self._sentences(answer, "warnings")

    def rest(self, answer: Answer) -> Iterator[tuple[str, list[str]]]:
        """Heading and sentences of each part after warnings and headline that has any."""
        for part in REST:
            if sentences := self._sentences(answer, part):
                yield self.say(f"part.{part}"), sentences

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences as one text; after a full-width stop there is no space."""
        return in_one_line(sentences)

    def document(self, answer: Answer) -> dict[str, object]:
        """The answer as plain values, with its sentences."""
        return answer.as_json(self.parts(answer)) | {"title": self.title(answer)}

    def title(self, answer: Answer) -> str:
        """The title of the scenario."""
        return self.of.results.title(answer.scenario, self.names.language)

    def sentence(self, message: Message) -> str:
        """The text of a message of an answer."""
        if message.room == COMPARISON:
            return warning_text(message, self.of.results, self.names)
        if message.room != ROOM:
            return self.names.sentence(message)
        values: dict[str, Any] = dict(message.params)
        if message.code in self._amounts:
            return self._amounts[message.code](**values)
        if message.code == "clauses":
            return self.say("clause_separator").join(self.sentence(one) for one in values["all"])
        for key, value in values.items():
            if isinstance(value, Message):
                values[key] = self.sentence(value)
        for key, name in self._named(values).items():
            values[key] = name
        return self.say(message.code, **values)

    def _sentences(self, answer: Answer, part: str) -> list[str]:
        return [self.sentence(one) for one in getattr(answer, part)]

    def assumed_title(self, answer: Answer) -> str:
        """The heading of the numbers on which the answer depends, with the grades that they have."""
        grades = tuple(dict.fromkeys(self.names.grade(one.grade) for one in answer.assumed))
        return self.say("assumed.title", grades=grades)

    def assumed(self, one: Assumed) -> str:
        """A number on which the answer depends, with its grade and range."""
        table, _, rest = one.address.partition(".")
        id, _, column = rest.rpartition(".")
        row: Any = self.corridor.table(table)[id]
        language = self.names.language
        name = self.names.stock(id) if table in ("facilities", "stocks") else translated(row, "name", language) or id
        field = schema(table)[column]
        values = {"name": name, "what": translated(field, "label", language), "value": _grouped(one.value)}
        if not field.unit.startswith("per "):  # The label of the column says so.
            values["value"] = self.names.measured_in(row, _grouped(one.value), field)
        values["grade"] = self.names.grade(one.grade)
        if one.low and one.high:
            return self.say("assumed.in_range", **values, low=_grouped(one.low), high=_grouped(one.high))
        return self.say("assumed.number", **values)

    def say(self, code: str, **values: Any) -> str:
        """A message of the catalogue of answers."""
        return say(f"{ROOM}.{code}", self.names.language, **values)

    def _named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Names of the ids among the values."""
        names = self.names
        named: dict[str, Callable[[str], str]] = {
            "thing": names.thing,
            "next": names.thing,
            "traffic_class": names.klass,
            "direction": names.direction,
            "stock": names.stock,
            "port": names.port,
            "root_state": names.root_state,
            "grade": names.grade,
            "figure": names.figure,
            "proposal": self._proposal,
            "scenario": lambda id: self.of.results.title(id, names.language),
        }
        found: dict[str, Any] = {key: name(str(values[key])) for key, name in named.items() if key in values}
        if {"port", "traffic_class"} <= values.keys():
            own = [str(values[key]) for key in ("port", "traffic_class", "direction") if key in values]
            found["traffic"] = traffic_name(names, *own)
        if "rivals" in values:
            found["rivals"] = tuple(self.of.results.title(id, names.language) for id in values["rivals"])
        return found

    def _proposal(self, id: str) -> str:
        known = self.of.proposals.get(id)
        return translated(known, "title", self.names.language) if known else id

    def _amount(self, value: float, unit: str, of_class: str = "", n: int = 0, **more: float) -> str:
        factor, name = self._unit(value, unit, **more)
        half = (more["high"] - more["low"]) / 2 if {"low", "high"} <= more.keys() else 0.0
        # The range of a cost is no sampling error, which would limit the digits.
        digits = decimals(factor * half if n else 0.0, factor * value)
        if unit == DAYS:
            digits = 0 if value == round(value) and not half else min(digits, 1)
        text = plain(factor * value, digits)
        vehicle = (
            self.names.vehicles_of(of_class, 1 if text == "1" else 2)
            if unit == VEHICLES
            else self.names.vehicle(of_class)
        )
        return self.say(f"unit.{name}", value=text, vehicle=vehicle, n=1 if text == "1" else 2)

    def _signed(self, value: float, unit: str, of_class: str = "") -> str:
        factor, name = self._unit(value, unit)
        text = signed(factor * value, decimals(0.0, factor * value))
        return self.say(f"unit.{name}", value=text, vehicle=self.names.vehicle(of_class), n=2)

    def _interval(self, value: float, unit: str, of_class: str = "", n: int = 0, **more: float) -> str:
        if n == 1 or not {"low", "high"} <= more.keys():
            return self.say("one_pair")
        low, high = more["low"], more["high"]
        if math.isclose(low, high, rel_tol=SAME):
            return self.say("exact")
        factor, _ = self._unit(value, unit, **more)
        if not n:
            return self.say("from_to", low=figure(factor * low), high=figure(factor * high))
        digits = decimals(factor * (high - low) / 2, factor * value)
        if plain(factor * low, digits) == plain(factor * high, digits):
            digits += 1
        return self.say("from_to", low=plain(factor * low, digits), high=plain(factor * high, digits))

    def _span(self, value: float, unit: str, of_class: str = "", n: int = 0, **more: float) -> str:
        if not {"low", "high"} <= more.keys():
            return self.say("one_pair")
        low, high = more["low"], more["high"]
        factor, name = self._unit(max(abs(low), abs(high)), unit, **more)
        digits = decimals(factor * (high - low) / 2, factor * max(abs(low), abs(high)), LARGEST_FIRST)
        if low == high:
            return self._signed(value, unit, of_class)
        text = self.say("from_to", low=signed(factor * low, digits), high=signed(factor * high, digits))
        return self.say(f"unit.{name}", value=text, vehicle=self.names.vehicle(of_class), n=2)

    def _unit(self, value: float, unit: str, low: float = 0.0, high: float = 0.0) -> tuple[float, str]:
        """Factor from the unit of an amount to the one that is shown, and the id of that one."""
        if unit == "h" and max(abs(value), abs(low), abs(high)) < IN_MINUTES_H:
            return MINUTES, "min"
        for size in SIZES:
            if has(f"{ROOM}.{size}.{unit}") and abs(value) >= float(self.say(f"{size}_from.{unit}")):
                return 1 / float(self.say(f"{size}.{unit}")), f"{size}.{unit}"
        return 1.0, unit


def _grouped(number: str) -> str:
    """A number of a table with its thousands separated."""
    return f"{Decimal(number):,}"
