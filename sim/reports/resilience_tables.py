"""Sentences and tables of a study of resilience, for terminal, CSV and HTML report alike.

Input: :class:`~sim.studies.resilience.Resilience` and a corridor. Output: the answer in sentences, of all ports or of
one; tables of the disturbances, the works that shorten them, what is waited for afterwards, and stocks that run empty
or full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from corridors.model import Corridor
from corridors.translations import translated
from sim.reports import money
from sim.reports.comparison_names import traffic_name
from sim.reports.effect_texts import scaled, spread
from sim.reports.number_format import NO_VALUE, figure
from sim.reports.text_table import Table
from sim.statistics import Interval, is_below, is_clear
from sim.studies.resilience import Episode, PortResilience, Resilience
from sim.text.catalogue import Language, say
from sim.text.names import Names

LEAST_T: Final = 500.0
"""Tonnes; fewer are none."""
SEASON: Final = 1.2
"""Ratio of two months below which they are alike."""
SHORTER: Final = 0.95
"""A work shortens a closure if at most this share of what is late or lost is left."""
MOST_ROOTS: Final = 5


class ResilienceTables:
    """The tables of one study in one language; of one port if it is given."""

    def __init__(self, found: Resilience, corridor: Corridor, language: Language, port: str = "") -> None:
        self.found, self.corridor, self.language = found, corridor, language
        self.names = Names.of(corridor, language)
        self.of = tuple(sorted((one for one in found.ports if port in ("", one.port)), key=lambda one: -_worst(one)))
        """The ports, the one with most tonnes late or lost first."""
        self.title = self.say("title_of", port=self.names.port(port)) if port else self.say("title")

    def say(self, key: str, **values: Any) -> str:
        """A message of the catalogue ``resilience``."""
        return say(f"resilience.{key}", self.language, **values)

    def answer(self) -> list[str]:
        """What a closure costs at each port, the worst first, when it is worst, and what shortens it."""
        sentences = [text for port in self.of for text in self._of_port(port)]
        if self.found.plan.quick:
            key = "screening_works" if self.found.plan.measures else "screening"
            sentences.append(self.say(key, n=self.found.plan.replications))
        return sentences

    def _of_port(self, port: PortResilience) -> Iterator[str]:
        main = port.main()
        worst = max(main, key=_missing_t, default=None)
        if worst is None:
            return
        name = self.names.port(port.port)
        values = {"port": name, "days": worst.shut.days, "month": self.month(worst.shut.month)}
        if worst.delivered is None or not worst.recoveries:
            yield self.say("no_effect", **values)
        else:
            late, lost = (self.tonnes(one) for one in (worst.delivered.late, worst.delivered.lost))
            known = {"late": _known(worst.delivered.late), "lost": _known(worst.delivered.lost)}
            unclear = "_".join(key for key, clear in known.items() if not clear)
            key = f"closure_unclear_{unclear}" if unclear else "closure"
            yield self.say(key, **values, late=late, lost=lost, recovery=self._recovery(worst))
        least = min(main, key=_missing_t)
        if _missing_t(least) > LEAST_T and _missing_t(worst) >= SEASON * _missing_t(least):
            ratio = figure(_missing_t(worst) / _missing_t(least), 2)
            months = {"more": values["month"], "less": self.month(least.shut.month)}
            yield self.say("season", port=name, **months, ratio=ratio, runs=self.found.plan.replications)
        for row in sorted(port.survival, key=lambda one: (one.day, one.stock))[:1]:
            stock = self.names.stock(row.stock)
            yield self.say(f"survival_{row.state}", stock=stock, day=row.day, month=self.month(row.month))
        if port.roots:
            thing = self.names.thing(port.roots[0].root)
            yield self.say(f"waits_for_{self.found.plan.by}", port=name, thing=thing)
        yield from self._of_measures(port, worst)

    def _recovery(self, episode: Episode) -> str:
        """How long the slowest traffic takes."""
        longest = episode.longest
        if longest is None:
            return self.say("no_queue")
        who = traffic_name(self.names, longest.port, longest.klass, longest.direction)
        if longest.days is None or longest.lasting:
            return self.say("stays", who=who, days=self.found.plan.after_days)
        return self.say("recovers", who=who, days=spread(longest.days, self.language))

    def _of_measures(self, port: PortResilience, worst: Episode) -> Iterator[str]:
        """The work with which least is late or lost in the worst month."""
        if not port.measures:
            return
        same = [one for id in port.measures for one in port.main(id) if one.shut == worst.shut]
        best = min(same, key=_missing_t)
        values = {"port": self.names.port(port.port), "n": len(port.measures), "runs": self.found.plan.replications}
        if _missing_t(best) > SHORTER * _missing_t(worst):
            yield self.say("no_measure", **values)
            return
        left, before = (figure(_missing_t(one) * self.scale()) for one in (best, worst))
        yield self.say("measure", **values, work=self.work(best.measure), left=left, before=before)

    def episodes(self) -> Table:
        """All disturbances without a measure."""
        rows = [self._row(one) for port in self.of for one in port.episodes if not one.measure]
        keys = ("port", "what", "left", "days", "month", "late", "lost", "triangle", "recovery")
        return self._table("episodes", keys, rows, 3)

    def _row(self, one: Episode) -> tuple[str, ...]:
        what = self.say("whole_port") if one.shut.main else self.names.thing(one.shut.thing)
        left = self.say("shut") if not one.shut.share else self.say("left", share=one.shut.share)
        return (self.names.port(one.shut.port), what, left, str(one.shut.days), *self._figures(one))

    def _figures(self, one: Episode) -> tuple[str, ...]:
        loss = one.delivered
        flows = [self.tonnes(part) for part in (loss.late, loss.lost, loss.delay)] if loss else [NO_VALUE] * 3
        return (self.month(one.shut.month), *flows, self._days(one))

    def _days(self, one: Episode) -> str:
        longest = one.longest
        if longest is None:
            return NO_VALUE
        if longest.days is None or longest.lasting:
            return self.say("not_within", days=self.found.plan.after_days)
        return spread(longest.days, self.language)

    def measures(self) -> Table:
        """The longest full closure with each work, beside that without."""
        rows = []
        for port in self.of:
            for id in ("", *port.measures) if port.measures else ():
                cost = self.found.proposals[id].capital_musd if id else None
                capital = money.figure_of(cost.value if cost else None, self.language)
                for one in port.main(id):
                    name = self.work(id) if id else self.say("without")
                    rows.append((self.names.port(port.port), name, *self._figures(one), capital))
        keys = ("port", "work", "month", "late", "lost", "triangle", "recovery", "capital")
        return self._table("measures", keys, rows, 2, f"measures_note_{self.found.plan.by}")

    def roots(self) -> Table:
        """What more vehicles wait for with the longest full closures."""
        rows = [
            (self.names.port(port.port), self.names.thing(root.root), figure(root.hours), figure(root.tonne_hours))
            for port in self.of
            for root in port.roots[:MOST_ROOTS]
        ]
        return self._table("roots", ("port", "thing", "hours", "tonne_hours"), rows, 2)

    def survival(self) -> Table:
        """Stocks that run empty or full during the longest full closure."""
        rows = [
            (
                self.names.port(port.port),
                self.names.thing(one.stock),
                self.say(one.state),
                self.month(one.month),
                str(one.day),
            )
            for port in self.of
            for one in port.survival
        ]
        return self._table("survival", ("port", "stock", "state", "month", "day"), rows, 4)

    def tables(self) -> tuple[Table, ...]:
        """All tables with rows, in the order of the page."""
        return tuple(one for one in (self.episodes(), self.measures(), self.roots(), self.survival()) if one.rows)

    def _table(
        self, key: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], texts: int, note: str = ""
    ) -> Table:
        named = tuple(self.say(f"column.{one}") for one in columns)
        return Table(self.say(key), self.say(note or f"{key}_note"), named, tuple(rows), texts)

    def work(self, id: str) -> str:
        """The title of a proposal."""
        return translated(self.found.proposals[id], "title", self.language)

    def month(self, number: int) -> str:
        """The name of a month."""
        return self.say(f"month.{number}")

    def tonnes(self, found: Interval) -> str:
        """Thousands of tonnes, or the unit that the language has for them."""
        return spread(scaled(found, self.scale()), self.language)

    def scale(self) -> float:
        """Factor from tonnes to the unit that the language has for thousands of them."""
        return float(say("comparison.scale.thousand_t", self.language)) / 1000


def _known(found: Interval) -> bool:
    """Whether the runs say that there is something, or that it is nothing worth a word."""
    return is_below(found, LEAST_T) or (is_clear(found) and found.estimate >= LEAST_T)


def _missing_t(one: Episode) -> float:
    """Tonnes late or lost."""
    return one.delivered.most.estimate if one.delivered and one.recoveries else 0.0


def _worst(port: PortResilience) -> float:
    return max(map(_missing_t, port.main()), default=0.0)
