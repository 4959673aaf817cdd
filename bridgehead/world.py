"""The world of a simulation, tables with changes laid over them, and its runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridgehead.batches import stored_results
from bridgehead.errors import RunError, in_english, in_words, saving
from bridgehead.frames import frame_of, table_names, with_units
from bridgehead.settings import checked, engine_of
from bridgehead.tables import TABLES, Tables
from corridors.fingerprint import fingerprint
from corridors.io import tables
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.options import from_settings
from corridors.overlay.proposals import Proposal, Scenario, changes_of, load_proposal
from sim.cli.catalogue import find_scenario, proposals_of
from sim.text.catalogue import ENGLISH
from sim.text.findings import line
from sim.text.runs import problem_sentences

if TYPE_CHECKING:
    import pandas as pd

    from bridgehead.forecasts import Forecast
    from bridgehead.states import State
    from sim.run import Case, RunResult

TIMES: Final = ("queued", "started", "finished", "departed")


@dataclass(frozen=True)
class World:
    """A corridor with the changes made to it so far; every change returns a new world.

    Tables are attributes, pandas frames with ids as columns: ``world.facilities``, ``world.services``, ... (see
    :attr:`names`).
    """

    base: Corridor
    """The tables as loaded."""
    scenario: Scenario = field(default_factory=lambda: Scenario(id="world"))
    """Proposals, changes and days laid over them."""
    folder: Path | None = None
    """Where the tables were read from; None for the base year that Bridgehead includes."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Proposals loaded from separate files, by id."""

    @cached_property
    def corridor(self) -> Corridor:
        """The tables with all changes made, as ``corridors`` has them."""
        with in_words():
            return apply(self.base, changes_of(self.scenario, self._proposals), self.scenario.in_order)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tables."""
        return table_names()

    @property
    def changes(self) -> tuple[str, ...]:
        """What was changed, in words of the command line, proposals first."""
        return (*self.scenario.proposals, *(str(change) for change in self.scenario.changes))

    @property
    def fingerprint(self) -> str:
        """Hash of all tables as loaded, before changes."""
        return fingerprint(self.base)

    def table(self, name: str) -> pd.DataFrame:
        """One table, changes included, with units in ``attrs["units"]``. Raises KeyError for an unknown name."""
        if name not in table_names():
            raise KeyError(in_english("no_table", name=name, names=table_names()))
        return frame_of(self.corridor, name)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in table_names():
            return self.table(name)
        raise AttributeError(in_english("no_table", name=name, names=table_names()))

    def change(
        self,
        what: str | Change | Iterable[str | Change],
        *,
        set: Any = None,
        add: float | None = None,
        scale: float | None = None,
    ) -> World:
        """A new world with changes made.

        Give an address and one of ``set``, ``add`` or ``scale``: ``change("facilities.gate.servers", add=1)``; or
        settings as the command line takes them: ``change("facilities.gate.servers=+1")``; or several of these. A change
        of a field that was changed before is made after it. Raises DataError for an unknown address or a value that
        does not fit, and ValueError for several operations.
        """
        with in_words():
            changes = (*self.scenario.changes, *_changes(what, set, add, scale))
            repeated = len({change.address for change in changes}) < len(changes)
            made = self._with(changes=changes, in_order=self.scenario.in_order or repeated)
            made.corridor  # noqa: B018  # A change that cannot be made is refused here, not at the next use.
            return made

    def apply(self, *proposals: str) -> World:
        """A new world with proposals laid over it, by id or path of a file. Raises DataError for unknown ones."""
        ids, files = [], dict(self.files)
        with in_words():
            for name in proposals:
                path = Path(name)
                if path.suffix in (".yaml", ".yml"):
                    files[path.stem] = path
                ids.append(path.stem if path.suffix in (".yaml", ".yml") else name)
            made = replace(self._with(proposals=(*self.scenario.proposals, *ids)), files=files)
            made.corridor  # noqa: B018
            return made

    def at(self, scenario: str) -> World:
        """A new world of a scenario by id or path, such as ``year_2021``, over the tables as loaded.

        Call it before :meth:`change` and :meth:`apply`; raises ValueError for a world that has changes.
        """
        if self.changes:
            raise ValueError(in_english("at_after_changes", changes=self.changes))
        with in_words():
            found, _ = find_scenario(scenario, self.folder)
            made = replace(self, scenario=found)
            made.corridor  # noqa: B018
            return made

    def case(self, **settings: Any) -> Case:
        """The world with the settings of one run, as :func:`sim.run.prepare` makes it."""
        from sim.run import prepare

        with in_words():
            return prepare(self.base, self.scenario, self._proposals, **checked(settings))

    def run(
        self,
        *,
        days: int | None = None,
        warmup_days: int | None = None,
        start: date | str | None = None,
        seed: int = 1,
        replication: int = 0,
        engine: str | None = None,
    ) -> Run:
        """Simulate once. None takes the value of the scenario or of the data; ``days`` includes the warm-up.

        ``engine`` is ``compiled``, ``simpy`` or None for the fastest available. Raises DataError for settings that do
        not fit, EngineError if the requested engine is not available, and RunError if the balance check fails.
        """
        from sim.run import run_scenario

        chosen = engine_of(engine)
        case = self.case(days=days, warmup_days=warmup_days, start=start, seed=seed, replication=replication)
        with in_words():
            return Run.of(run_scenario(case, chosen), self)

    def replicate(
        self,
        replications: int,
        *,
        days: int | None = None,
        warmup_days: int | None = None,
        start: date | str | None = None,
        seed: int = 1,
        engine: str | None = None,
        workers: int = 1,
    ) -> Replications:
        """Simulate several times with independent random numbers; settings and errors are those of :meth:`run`.

        More than one worker means processes of this machine.
        """
        settings = {"days": days, "warmup_days": warmup_days, "start": start, "seed": seed, "engine": engine}
        batch = stored_results(self.base, self.scenario, (), self._proposals, replications, workers, settings)
        with batch as store, in_words():
            rows = {
                name: store.read(name).drop(columns=["kind", "scenario"], errors="ignore") for name in (*TABLES, "runs")
            }
        runs = rows.pop("runs")
        return Replications(world=self, **{name: with_units(table) for name, table in rows.items()}, runs=runs)

    def forecast(
        self,
        now: State,
        *,
        days: int = 14,
        members: int = 200,
        warmup_days: int = 10,
        seed: int = 1,
        workers: int = 1,
        probes: Sequence[datetime] = (),
    ) -> Forecast:
        """The coming days from a state, over so many members, on the clock of the world.

        Members of two worlds with the same seed have the same random numbers. ``probes`` are instants at which a
        further vehicle of each service joins (default: the instant of the state); one without offset is on the clock of
        the world. Raises DataError for a state with more vehicles than a fleet has, and ValueError for too many days
        and for probes outside of them.
        """
        from bridgehead.forecasts import forecast

        return forecast(
            *(self.case, now),
            days=days,
            members=members,
            warmup_days=warmup_days,
            seed=seed,
            workers=workers,
            probes=probes,
        )

    def check(self) -> list[str]:
        """Every finding about the world, one sentence each; an empty list if there is none."""
        from corridors.checks import check

        return [line(finding, ENGLISH) for finding in check(self.corridor)]

    def save(self, folder: str | Path) -> None:
        """Write all tables, changes included, as CSV files into a folder; raises DataError if that fails."""
        with saving():
            tables.save(self.corridor, Path(folder))

    @cached_property
    def _proposals(self) -> Mapping[str, Proposal]:
        if not self.scenario.proposals:
            return {}
        own = {id: load_proposal(path) for id, path in self.files.items()}
        return {**proposals_of(self.folder), **own}

    def _with(self, **changes: Any) -> World:
        return replace(self, scenario=self.scenario.model_copy(update=changes))

    def __repr__(self) -> str:
        return in_english(
            "world_changed" if self.changes else "world",
            ports=len(self.base.ports),
            facilities=len(self.base.facilities),
            services=len(self.base.services),
            changes=self.changes,
        )

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{name}</td><td>{len(self.corridor.table(name))}</td></tr>" for name in self.names)
        return f"<p>{escape(repr(self))}</p><table><tr><th>table</th><th>rows</th></tr>{rows}</table>"


@dataclass(frozen=True, kw_only=True, repr=False)
class Run(Tables):
    """One simulation. Tables have ids as columns and units in ``attrs["units"]``."""

    world: World
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
        return Run(world=world, **tables, vehicles=dict(result.vehicles), record=result.record(), result=result)

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

    def over_time(self, hours: int = 1) -> dict[str, pd.DataFrame]:
        """Queues, flows and stocks over time, in periods of so many hours from the first second, warm-up included.

        ``flows``: port, direction, class, from_utc, waiting (mean), waiting_end, crossings, fleet_crossings, crossed_t,
        fleet_crossed_t, delivered_t. ``stocks``: port, side, stock, stock_kind, unit, from_utc, level at the end of the
        period. ``shut``: port, side, facility, from_utc, to_utc, reason (``hours`` or ``closure``) of the times without
        servers. Raises ValueError for less than an hour.
        """
        import pandas as pd

        from sim.core.units import HOUR_S
        from sim.kpi.time_series import flow_table, level_table, shut_table
        from sim.output.run_output import RunOutput

        if hours < 1:
            raise ValueError(in_english("hours_of_period", found=hours))
        output, epoch = RunOutput(self.result.visits), pd.Timestamp(self.result.case.settings.epoch)
        made = {
            "flows": flow_table(output, hours * HOUR_S),
            "stocks": level_table(output, hours * HOUR_S),
            "shut": shut_table(output),
        }
        for table in made.values():
            for column in [name for name in ("time_s", "from_s", "to_s") if name in table]:
                name = "to_utc" if column == "to_s" else "from_utc"
                when = (epoch + pd.to_timedelta(table[column], unit="s")).astype("datetime64[s, UTC]")
                table.insert(list(table.columns).index(column), name, when)
                del table[column]
        return {name: with_units(table) for name, table in made.items()}

    @cached_property
    def notes(self) -> list[str]:
        """What to know before the figures: cargo that is not delivered, stocks that drift. A sentence each."""
        from sim.reports.run_notes import note_texts
        from sim.text.names import Names

        return note_texts(self.result, Names.of(self.result.case.corridor, ENGLISH))

    def kpi(self, kpi: str, *, port: str = "", direction: str = "", side: str = "both", klass: str = "") -> float:
        """One key figure in the unit of its row, summed over nothing; KeyError where other than one row is left."""
        table = self.kpis
        wanted = {"kpi": kpi, "port": port, "direction": direction, "side": side, "class": klass}
        for column, value in wanted.items():
            if value:
                table = table[table[column] == value]
        if len(table) != 1:
            selection = ", ".join(f"{column}={value}" for column, value in wanted.items() if value)
            raise KeyError(in_english("not_one_row", n=len(table), wanted=selection))
        return float(table["value"].iloc[0])

    def __repr__(self) -> str:
        return in_english("run", days=self.record["days"], start=self.record["start"], **self.vehicles)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.kpis.to_html(index=False, max_rows=20)}"


@dataclass(frozen=True, kw_only=True, repr=False)
class Replications(Tables):
    """Several runs of one world; the tables of :class:`Run` with ``replication`` as the first column."""

    world: World
    runs: pd.DataFrame
    """replication, seed, arrived, departed, in_system, fingerprints."""

    def intervals(self, level: float = 0.95) -> pd.DataFrame:
        """Mean of each key figure with its confidence interval by Student's t, of the probability ``level``.

        Columns of ``kpis``, then n, mean, ci_low and ci_high, which are missing for one replication.
        """
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


def _changes(what: Any, set: Any, add: float | None, scale: float | None) -> list[Change]:
    asked = {op: value for op, value in {"set": set, "add": add, "scale": scale}.items() if value is not None}
    if len(asked) > 1:
        raise ValueError(in_english("one_operation", operations=tuple(asked)))
    if asked:
        ((op, value),) = asked.items()
        if not isinstance(what, str):
            raise ValueError(in_english("one_address"))
        plain = value.item() if hasattr(value, "item") else value  # A number of NumPy.
        return [Change.model_validate({"op": op, "address": what, "value": plain})]
    if isinstance(what, (str, Change)):
        what = [what]
    settings = [one for one in what if not isinstance(one, Change)]
    parsed = dict(zip(settings, from_settings(settings), strict=True))
    return [one if isinstance(one, Change) else parsed[one] for one in what]
