"""Finished batches that the page may open: the folders directly below the server's results folder.

Batches are opened by a name from the list of :func:`finished`, never by a path from the page. Links that lead out of
the results folder are not listed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corridors.findings import ERROR, DataError, Finding
from corridors.io.json_files import read_json
from corridors.messages import message
from sim.text.catalogue import ENGLISH, Language, has, say

if TYPE_CHECKING:
    from sim.studies.compare import ExperimentResults

VARIABLE: Final = "BRIDGEHEAD_RESULTS"
"""Environment variable with the results folder; `bridgehead app --results` sets it."""
USUAL: Final = "out"
MANIFEST: Final = "_manifest.json"
MOST: Final = 200


def results_root() -> Path:
    """The results folder."""
    return Path(os.environ.get(VARIABLE) or USUAL)


def finished(root: Path) -> list[str]:
    """The names of the results directly below the root, sorted."""
    if not root.is_dir():
        return []
    inside = root.resolve()
    names = [path.name for path in root.iterdir() if path.resolve().parent == inside and (path / MANIFEST).is_file()]
    return sorted(names)[:MOST]


def titles(root: Path, names: Sequence[str], language: Language) -> dict[str, str]:
    """The titles of batches in a language, with the name of the folder where several have one title."""
    found = {name: _title(root / name, language) or name for name in names}
    often = Counter(found.values())
    return {
        name: title if often[title] == 1 else say("app_compare.title_of_folder", language, title=title, folder=name)
        for name, title in found.items()
    }


def _title(folder: Path, language: Language) -> str:
    """The title of a batch, as its comparison has it; '' if it has none or cannot be read."""
    try:
        content = read_json(folder / MANIFEST)
    except (OSError, ValueError):
        return ""
    experiment = content.get("experiment") if isinstance(content, dict) else None
    texts = experiment if isinstance(experiment, dict) else {}
    title = str(texts.get(f"title_{language}") or texts.get(f"title_{ENGLISH}") or "")
    known = f"comparison.experiment.{texts.get('id')}"
    return title or (say(known, language) if has(known) else "")


def open_results(root: Path, name: str) -> ExperimentResults:
    """The tables of one batch. Raises DataError for a name that is not listed, and for damaged files."""
    from sim.experiments.store import open_store
    from sim.studies.compare import ExperimentResults

    if name not in finished(root):
        raise DataError([Finding(ERROR, name, None, "", name, message("results.unknown", "app_common"))])
    return ExperimentResults.of(open_store(root / name))


def version_of(root: Path, name: str) -> tuple[int, int]:
    """Number of files and time of the manifest: they change when a batch continues."""
    folder = root / name
    return len(list(folder.glob("*.parquet"))), (folder / MANIFEST).stat().st_mtime_ns
