"""Several files of results beside each other: their scenarios against the one baseline that they share.

The files must have the same data, program, seed, days and baseline; then runs of the same number are the same runs, and
scenarios of different files are compared in pairs without running anything again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from corridors.findings import DataError, Finding
from corridors.messages import message
from sim.experiments.experiment import Experiment
from sim.studies.compare import ExperimentResults
from sim.studies.compare.results import TABLES
from sim.studies.result_file.contents import ROOM, refused

SHARED: Final = ("data_fingerprint", "code_fingerprint")
OF_BASELINE: Final = ("start", "days", "warmup_days", "stocks_from", "changes", "in_order")
"""Keys of the baseline scenario that make its runs."""


def merged(files: Sequence[tuple[str, ExperimentResults]]) -> ExperimentResults:
    """The results of several files, each with its name; one alone is returned as it is.

    Raises DataError with every setting that differs from that of the first file.
    """
    import pandas as pd

    (first_name, first), *others = files
    if not others:
        return first
    findings = [found for name, one in others for found in _differences(first, one, name, first_name)]
    if findings:
        raise DataError(findings)
    scenarios: dict[str, Mapping[str, Any]] = {first.baseline: first.scenarios[first.baseline]}
    tables: dict[str, list[pd.DataFrame]] = {kind: [] for kind in (*TABLES, "runs")}
    longest = max((one for _, one in files), key=lambda one: int(one.runs["replication"].nunique()))
    _add(tables, longest, {longest.baseline: first.baseline})
    for number, (_, one) in enumerate(files, start=1):
        ids: dict[str, str] = {}
        for id in one.others:
            ids[id] = _unused(id, number, {*scenarios, *ids.values()})
        scenarios |= {new: dict(one.scenarios[old]) | {"id": new} for old, new in ids.items()}
        _add(tables, one, ids)
    plain = dict(first.manifest["experiment"]) | {"id": "shelf", "title_en": "", "title_zh": ""}
    plain = {key: value for key, value in plain.items() if key not in ("proposals", "scenarios", "design", "pairs")}
    manifest = {**first.manifest, "experiment": plain, "scenarios": scenarios}
    Experiment.model_validate(plain)
    # A world without stocks, say, has no such rows in any file.
    whole = {
        kind: pd.concat(parts, ignore_index=True) if parts else getattr(first, kind) for kind, parts in tables.items()
    }
    asked = {one.question for _, one in files}
    return replace(
        first,
        question=asked.pop() if len(asked) == 1 else None,
        scenarios=scenarios,
        manifest=manifest,
        expected=max(one.expected for _, one in files),
        **whole,
    )


def _unused(id: str, number: int, taken: Collection[str]) -> str:
    """The id of a scenario of the file with this number, with the number behind it as often as it is taken."""
    while id in taken:
        id = f"{id}_{number}"
    return id


def _add(tables: dict[str, list[Any]], results: ExperimentResults, ids: Mapping[str, str]) -> None:
    """Add the rows of some scenarios under their new ids."""
    for kind, parts in tables.items():
        rows = getattr(results, kind)
        if rows is not None and len(rows):
            own = rows[rows["scenario"].isin(list(ids))]
            parts.append(own.assign(scenario=own["scenario"].map(ids)))


def _differences(first: ExperimentResults, other: ExperimentResults, name: str, first_name: str) -> list[Finding]:
    here, there = _settings(first), _settings(other)
    return [
        refused(name, "other_base", message("want.same_setting", ROOM, file=first_name), str(there[key])[:80], key)
        for key in here
        if here[key] != there[key]
    ]


def _settings(results: ExperimentResults) -> dict[str, Any]:
    """All that two files must share."""
    base = results.scenarios[results.baseline]
    return {
        **{key: results.manifest[key] for key in SHARED},
        "seed": results.experiment.seed,
        **{key: base.get(key) for key in OF_BASELINE},
    }
