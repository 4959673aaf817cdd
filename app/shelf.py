"""The shelf: results that this server keeps until they are deleted, one ``NAME.bridgehead`` each.

The shelf is a folder. An entry is known by the name of its file in the list of the folder, never by a path from the
page. A file that is copied there is an entry, too. Without Streamlit, so that other processes can use it.

Other pages keep results with :func:`put`, given the bytes of :func:`sim.studies.result_file.file_bytes`.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.results import results_root
from corridors.findings import ERROR, DataError, Finding
from corridors.io.atomic_files import write_atomically
from corridors.io.system_problems import os_problem
from corridors.messages import message
from sim.studies.result_file import ENDING, Head, ResultFile, read_file, read_head
from sim.text.catalogue import Language, say

if TYPE_CHECKING:
    from sim.studies.compare import ScenarioComparison

VARIABLE: Final = "BRIDGEHEAD_SHELF"
"""Environment variable with the folder of the shelf."""
SHARED: Final = "BRIDGEHEAD_SHARED"
"""Environment variable that is set where other machines reach the server (`bridgehead app --share`)."""
USUAL: Final = "shelf"
MOST: Final = 500
LONGEST: Final = 40
"""Characters of a name in the name of its file."""


class ShelfFullError(RuntimeError):
    """The shelf has as many entries as it may have."""


@dataclass(frozen=True)
class Entry:
    """One file on the shelf: its head, or what is wrong with it."""

    id: str
    file: Path
    size: int
    head: Head | None
    findings: tuple[Finding, ...] = ()


def folder() -> Path:
    """The folder of the shelf, which may not exist yet."""
    given = os.environ.get(VARIABLE, "").strip()
    return Path(given) if given else results_root() / USUAL


def shared() -> bool:
    """Whether other machines reach the server: results are then kept on request only, and no visitor deletes them."""
    return bool(os.environ.get(SHARED))


def entries() -> list[Entry]:
    """What is on the shelf, the newest first."""
    found = []
    for path in _files():
        try:
            status = path.stat()
        except OSError:  # Deleted meanwhile.
            continue
        found.append((status.st_mtime_ns, _entry(path, status.st_size, status.st_mtime_ns)))
    return [entry for _, entry in sorted(found, key=lambda one: (-one[0], one[1].id))]


def get(id: str) -> Entry | None:
    """The entry of an id; None if there is none."""
    return next((one for one in entries() if one.id == id), None)


def put(content: bytes, name: str) -> str:
    """Keep a file of results; returns the id of its entry.

    Raises ShelfFullError, and DataError where the folder cannot be written.
    """
    if len(_files()) >= MOST:
        raise ShelfFullError
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower())[:LONGEST].strip("_") or "results"
    id = f"{plain}-{secrets.token_hex(4)}"
    try:
        write_atomically(folder() / f"{id}{ENDING}", content)
    except OSError as error:
        raise _unwritable(error) from None
    return id


def delete(id: str) -> None:
    """Remove an entry; one that is gone is no error. Raises DataError for one that cannot be removed now."""
    entry = get(id)
    if entry is not None:
        try:
            entry.file.unlink(missing_ok=True)
        except OSError as error:  # On Windows, also a file that is being read.
            raise _unwritable(error) from None


def read(entry: Entry) -> ResultFile:
    """The file of an entry. Raises DataError."""
    return read_file(entry.file)


def version_of(ids: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Ids with the times of their files, which change when a file does."""
    found = []
    for one in entries():
        if one.id in ids:
            with suppress(OSError):  # Deleted meanwhile.
                found.append((one.id, one.file.stat().st_mtime_ns))
    return tuple(found)


def kept_comparison(comparison: ScenarioComparison, results: Path, language: str, *, name: str = "") -> str:
    """Keep the results of a comparison from their folder; returns the id of the entry.

    ``name`` is that of the entry; else the title of the only scenario, the question, or the title of the experiment.

    Raises DataError, ShelfFullError.
    """
    from datetime import UTC, datetime

    from app import home
    from sim.experiments.store import open_store
    from sim.reports.brief import brief_html
    from sim.reports.brief_texts import brief_of
    from sim.reports.comparison_names import experiment_title
    from sim.studies.answer.best import answers_in_order
    from sim.studies.result_file import figures_of, file_bytes

    world = home.corridor()
    found = answers_in_order(comparison, world)
    others = comparison.results.others
    single = comparison.results.title(others[0], language) if len(others) == 1 else ""
    name = name or single or asked_in_words(comparison, language) or experiment_title(comparison.results, language)
    content = file_bytes(
        open_store(results),
        name=name,
        saved_at=datetime.now(UTC),
        figures=figures_of(found),
        question=comparison.question,
        brief=brief_html(brief_of(comparison, world, language, found)),
    )
    return put(content, name)


def asked_in_words(comparison: ScenarioComparison, language: Language) -> str:
    """What a comparison is asked, and of how many scenarios; '' without a question."""
    from app import home
    from sim.reports.comparison_names import names_of, traffic_name

    asked = comparison.question
    if not asked:
        return ""
    names = names_of(comparison.results, home.corridor(), language)
    values = {"traffic": traffic_name(names, asked.port, asked.klass), "figure": names.figure(asked.kpi)}
    return say("app_shelf.best_of", language, n=len(comparison.results.others), **values)


def full_text(language: Language) -> str:
    """The message about a shelf without room: who may delete files depends on the server."""
    return say("app_shelf.full_shared" if shared() else "app_shelf.full", language, most=MOST)


def _unwritable(error: OSError) -> DataError:
    """The finding about the folder of the shelf, without its path, which a visitor need not know."""
    expected, why = message("want.writable_folder", "runs"), message("store.unwritable", "runs")
    return DataError([Finding(ERROR, USUAL, None, "", os_problem(error), expected, message=why)])


def _files() -> list[Path]:
    """The files on the shelf; links that lead out of it are not listed."""
    try:
        inside = folder().resolve()
        listed = [path for path in folder().iterdir() if path.suffix == ENDING and not path.name.startswith(".")]
    except OSError:
        return []
    return [path for path in listed if path.resolve().parent == inside and path.is_file()]


@lru_cache(maxsize=2 * MOST)
def _entry(path: Path, size: int, changed_ns: int) -> Entry:
    try:
        return Entry(path.stem, path, size, read_head(path))
    except DataError as error:
        return Entry(path.stem, path, size, None, tuple(error.findings))
