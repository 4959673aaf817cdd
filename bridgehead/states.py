"""The state of a world at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from bridgehead.errors import in_english, saving
from bridgehead.frames import with_units

if TYPE_CHECKING:
    import pandas as pd

    from sim.studies.forecast.state_file import WorldState


@dataclass(frozen=True, repr=False)
class State:
    """A world at an instant: who waits, who is served, levels of stocks."""

    table: pd.DataFrame
    """service, step, doing, vehicles."""
    state: WorldState

    @staticmethod
    def of(found: WorldState) -> State:
        """The state that ``sim`` has found."""
        import pandas as pd

        rows = [(*key, n) for key, n in found.counts().items()]
        return State(with_units(pd.DataFrame(rows, columns=["service", "step", "doing", "vehicles"])), found)

    @property
    def at(self) -> datetime:
        """The instant, UTC."""
        return self.state.at

    def save(self, path: str | Path) -> None:
        """Write the file that ``bridgehead forecast`` begins with; raises DataError if that fails."""
        from sim.studies.forecast.state_file import write_state

        with saving():
            write_state(Path(path), self.state)

    def __repr__(self) -> str:
        return in_english("state_of", n=self.state.total, at=self.at.isoformat())

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.table.to_html(index=False)}"
