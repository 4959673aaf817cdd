"""Own records: logs as visits, a fit to them, the state at an instant, a forecast from it, and its check on past days.

The names are those of the commands; figures and files are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridgehead.errors import in_english, in_words, saving
from bridgehead.frames import with_units
from bridgehead.states import State
from bridgehead.world import World
from corridors.overlay.changes import Change

if TYPE_CHECKING:
    import pandas as pd

    from corridors.records.mapping import RecordMap
    from corridors.records.visits import Visits


@dataclass(frozen=True, repr=False)
class Records:
    """The visits of one or several logs."""

    table: pd.DataFrame
    """One row a visit: service, step, arrived_utc, started_utc, finished_utc; ids of vehicles are left out."""
    cleaning: pd.DataFrame
    """Records by rule and what was done with them."""
    visits: Visits
    """The same visits as ``corridors`` has them; no promise is made about its attributes."""
    map: RecordMap
    world: World

    def __repr__(self) -> str:
        return in_english("records", visits=len(self.table), days=self.visits.days)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.cleaning.to_html(index=False)}"


@dataclass(frozen=True, repr=False)
class Fit:
    """The numbers that records say, and the changes of a world that set them."""

    estimates: pd.DataFrame
    """address, value, low, high, n, days, method, fit, written."""
    changes: tuple[Change, ...]
    check: pd.DataFrame
    """name, measure, observed, fitted, bias, w1, n, agrees, within_error, cause: a fit to the weeks before against the
    held-out weeks; ``within_error`` where a right fit would differ as much in so few days."""
    held_out_weeks: int
    """Weeks of the check; 0: the records are too short for one."""
    files: Mapping[str, bytes] = field(repr=False)
    """What ``bridgehead fit`` writes, by name."""

    @property
    def agrees(self) -> bool | None:
        """Whether all comparisons of the check agree; None without a check."""
        return bool(self.check["agrees"].all()) if len(self.check) else None

    def save(self, folder: str | Path) -> None:
        """Write ``fit.yaml``, a scenario, and the tables of the fit into a folder; raises DataError if that fails."""
        from corridors.io.atomic_files import write_atomically

        with saving():
            for name, content in self.files.items():
                write_atomically(Path(folder) / name, content)

    def __repr__(self) -> str:
        return in_english("fit_of", n=int(self.estimates["written"].sum()))

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.estimates.to_html(index=False)}"


def read_log(files: str | Path | Sequence[str | Path], map: str | Path, world: World | None = None) -> Records:
    """The visits of logs (paths, or patterns such as ``gate_*.xlsx``) by their map; raises DataError with findings."""
    import pandas as pd

    from bridgehead.loading import load
    from corridors.records.cleaning import clean
    from corridors.records.mapping import load_map
    from corridors.records.reading import read_log as read

    given = [files] if isinstance(files, (str, Path)) else list(files)
    paths = [one for name in given for one in (_matching(Path(name)) or [Path(name)])]
    with in_words():
        there = world or load()
        found = load_map(Path(map), there.corridor)
        visits = clean([read(path, found.form, found.columns) for path in paths], found, there.corridor)
    frame = visits.frame
    table = pd.DataFrame(
        {
            "service": [visits.services[k] for k in frame["service"]],
            "step": [visits.steps[k] for k in frame["step"]],
            **{f"{name}_utc": _times(frame[name]) for name in ("arrived", "started", "finished")},
        }
    )
    rows = [(*key, n) for key, n in visits.ledger.counts().items()]
    cleaning = pd.DataFrame(rows, columns=["rule", "done", "records"])
    return Records(with_units(table), with_units(cleaning), visits, found, there)


def fit(records: Records, *, seed: int = 1, hold_out_weeks: int | None = None) -> Fit:
    """The numbers of the records with their 95 % intervals, the changes that set them in a world, and the check.

    ``hold_out_weeks`` None: the last fifth of the weeks, at least two and at most eight; 0: no check.
    """
    import pandas as pd

    from sim.reports import fit_files
    from sim.studies.fitting.fitting import fit as fitted
    from sim.studies.fitting.held_out import check_held_out
    from sim.studies.fitting.overlay import scenario

    visits, map_, corridor = records.visits, records.map, records.world.corridor
    with in_words():
        checked, weeks = check_held_out(visits, map_, corridor, hold_out_weeks, seed)
        made = fitted(visits, map_, corridor, seed)
        overlay = scenario(made, visits, map_, corridor)
    columns = ["address", "value", "low", "high", "n", "days", "method", "fit", "written"]
    rows = [[getattr(one, name) for name in columns] for one in made.estimates]
    compared = [[getattr(one, name) for name in fit_files.CHECK_COLUMNS] for one in checked]
    return Fit(
        with_units(pd.DataFrame(rows, columns=columns)),
        tuple(overlay.changes),
        with_units(pd.DataFrame(compared, columns=list(fit_files.CHECK_COLUMNS))),
        weeks,
        fit_files.contents(made, overlay, visits, checked),
    )


def state(records: Records, at: str | datetime) -> State:
    """Who waits and who is served at an instant; one without offset is on the clock of the log.

    Raises ValueError for a text that is no instant in ISO form.
    """
    from corridors.clock import local_time
    from sim.studies.forecast.from_log import state_of_log

    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    if when.tzinfo is None:
        when = when.replace(tzinfo=local_time.zone(records.visits.clock))
    return State.of(state_of_log(records.visits, records.map, records.world.corridor, when).state)


def read_state(path: str | Path, world: World | None = None) -> State:
    """The state in a file; raises DataError with every finding about it."""
    from bridgehead.loading import load
    from sim.studies.forecast.state_file import read_state as read

    with in_words():
        return State.of(read(Path(path), (world or load()).corridor))


def _matching(path: Path) -> list[Path]:
    """The files of a pattern, in the order of their names."""
    return sorted(path.parent.glob(path.name))


def _times(seconds: pd.Series[Any]) -> Any:
    import pandas as pd

    return pd.to_datetime(seconds, unit="s", utc=True).astype("datetime64[s, UTC]")
