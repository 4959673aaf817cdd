"""Runs: the tables of one simulation, and of several replications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Final

from bridgehead.errors import RunError, in_english
from bridgehead.frames import with_units
from sim.text.catalogue import ENGLISH
from sim.text.runs import problem_sentences

if TYPE_CHECKING:
    import pandas as pd

    from bridgehead.world import World
    from sim.run import RunResult

TABLES: Final = (
    "kpis",
    "facilities",
    "links",
    "bottlenecks",
    "waiting",
    "waiting_by_root",
    "dwell",
    "backlog",
    "stocks",
)
"""Tables of a run and of replications."""
TIMES: Final = ("queued", "started", "finished", "departed")


@dataclass(frozen=True, repr=False)
class Run:
    """One simulation. Tables have ids as columns and units in ``attrs["units"]``."""

    world: World
    kpis: pd.DataFrame
    """port, side, direction, class, kpi, unit, value, n (observations)."""
    facilities: pd.DataFrame
    """port, side, facility, served, utilisation, mean_wait_h, p95_wait_h, mean_queue, max_queue."""
    links: pd.DataFrame
    """link, vehicles_per_day, utilisation, mean_wait_h."""
    bottlenecks: pd.DataFrame
    """port, direction, class, facility, share_of_waiting, momentary_share, root, root_state, root_share."""
    waiting: pd.DataFrame
    """port, direction, class, at, cause, hours."""
    waiting_by_root: pd.DataFrame
    """port, direction, class, at, root, root_state, stock, stock_state, stock_service, hours."""
    dwell: pd.DataFrame
    """port, direction, class, side, step, at, wait_h, service_h."""
    backlog: pd.DataFrame
    """port, direction, class, day, vehicles_waiting."""
    stocks: pd.DataFrame
    """port, side, stock, stock_kind, unit, capacity, level_first, level_start, level_end, change, level_min,
    level_max, in_per_day, out_per_day, drift_per_day, days_until_full, days_until_empty; in units of the stock."""
    vehicles: Mapping[str, int]
    """arrived, departed, in_system."""
    record: Mapping[str, Any]
    """How the run came about: engine, seed, days, fingerprints, version."""
    result: RunResult
    """The same run as ``sim`` has it; no promise is made about its attributes."""

    @staticmethod
    def of(result: RunResult, world: World) -> Run:
        """The run of a result; raises RunError if its balance check failed."""
        if result.problems:
            raise RunError("\n".join((in_english("not_balanced"), *problem_sentences(result.problems, ENGLISH))))
        tables = {name: with_units(getattr(result, name)) for name in TABLES}
        return Run(world, **tables, vehicles=dict(result.vehicles), record=result.record(), result=result)

    @cached_property
    def trace(self) -> pd.DataFrame:
        """One row for each vehicle and step, sorted by vehicle; times are UTC, missing where nothing happened yet.

        Columns: vehicle, service, class, step, place, facility, queued_utc, started_utc, finished_utc, departed_utc,
        outcome.
        """
        import pandas as pd

        from sim.reports.trace_files import visits

        table = visits(self.result.trace)
        epoch = pd.Timestamp(self.result.case.settings.epoch)
        for time in TIMES:
            seconds = table.pop(f"{time}_s")
            table[f"{time}_utc"] = (epoch + pd.to_timedelta(seconds, unit="s")).astype("datetime64[s, UTC]")
        table.insert(len(table.columns) - 1, "outcome", table.pop("outcome"))
        return table

    @cached_property
    def notes(self) -> list[str]:
        """What to know before the figures: cargo that is not delivered, stocks that drift. A sentence each."""
        from sim.reports.run_notes import note_texts
        from sim.text.names import Names

        return note_texts(self.result, Names.of(self.result.case.corridor, ENGLISH))

    def kpi(self, kpi: str, *, port: str = "", direction: str = "", side: str = "both", klass: str = "") -> float:
        """One key figure, summed over nothing: the selection must leave one row, else KeyError."""
        table = self.kpis
        wanted = {"kpi": kpi, "port": port, "direction": direction, "side": side, "class": klass}
        for column, value in wanted.items():
            if value:
                table = table[table[column] == value]
        if len(table) != 1:
            raise KeyError(f"{len(table)} rows for { ({k: v for k, v in wanted.items() if v}) }")
        return float(table["value"].iloc[0])

    def __repr__(self) -> str:
        return in_english("run", days=self.record["days"], start=self.record["start"], **self.vehicles)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.kpis.to_html(index=False, max_rows=20)}"


@dataclass(frozen=True, repr=False)
class Replications:
    """Several runs of one world; the tables of :class:`Run` with ``replication`` as the first column."""

    world: World
    kpis: pd.DataFrame
    facilities: pd.DataFrame
    links: pd.DataFrame
    bottlenecks: pd.DataFrame
    waiting: pd.DataFrame
    waiting_by_root: pd.DataFrame
    dwell: pd.DataFrame
    backlog: pd.DataFrame
    stocks: pd.DataFrame
    runs: pd.DataFrame
    """replication, seed, arrived, departed, in_system, fingerprints."""

    def intervals(self, level: float = 0.95) -> pd.DataFrame:
        """Mean of each key figure with its confidence interval: columns of ``kpis``, n, mean, ci_low, ci_high."""
        import pandas as pd

        from sim.statistics import mean_interval

        keys = ["port", "side", "direction", "class", "kpi", "unit"]
        rows = []
        for key, values in self.kpis.groupby(keys, sort=False)["value"]:
            numbers = values.dropna().to_numpy()
            if not len(numbers):
                continue
            found = mean_interval(numbers, level=level)
            low, high = (None, None) if len(numbers) < 2 else (found.low, found.high)
            rows.append([*key, len(numbers), found.estimate, low, high])
        return pd.DataFrame(rows, columns=[*keys, "n", "mean", "ci_low", "ci_high"])

    def __repr__(self) -> str:
        return in_english("replications", n=len(self.runs), world=repr(self.world))

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.intervals().to_html(index=False, max_rows=20)}"
