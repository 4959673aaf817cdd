"""Worlds of data folders, and the proposals and scenarios that belong to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bridgehead.errors import in_words
from bridgehead.world import World
from corridors.findings import ERROR, DataError, Finding
from corridors.io.folders import data_root
from corridors.io.plain_files import documents_in, is_folder
from corridors.load import load_corridor
from corridors.messages import message
from sim.cli.catalogue import folder_of, proposals_of

if TYPE_CHECKING:
    import pandas as pd


def load(folder: str | Path | None = None) -> World:
    """The world of a data folder; None: the base year of the four ports. Raises DataError with every finding."""
    with in_words():
        path = _existing(folder)
        return World(load_corridor(path), folder=path)


def example() -> World:
    """A small world of one port and one service, for trials and tests."""
    return load(data_root() / "template")


def proposals(folder: str | Path | None = None) -> pd.DataFrame:
    """The proposals that belong to a data folder: id, measure, titles, cost in million USD, note.

    Raises DataError for a folder that does not exist, and with every finding about the proposals.
    """
    import pandas as pd

    with in_words():
        found = proposals_of(_existing(folder))
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
    """Ids of the scenarios and years that belong to a data folder; raises DataError if there is no such folder."""
    with in_words():
        path = _existing(folder)
    return sorted(file.stem for kind in ("years", "scenarios") for file in documents_in(folder_of(kind, path)))


def _existing(folder: str | Path | None) -> Path | None:
    """The path of a folder; raises the packages' DataError if it is none."""
    if folder is None:
        return None
    path = Path(folder)
    if not is_folder(path):
        why, expected = message("check.missing", "runs"), message("want.existing_path", "runs")
        raise DataError([Finding(ERROR, str(path), None, "", "", expected, message=why)])
    return path
