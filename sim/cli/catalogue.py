"""The proposals and scenarios of a data folder: in a folder of that name inside it, or else beside it.

An unknown name is refused with the nearest known one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.folders import data_root
from corridors.io.plain_files import documents_in, exists, is_folder, real_path
from corridors.messages import Text, message
from corridors.overlay.proposals import Proposal, Scenario, load_proposals, load_scenario

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.studies.validation.comparisons import FactComparison
    from sim.studies.validation.experiments import NaturalExperiment


MOST_LISTED: Final = 12
"""Ids of a folder that a finding lists."""


def data_folder(data: Path | None) -> Path:
    """The folder of tables: the given one, or the baseline."""
    return data_root() / "baseline" if data is None else data


def folder_of(kind: str, data: Path | None) -> Path:
    """The folder of 'proposals', 'scenarios' or 'experiments' that belongs to a data folder; it may not exist."""
    tables = data_folder(data)
    inside = tables / kind
    return inside if is_folder(inside) else real_path(tables).parent / kind


def demand_scenarios_file(data: Path | None) -> Path | None:
    """The demand scenarios of a data folder: futures.yaml in it or beside it; None if there are none."""
    folder = real_path(data_folder(data))
    return next((path for path in (folder / "futures.yaml", folder.parent / "futures.yaml") if exists(path)), None)


def uncertain_inputs_file(data: Path | None) -> Path:
    """The groups of assumptions that belong to a data folder, under their former name guesses.csv if only that exists.

    The file may not exist.
    """
    file = folder_of("sensitivity", data) / "uncertain_inputs.csv"
    former = file.with_name("guesses.csv")
    return former if exists(former) and not exists(file) else file


def comparisons_of(corridor: Corridor, data: Path | None) -> tuple[FactComparison, ...]:
    """The published figures to compare a world with: of its folder, else those of the base year if it has rows of them.

    Raises DataError if there are none.
    """
    from sim.studies.validation.comparisons import load_comparisons
    from sim.studies.validation.record import ids_compared

    own = folder_of("validation", data) / "comparisons.csv"
    if exists(own):
        return load_comparisons(own)
    known, found = ids_compared(corridor), load_comparisons()
    if any(known.issuperset((*one.of, *one.vehicle_class)) for one in found if one.of):
        return found
    why, expected = message("comparison.none", "runs"), message("want.comparisons", "runs")
    raise DataError([Finding(ERROR, str(data_folder(data)), None, "", "", expected, message=why)])


def experiments_of(data: Path | None) -> tuple[NaturalExperiment, ...]:
    """The natural experiments of a data folder; of one with own comparisons only its own ones."""
    from sim.studies.validation.experiments import load_experiments

    own = folder_of("validation", data)
    if data is None or not exists(own / "comparisons.csv"):
        return load_experiments()
    return load_experiments(own / "experiments.yaml") if exists(own / "experiments.yaml") else ()


def find_scenario(name: str | None, data: Path | None, option: str = "--scenario") -> tuple[Scenario, dict[str, Path]]:
    """A scenario by the path of its file or by its id, the years of a data folder among them (``year_2021``).

    With it, by id, the files of the scenario and the proposals, for findings. None and 'baseline' change nothing.
    Raises DataError, which names ``option``.
    """
    files = proposal_files(data)
    if name in (None, "baseline"):
        return Scenario(id="baseline"), files
    file = find_file("scenarios", str(name), option, data, "years")
    scenario = load_scenario(file)
    return scenario, files | {scenario.id: file}


def find_file(kind: str, name: str, where: str, data: Path | None, *more: str) -> Path:
    """A file that is named by its path or by its id in the folder of that kind (see :func:`folder_of`), or of ``more``.

    The DataError for an unknown id names ``where``, the option or argument.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or exists(path):
        return path
    known = {file.stem: file for one in (*more, kind) for file in documents_in(folder_of(one, data))}
    if name not in known:
        why, expected = message("option.unknown_file", "runs"), message("want.file_or_id", "runs", names=(kind, *more))
        if 0 < len(known) <= MOST_LISTED:
            expected = message("want.file_or_one_of", "runs", names=tuple(sorted(known)))
        raise DataError([Finding(ERROR, where, None, "", name, expected, nearest(name, known), why)])
    return known[name]


def proposals_of(data: Path | None) -> dict[str, Proposal]:
    """The proposals that belong to a data folder, by id; raises DataError."""
    return load_proposals(folder_of("proposals", data))


def proposal_files(data: Path | None) -> dict[str, Path]:
    """The file of each proposal that belongs to a data folder, by its id."""
    return {file.stem: file for file in documents_in(folder_of("proposals", data))}


def unknown_ids(where: str, named: Iterable[str] | None, known: Collection[str], expected: Text) -> list[Finding]:
    """A finding for every unknown id of ``named``, the values of the option ``where`` (None without the option)."""
    why, unknown = message("option.unknown_id", "runs"), [id for id in named or () if id not in known]
    return [Finding(ERROR, where, None, "", id, expected, nearest(id, known), why) for id in unknown]
