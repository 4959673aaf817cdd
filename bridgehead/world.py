"""The world of a simulation: tables of a data folder, with changes laid over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridgehead.errors import DataError, EngineError, in_english, in_words
from bridgehead.frames import frame_of, table_names
from bridgehead.run import Replications, Run
from bridgehead.settings import checked
from corridors.fingerprint import fingerprint
from corridors.io import tables
from corridors.io.folders import data_root
from corridors.io.plain_files import documents_in
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.changes import Change, apply, parse_setting
from corridors.overlay.proposals import Proposal, Scenario, changes_of, load_proposal, load_proposals
from sim.cli.catalogue import find_scenario, folder_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.run import Case


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

        chosen = _engine(engine)
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
        """Simulate several times with independent random numbers; the settings are those of :meth:`run`."""
        from bridgehead.comparison import replicated

        settings = {"days": days, "warmup_days": warmup_days, "start": start, "seed": seed, "engine": engine}
        return replicated(self, replications, workers, settings)

    def check(self) -> list[str]:
        """Every finding about the world, one sentence each; an empty list if there is none."""
        from corridors.checks import check
        from sim.text.catalogue import ENGLISH
        from sim.text.findings import line

        return [line(finding, ENGLISH) for finding in check(self.corridor)]

    def save(self, folder: str | Path) -> None:
        """Write all tables, changes included, as CSV files into a folder; raises DataError if that fails."""
        try:
            tables.save(self.corridor, Path(folder))
        except OSError as error:
            raise DataError((), in_english("not_saved", why=error.strerror or error)) from error

    @cached_property
    def _proposals(self) -> Mapping[str, Proposal]:
        if not self.scenario.proposals:
            return {}
        own = {id: load_proposal(path) for id, path in self.files.items()}
        return {**load_proposals(folder_of("proposals", self.folder)), **own}

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


def load(folder: str | Path | None = None) -> World:
    """The world of a data folder; None: the base year of the four ports. Raises DataError with every finding."""
    path = None if folder is None else Path(folder)
    with in_words():
        return World(load_corridor(path), folder=path)


def example() -> World:
    """A small world of one port and one service, for trials and tests."""
    return load(data_root() / "template")


def proposals(folder: str | Path | None = None) -> pd.DataFrame:
    """The proposals that belong to a data folder: id, measure, titles, cost in million USD, note."""
    import pandas as pd

    with in_words():
        found = load_proposals(folder_of("proposals", None if folder is None else Path(folder)))
    columns = ["id", "measure", "title_en", "title_zh", "capital_musd", "yearly_musd", "opening_date", "note_en"]
    rows = [
        [
            *(id, one.measure, one.title_en, one.title_zh),
            *(estimate.value if estimate else None for estimate in (one.capital_musd, one.yearly_musd)),
            *(one.opening_date, one.note_en),
        ]
        for id, one in found.items()
    ]
    return pd.DataFrame(rows, columns=columns)


def scenarios(folder: str | Path | None = None) -> list[str]:
    """Ids of the scenarios and years that belong to a data folder."""
    path = None if folder is None else Path(folder)
    return sorted(file.stem for kind in ("years", "scenarios") for file in documents_in(folder_of(kind, path)))


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
    return [one if isinstance(one, Change) else parse_setting(one) for one in what]


def _engine(name: str | None) -> str | None:
    """The engine to use; an engine that cannot run here is refused, never replaced."""
    from sim.engines import ENGINES, resolve_engine

    if name is None:
        return None
    if name not in ENGINES:
        raise EngineError(in_english("unknown_engine", name=name, engines=tuple(ENGINES)))
    if resolve_engine(name) != name:
        raise EngineError(in_english("no_numba"))
    return name
