"""Sentences and tables of an appraisal, for terminal and HTML report alike.

Input: an :class:`~sim.studies.appraisal.Appraisal` and a corridor. Output: the answer in sentences, and tables of
futures, works, parties, prices and break-even values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from corridors.messages import Message
from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarioId
from corridors.translations import translated
from sim.reports import money
from sim.reports.lever_titles import lever_title
from sim.reports.number_format import NO_VALUE, figure, is_value
from sim.reports.ratio_warning import CODE as LARGE
from sim.reports.ratio_warning import marked_ratio, ratio_warning
from sim.reports.text_table import Table
from sim.studies.appraisal import Appraisal, FutureResult
from sim.studies.appraisal.document import by_party, costs_and_gains
from sim.studies.appraisal.programme import Work
from sim.studies.appraisal.spread import Factor, Swing
from sim.text.catalogue import Language, has, say
from sim.text.names import Names

MOST_SWINGS: Final = 12
"""Factors in the table; JSON has all."""
GROWING: Final = "warning.growing"
CLOSE: Final = 0.005
"""A share of the costs or gains below this is not in a sentence."""


class AppraisalTables:
    """The tables of one appraisal in one language."""

    def __init__(self, found: Appraisal, corridor: Corridor, language: Language) -> None:
        self.found, self.model, self.language, self.corridor = found, found.model, language, corridor
        added = (change.model_dump() for work in found.model.works for change in work.proposal.changes)
        self.names = Names.of(corridor, language).with_added(added)
        self.title = translated(found.programme, "title", language)
        self.unit = money.unit_of(self._amounts(), language)

    def _amounts(self) -> Iterator[float]:
        """What decides of the unit of the tables and charts, M USD."""
        for one in self.found.futures.values():
            yield from (one.npv.estimate, one.pvb.estimate, one.pvc)
        yield from (work.capital.value for work in self.model.works)

    def say(self, key: str, **values: Any) -> str:
        """A message of the catalogue ``appraisal``."""
        return say(f"appraisal.{key}", self.language, **values)

    def named(self, kind: str, id: str) -> str:
        """The name of a stream, party or country; the id itself if it has none."""
        payer = id.partition("_")[2]
        keys = (f"appraisal.{kind}.{id}", f"appraisal.{kind}.payer_{payer}", f"names.{kind}.{id}")
        return next((say(key, self.language) for key in keys if has(key)), id)

    @property
    def main(self) -> FutureResult:
        """The result of the main future."""
        return self.found.futures[self.found.main]

    def answer(self) -> list[str]:
        """The answer: what comes back, from when it pays, where it turns, on what it rests, who pays and gains."""
        one, last = self.main, self.model.years[-1]
        sentences = [self._back(one, last)]
        others = [self._other(other) for id, other in self.found.futures.items() if id != self.found.main]
        if others:
            sentences.append(self.say("others", others=tuple(others)))
        if warning := self.ratio_warning():
            sentences.append(warning)
        if one.npv.low < 0 < one.npv.high:
            sentences.append(self.say("not_sure", replications=self.say("replications", n=self.model.replications)))
        if one.payback:
            sentences.append(self.say("pays_from", year=str(one.payback)))
        else:
            sentences.append(self.say("never_pays", year=str(last)))
        sentences.append(self.turn())
        sentences += self.hangs()
        sentences.append(self.say("rests", share=f"{one.assumed_share:.0%}", above=f"{one.prices.share_above_0:.0%}"))
        costs, gains = costs_and_gains(self.model, one)
        sentences.append(self.say("who", costs=self._shares(costs), gains=self._shares(gains)))
        return sentences

    def first_screen(self) -> list[str]:
        """The sentences that the first screen of the page needs: the answer, where it turns, who pays and gains."""
        one, last = self.main, self.model.years[-1]
        costs, gains = costs_and_gains(self.model, one)
        who = self.say("who", costs=self._shares(costs), gains=self._shares(gains))
        return [self._back(one, last), self.turn(), *self.hangs(), who]

    def hangs(self) -> list[str]:
        """The number that moves the net present value most within its range, and the largest part of the benefits."""
        streams = self.main.streams
        total = sum(map(abs, streams.values()))
        if not self.found.swings or not total:
            return []
        widest, stream = self.found.swings[0], max(streams, key=lambda one: abs(streams[one]))
        factor = widest.factor
        return [
            self.say(
                "hangs",
                name=self.factor(factor),
                stated=self._amount(factor, factor.value),
                grade=self.names.grade(factor.grade),
                low=self._amount_of(widest.at_low),
                high=self._amount_of(widest.at_high),
                stream=self.named("stream", stream),
                share=f"{abs(streams[stream]) / total:.0%}",
            )
        ]

    def cards(self) -> list[tuple[str, str]]:
        """The four indicators of the main future, each with its name."""
        one = self.main
        return [
            (self.say("column.npv"), self._amount_of(one.npv.estimate)),
            (self.say("column.bcr"), figure(one.bcr[0], 3) if one.bcr else NO_VALUE),  # The warning is above it.
            (self.say("column.eirr"), self._rate_of_return(one)),  # Its interval would be cut.
            (self.say("column.payback"), str(one.payback) if one.payback else NO_VALUE),
        ]

    def _amount_of(self, value: float) -> str:
        return money.amount(value, self.language)

    def by_year_note(self) -> str:
        """What the chart of costs and benefits by year shows."""
        return self.say("streams_by_year_note")

    def ratio_warning(self) -> str:
        """The warning about ratios that only a queue gives; '' if there is none."""
        ratios = {id: one.bcr[0] for id, one in self.found.futures.items() if one.bcr}
        named = ((self.say("ratio_of_future", future=self.future(id)), ratio) for id, ratio in ratios.items())
        return ratio_warning(named, self.language)

    def uncertainty(self) -> Table:
        """The net present value by each kind of what is not known: sampling, prices and futures, never mixed."""
        one = self.main
        spread = one.prices
        replications = self.say("replications", n=self.model.replications)
        futures = (
            self.say("of_future", future=self.future(id), npv=self.money(of.npv.estimate))
            for id, of in self.found.futures.items()
        )
        rows = (
            (self.say("unsure.chance", replications=replications), self._ends(one.npv.low, one.npv.high)),
            (self.say("unsure.prices", above=f"{spread.share_above_0:.0%}"), self._ends(spread.p05, spread.p95)),
            (self.say("unsure.futures"), self.say("between").join(futures)),
        )
        return Table("", "", (self.say("column.unsure"), self.say("column.npv_musd", unit=self.unit.name)), rows, 1)

    def _ends(self, low: float, high: float) -> str:
        if not (is_value(low) and is_value(high)):
            return NO_VALUE
        return self.say("spread", low=self.money(low), high=self.money(high))

    def turn(self) -> str:
        """At which value of one number the net present value changes its sign."""
        turn = self.nearest_turn()
        if turn is None or turn.break_even is None:
            return self.say("never_turns")
        above = turn.break_even > turn.factor.value
        gain = self.main.npv.estimate >= 0
        return self.say(
            f"turns_{'negative' if gain else 'positive'}_{'above' if above else 'below'}",
            name=self.factor(turn.factor),
            at=self._amount(turn.factor, turn.break_even),
            stated=self._amount(turn.factor, turn.factor.value),
            grade=self.names.grade(turn.factor.grade),
        )

    def _back(self, one: FutureResult, last: int) -> str:
        future = self.future(one.future)
        if one.bcr is None:
            return self.say(
                "answer_no_ratio",
                npv=self._amount_of(one.npv.estimate),
                year=str(last),
                future=future,
                share=self.assumed(one),
            )
        value, low, high = one.bcr
        span = self.range(low, high)
        share = self.assumed(one)
        key = "answer" if value >= 0 else "answer_loss"
        return self.say(key, bcr=figure(value, 2), span=span, year=str(last), future=future, share=share)

    def assumed(self, one: FutureResult) -> str:
        """The share of the benefits that rest on assumed prices."""
        return f"{one.assumed_share:.0%}"

    def _other(self, one: FutureResult) -> str:
        ratio = figure(one.bcr[0], 2) if one.bcr else NO_VALUE
        key = "other" if one.bcr is None or one.bcr[0] >= 0 else "other_loss"
        return self.say(key, future=self.future(one.future), bcr=ratio, share=self.assumed(one))

    def _shares(self, of: dict[str, float]) -> tuple[str, ...]:
        rows = sorted(of.items(), key=lambda one: -one[1])
        return tuple(
            self.say("share", country=self.named("country", country), share=f"{share:.0%}")
            for country, share in rows
            if abs(share) >= CLOSE
        ) or (NO_VALUE,)

    def nearest_turn(self) -> Swing | None:
        """The factor whose break-even is nearest to its value, as a share of the range or value."""
        known = [one for one in self.found.swings if one.break_even is not None]

        def distance(one: Swing) -> float:
            scale = one.factor.value or one.factor.high
            return abs((one.break_even or 0.0) - one.factor.value) / abs(scale)

        return min(known, key=distance, default=None)

    def future(self, id: DemandScenarioId) -> str:
        """The name of a future."""
        return self.say(f"future.{id}")

    def factor(self, factor: Factor) -> str:
        """The name of an uncertain number."""
        if factor.kind == "price":
            return translated(self.model.prices.rows[factor.id], "meaning", self.language)
        work = next((self.work(one) for one in self.model.works if one.id == factor.id), "")
        return self.say(f"factor.{factor.kind}", work=work)

    def work(self, work: Work) -> str:
        """The title of a work; of a lever, the servers that it adds and the facility."""
        return lever_title(work.id, self.corridor, self.names, self.language) or translated(
            work, "title", self.language
        )

    def money(self, value: float | None) -> str:
        """A figure of money in the unit of the tables; less than a dollar is 0."""
        return self.unit.figure(value)

    def range(self, low: float, high: float) -> str:
        """An interval in brackets; nothing for one replication."""
        return self.say("span", low=figure(low, 2), high=figure(high, 2)) if is_value(low) and is_value(high) else ""

    def _money_and_range(self, value: float, low: float, high: float) -> str:
        """A figure of money with its interval."""
        factor = self.unit.scale
        return self.money(value) + self.range(factor * low, factor * high)

    def _amount(self, factor: Factor, value: float | None) -> str:
        if value is None:
            return NO_VALUE
        if factor.unit == "M USD":
            return self._amount_of(value)
        unit = "" if factor.unit == "1" else self.named("unit", factor.unit)
        if factor.unit in ("1/a", "share"):
            return figure(100 * value, 3) + "%"
        text = figure(value)
        return text if factor.unit == "1" else self.say("amount", value=text, unit=unit)

    def futures(self) -> Table:
        """Indicators, with a column for each future."""
        rates = [f"{rate:.0%}" for rate in self.main.npv_by_rate]
        heads = [self.say(f"column.{key}") for key in ("npv", "pvb", "pvc", "bcr", "eirr", "payback", "usd_per_t")]
        heads += [self.say("column.npv_at", rate=rate) for rate in rates]
        heads += [self.say(f"column.{key}") for key in ("without_plan", "prices")]
        cells = [self._indicators(one) for one in self.found.futures.values()]
        rows = tuple((head, *row) for head, row in zip(heads, zip(*cells, strict=True), strict=True))
        note = self.say(
            "futures_note",
            unit=self.unit.name,
            year=str(self.model.programme.price_year),
            base=str(self.model.programme.discount_year),
            rate=f"{self.model.rate:.0%}",
            replications=self.say("replications", n=self.model.replications),
            anchors=tuple(map(str, self.model.anchors)),
        )
        columns = (self.say("column.indicator"), *(self.future(id) for id in self.found.futures))
        return Table(self.say("futures"), note, columns, rows, 1)

    def eirr(self, one: FutureResult) -> str:
        """The rate of return with its interval, or why there is none."""
        eirr = self._rate_of_return(one)
        low, high = one.eirr_ends
        if one.eirr.rate is not None and low is not None and high is not None:
            eirr += self.say("span", low=f"{low:.1%}", high=f"{high:.1%}")
        return eirr

    def _rate_of_return(self, one: FutureResult) -> str:
        return f"{one.eirr.rate:.1%}" if one.eirr.rate is not None else self.say(f"eirr.{one.eirr.kind}")

    def _indicators(self, one: FutureResult) -> tuple[str, ...]:
        return (
            self._money_and_range(one.npv.estimate, one.npv.low, one.npv.high),
            self.money(one.pvb.estimate),
            self.money(one.pvc),
            marked_ratio(one.bcr[0] if one.bcr else None, self.language),
            self.eirr(one),
            str(one.payback) if one.payback else NO_VALUE,
            figure(one.usd_per_t) if is_value(one.usd_per_t) else NO_VALUE,
            *(self.money(value) for value in one.npv_by_rate.values()),
            self.money(one.npv_without_plan),
            self.say("spread", low=self.money(one.prices.p05), high=self.money(one.prices.p95)),
        )

    def streams(self) -> Table:
        """Present value of benefits by stream and future."""
        rows = [
            (self.named("stream", stream), *(self.money(one.streams[stream]) for one in self.found.futures.values()))
            for stream in self.main.streams
            if any(round(one.streams[stream], 6) for one in self.found.futures.values())
        ]
        columns = (self.say("column.stream"), *(self.future(id) for id in self.found.futures))
        return Table(self.say("streams"), self.say("streams_note", unit=self.unit.name), columns, tuple(rows), 1)

    def parties(self) -> Table:
        """Present value by party and country."""
        values = by_party(self.model, self.main)
        least = CLOSE * min(1.0, max(map(abs, values.values()), default=1.0))  # Small works have small parties.
        rows = [
            (self.named("party", party), self.named("country", country), self.money(value))
            for (party, country), value in sorted(values.items(), key=lambda one: one[1])
            if abs(value) >= least
        ]
        columns = tuple(self.say(f"column.{key}") for key in ("party", "country", "npv"))
        note = self.say("parties_note", unit=self.unit.name, future=self.future(self.found.main))
        return Table(self.say("parties"), note, columns, tuple(rows), 2)

    def works(self) -> Table:
        """Costs, opening and first-year return of each work."""
        rows = []
        for one in self.found.works:
            later = one.first_year_return is not None and one.first_year_return < self.model.rate
            rows.append(
                (
                    self.work(one.work),
                    self.say("later") if later else NO_VALUE,
                    str(one.work.opens),
                    self._money_and_range(one.work.capital.value, one.work.capital.low, one.work.capital.high),
                    self.money(one.work.yearly.value),
                    self.money(one.pvc),
                    NO_VALUE if one.first_year_return is None else f"{one.first_year_return:.1%}",
                )
            )
        note = self.say("works_note", unit=self.unit.name, rate=f"{self.model.rate:.0%}")
        keys = ("work", "advice", "opens", "capital", "yearly", "pvc", "first_year")
        columns = tuple(self.say(f"column.{key}") for key in keys)
        return Table(self.say("works"), note, columns, tuple(rows), 2)

    def swings(self) -> Table:
        """The tornado with break-even values, the widest first."""
        shown = self.found.swings[:MOST_SWINGS]
        rows = tuple(
            (
                self.factor(one.factor),
                self.names.grade(one.factor.grade),
                self._amount(one.factor, one.factor.value),
                self._amount(one.factor, one.factor.low),
                self._amount(one.factor, one.factor.high),
                self.money(one.at_low),
                self.money(one.at_high),
                self._amount(one.factor, one.break_even),
            )
            for one in shown
        )
        keys = ("factor", "grade", "value", "low", "high", "at_low", "at_high", "break_even")
        columns = tuple(self.say(f"column.{key}") for key in keys)
        left = len(self.found.swings) - len(shown)
        rest = self.say("more_factors", n=left) if left else ""
        return Table(self.say("swings"), self.say("swings_note", unit=self.unit.name), columns, rows, 2, rest)

    def tables(self) -> tuple[Table, ...]:
        """All tables, in the order of the page."""
        return self.futures(), self.streams(), self.parties(), self.swings(), self.works()

    def findings(self) -> dict[str, str]:
        """One sentence for each figure that states what it shows; '' where nothing is to be said."""
        one, last = self.main, str(self.model.years[-1])
        stream, value = max(one.streams.items(), key=lambda item: item[1])
        total = sum(one.streams.values())
        parties = sorted(by_party(self.model, one).items(), key=lambda item: item[1])
        name = {
            (party, country): self.say(
                "party_of", party=self.named("party", party), country=self.named("country", country)
            )
            for (party, country), _ in parties
        }
        widest = self.found.swings[0] if self.found.swings else None
        years = (
            self.say("cumulative_one", future=self.future(id), year=str(other.payback))
            if other.payback
            else self.say("cumulative_never", future=self.future(id), year=last)
            for id, other in self.found.futures.items()
        )
        found = {
            "cumulative": self.say("cumulative_finding", futures=tuple(years)),
            "waterfall": "",
            "parties": "",
            "swings": "",
        }
        if value > 0:
            amounts = {"value": self._amount_of(value), "total": self._amount_of(total)}
            found["waterfall"] = self.say(
                "waterfall_finding", share=self.assumed(one), stream=self.named("stream", stream), **amounts
            )
        if parties and parties[0][1] < 0 < parties[-1][1]:
            ends = {"first": name[parties[-1][0]], "last": name[parties[0][0]]}
            found["parties"] = self.say(
                "parties_finding", share=self.assumed(one), value=self._amount_of(parties[-1][1]), **ends
            )
        if widest:
            ends = {"low": self._amount_of(widest.at_low), "high": self._amount_of(widest.at_high)}
            found["swings"] = self.say(
                "swings_finding", share=self.assumed(one), name=self.factor(widest.factor), **ends
            )
        return found

    def warnings(self) -> Iterator[str]:
        """Warnings that the answer does not have, as sentences; all queues that grow are in one."""
        growing = [self._named_values(one) for one in self.found.warnings if one.code == GROWING]
        if growing:
            yield self.say(GROWING, queues=tuple(self.say("queue_at", **values) for values in growing))
        for one in self.found.warnings:
            if one.code not in (GROWING, LARGE):
                yield self.say(one.code, **self._named_values(one))

    def _named_values(self, one: Message) -> dict[str, Any]:
        values: dict[str, Any] = dict(one.params)
        works = {work.id: self.work(work) for work in self.model.works}
        if "work" in values:
            values["work"] = works[values["work"]]
        if "future" in values:
            values["future"] = self.future(values["future"])
        if "klass" in values:
            values["traffic"] = self.names.group(values.pop("klass"), values.pop("direction"))
        if "port" in values:
            values["port"] = self.names.port(values["port"])
        if "stock" in values:
            values["stock"] = self.names.stock(values["stock"])
            values["unit"] = self.names.unit(values["unit"])
        return values
