"""``bridgehead open``: the results in a file of ``--save``, as ``compare`` shows those of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import console
from sim.cli.compare import USUAL_MARGIN, Best, Margin, compare_results
from sim.cli.options import Author, Brief, Data, OutputOptions
from sim.cli.words import say

if TYPE_CHECKING:
    from sim.experiments.store import Store
    from sim.studies.compare import ExperimentResults


def open_file(
    results_file: Annotated[Path, typer.Argument(metavar="NAME.bridgehead")],
    output: OutputOptions,
    data: Data = None,
    margin: Margin = USUAL_MARGIN,
    best: Best = "",
    brief: Brief = None,
    author: Author = "",
) -> None:
    """Show the results in a file that was saved with --save."""
    from sim.studies.result_file import read_file, usable

    def read() -> tuple[ExperimentResults, Store | None]:
        found = read_file(results_file)
        head = found.head
        by = say("opened_by", author=head.author) if head.author else ""
        console.err().print(say("opened", name=head.name, day=head.saved_at[:10]) + by, markup=False)
        with usable(results_file.name):
            return found.results(), None

    compare_results(read, output, data, margin, best, brief, author, guard=usable(results_file.name))
