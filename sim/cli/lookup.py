"""Where a data folder's proposals and scenarios lie: in a folder of that name inside it, or else beside it."""

from __future__ import annotations

from pathlib import Path

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.folders import data_root
from corridors.proposals import Scenario, load_scenario


def data_folder(data: Path | None) -> Path:
    """The folder of tables: the one asked for, or the baseline."""
    return data_root() / "baseline" if data is None else data


def folder_of(kind: str, data: Path | None) -> Path:
    """The folder of 'proposals' or 'scenarios' that belongs to a data folder; it may not exist."""
    tables = data_folder(data)
    inside = tables / kind
    return inside if inside.is_dir() else tables.resolve().parent / kind


def find_scenario(name: str | None, data: Path | None) -> Scenario:
    """A scenario by the path of its file or by its id; None and 'baseline' change nothing. Raises DataError."""
    if name in (None, "baseline"):
        return Scenario(id="baseline")
    path = Path(str(name))
    if path.suffix in (".yaml", ".yml") or path.exists():
        return load_scenario(path)
    known = {file.stem: file for file in sorted(folder_of("scenarios", data).glob("*.yaml"))}
    if name not in known:
        expected = "the id of a scenario, or a file"
        raise DataError([Finding(ERROR, "--scenario", None, "", str(name), expected, nearest(str(name), known))])
    return load_scenario(known[name])
