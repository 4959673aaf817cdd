"""Tables of states and forecasts in a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.reports.text_table import Table
from sim.text import catalogue
from sim.text.catalogue import Language

if TYPE_CHECKING:
    from sim.studies.forecast.state_file import WorldState
    from sim.text.names import Names

ROOM: Final = "forecast"


def say(key: str, language: Language, /, **values: Any) -> str:
    """A message of room ``forecast``."""
    return catalogue.say(f"{ROOM}.{key}", language, **values)


def state_table(state: WorldState, names: Names) -> Table:
    """Vehicles of a state by service, step and what they do."""
    language = names.language
    rows = [
        (names.service(service), step, say(f"doing.{doing}", language), f"{n:,}")
        for (service, step, doing), n in state.counts().items()
    ]
    headings = tuple(say(f"column.{name}", language) for name in ("service", "step", "doing", "count"))
    return Table(say("state", language), say("state_note", language), headings, tuple(rows), 3)
