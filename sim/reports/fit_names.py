"""Numbers of a fit in words of a language: the thing and the field by name, the value with its unit, the notes.

The one place that names them, for the terminal, the report and the page. Files keep addresses and ids.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from corridors.clock import local_time
from corridors.messages import Message, message
from corridors.model import TABLES, Corridor, Step
from corridors.schema import Field, schema
from corridors.translations import translated
from sim.reports.number_format import NO_VALUE, general
from sim.reports.run_names import UNITS_IN_BRACKETS
from sim.text import catalogue
from sim.text.catalogue import Language
from sim.text.names import Names

if TYPE_CHECKING:
    from sim.studies.fitting.estimate import Estimate
    from sim.studies.fitting.fitting import Fit

ROOM: Final = "records"
DIGITS: Final = 4
PROFILE: Final = re.compile(r"(?P<service>\w+)_(?P<kind>hours|weekdays|months)_own")
"""Ids of fitted profiles."""
SHUT: Final = "-"
"""Hours of days without any."""


def say(key: str, language: Language, /, **values: Any) -> str:
    """A message of room ``records``."""
    return catalogue.say(f"{ROOM}.{key}", language, **values)


def number(value: float) -> str:
    """A number as a cell; a dash where there is none."""
    return general(value, DIGITS) if math.isfinite(value) else NO_VALUE


def percent(value: float) -> str:
    """A share in percent."""
    return f"{general(100 * value, DIGITS - 1)}%" if math.isfinite(value) else NO_VALUE


def place_of(step: Step, corridor: Corridor, names: Names) -> str:
    """The facility or stock of a step with its side, else its place, by name; '' for a step without any."""
    facility = corridor.facilities.get(step.facility)
    if facility:
        return names.thing_on(facility.id, facility.side)
    return names.stock(step.stock) if step.stock else names.thing(step.place)


class FitNames:
    """Names of the numbers of one fit; ``corridor`` is the world that was fitted, without the changes of the fit."""

    def __init__(self, made: Fit, corridor: Corridor, language: Language) -> None:
        self.language = language
        self.names = Names.of(corridor, language)
        self._world = corridor
        self._step_of = {row: step for step, row in made.own_rows.items()}

    def say(self, key: str, /, **values: Any) -> str:
        """A message of room ``records``."""
        return say(key, self.language, **values)

    def number(self, one: Estimate) -> tuple[str, str, str, str]:
        """Thing, field, value with its unit, and interval in that unit."""
        table, _, rest = one.address.partition(".")
        id, _, column = rest.rpartition(".")
        if table not in TABLES or column not in schema(table):
            return one.address, "", str(one.value), NO_VALUE
        declared = schema(table)[column]
        in_digits = percent if table in ("shares", "alternatives") else number
        interval = NO_VALUE
        if not math.isnan(one.low):
            high = in_digits(one.high)
            interval = self.say("interval" if math.isfinite(one.high) else "from", low=in_digits(one.low), high=high)
        if table == "profiles":
            found = PROFILE.fullmatch(id)
            assert found
            field = self.say(f"profile_of_{found['kind']}")
            return self.names.service(found["service"]), field, self._busiest(found["kind"], str(one.value)), interval
        field = UNITS_IN_BRACKETS.sub("", translated(declared, "label", self.language))
        if table == "durations" and catalogue.has(f"{ROOM}.field.{column}"):
            field = self.say(f"field.{column}")  # The label of the table does not say of what it is the mean.
        if isinstance(one.value, str):
            return self._thing(table, id), field, self._text(declared, one.value), interval
        value = in_digits(one.value)
        if not declared.unit.startswith("per ") and value != NO_VALUE:  # The label of a rate says per which time.
            value = self.names.measured_in(self._world.table(table).get(id), value, declared)
        return self._thing(table, id), field, value, interval

    def method(self, one: Estimate) -> str:
        """The method, such as a distribution, by name."""
        return self.say(f"method.{one.method or 'moments'}")

    def words(self, one: Estimate) -> str:
        """The sentences about an estimate as one text."""
        return catalogue.in_one_line(self._sentence(word) for word in one.words)

    def compared(self, name: str) -> str:
        """A step or service of the check: the facility or place of the step, or the service, by name."""
        return self._at(name) if name in self._world.itineraries else self.names.service(name)

    def _sentence(self, word: Message) -> str:
        named: dict[str, Callable[[str], str]] = {
            "tied": lambda id: self.say(f"method.{id}"),
            "other_traffic": self.names.service,
            "behind": self.names.thing,
        }
        values: dict[str, Any] = dict(word.params)
        if word.code in named:
            values["names"] = tuple(named[word.code](str(id)) for id in values["names"])
        return catalogue.sentence(message(word.code, word.room, **values), self.language)

    def _thing(self, table: str, id: str) -> str:
        """A row by name; a duration or share that serves one place alone with that place."""
        if table == "services":
            return self.names.service(id)
        if table == "alternatives":
            way = self._world.steps(self._world.alternatives[id].itinerary)
            return self.names.thing(next((step.place for step in reversed(way) if step.place), ""))
        if table not in ("durations", "shares"):
            return self.names.thing_on(id, getattr(self._world.table(table).get(id), "side", ""))
        column = {"durations": "duration", "shares": "share"}[table]
        steps = [one.id for one in self._world.itineraries.values() if getattr(one, column) == id]
        if id in self._step_of:
            steps = [self._step_of[id]]
            id = getattr(self._world.itineraries[steps[0]], column)
        name = translated(self._world.table(table)[id], "name", self.language) or id
        places = tuple(dict.fromkeys(map(self._at, steps)))
        return self.names.labelled(places[0], name) if len(places) == 1 and places[0] else name

    def _at(self, step: str) -> str:
        return place_of(self._world.itineraries[step], self._world, self.names)

    def _text(self, declared: Field, value: str) -> str:
        if declared.name == "calendar":
            return self._hours(value)
        if declared.type == "numbers":
            ends = [float(one) for one in (value.split(";")[0], value.split(";")[-1])]
            span = self.say("interval", low=number(ends[0]), high=number(ends[1]))
            return self.names.measured(span, declared.unit)
        return self.say(f"method.{value}") if declared.choices else value

    def _hours(self, text: str) -> str:
        """Opening hours such as ``Mon-Fri 08:00-18:00; Sat-Sun -`` with the days by name."""
        parts = []
        for part in text.split("; "):
            days, _, spans = part.partition(" ")
            open_ = self.say("shut") if spans == SHUT else spans
            parts.append(self.say("hours_of_days", days=self.names.weekdays(days), hours=open_))
        return self.say("hours_separator").join(parts)

    def _busiest(self, kind: str, weights: str) -> str:
        """The busiest and the quietest hour of a day, day of the week or month."""
        numbers = [float(one) for one in weights.split(";")]
        busiest, quietest = (self._part(kind, numbers.index(end(numbers))) for end in (max, min))
        return self.say("hours", busiest=busiest, quietest=quietest)

    def _part(self, kind: str, number: int) -> str:
        if kind == "hours":
            return f"{number:02d}:00"
        if kind == "weekdays":
            return self.names.weekdays(local_time.WEEKDAYS[number].capitalize())
        return catalogue.say(f"resilience.month.{number + 1}", self.language)
