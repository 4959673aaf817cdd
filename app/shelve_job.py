"""Process that puts the results of a finished job on the shelf: their folder, the language, and the question."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from app.subprocesses import end_with_parent

FULL: Final = 3
"""Exit status where the shelf has no room."""


def main(results: Path, language: str, question: str) -> int:
    """Keep the results; returns the exit status. Prints the findings of results that cannot be kept."""
    from app import home, shelf
    from corridors.findings import DataError
    from sim.cli import console
    from sim.experiments.store import open_store
    from sim.studies.compare import ExperimentResults, Question, compare

    asked = Question.of(question) if question else None
    try:
        made = compare(ExperimentResults.of(open_store(results)), home.corridor(), home.proposals(), question=asked)
        shelf.kept_comparison(made, results, language)
    except DataError as error:
        console.findings(error.findings)
        return 2
    except shelf.ShelfFullError:
        return FULL
    return 0


if __name__ == "__main__":
    end_with_parent()
    status = main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
    sys.stderr.flush()
    os._exit(status)
