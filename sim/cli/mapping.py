"""``bridgehead mapping``: a first map of a log, with everything unsure marked."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated, Final

import typer

from corridors.findings import DataError, Findings
from corridors.io.atomic_files import write_atomically
from sim.cli import console
from sim.cli.options import FILES, Data
from sim.cli.words import say
from sim.cli.words import wrong as wrong_option

MOST_ROWS: Final = 20_000
"""Rows that are enough to see what a column has."""


def mapping(
    log: Annotated[Path, typer.Argument(metavar="LOG")],
    out: Annotated[Path, typer.Option("--out", metavar="MAP.yaml", rich_help_panel=FILES)],
    data: Data = None,
) -> None:
    """Write a first map of a log: its columns guessed by name and content."""
    from corridors.load import load_corridor
    from corridors.records.guessing import Hints, columns_of, first_map
    from corridors.records.mapping import UNSURE
    from corridors.records.reading import read_log, warnings_of
    from sim.cli.catalogue import data_folder
    from sim.cli.files import check_files, write_each

    wrong = Findings()
    with wrong.gather():
        check_files({"--out": out})
        if out.is_file():  # A decided map and its salt cannot be made again.
            raise DataError([wrong_option("--out", out, "option.new_file")])
    with wrong.gather():
        read = read_log(log, most=MOST_ROWS)
    wrong.refuse()
    if warnings := warnings_of([read]):
        console.findings(warnings)
    parts = ["columns", "zone", "form", "salt", "service", "steps", "unit", "person", "arrivals", "keep", "unused"]
    parts += ["other_step", "left", "between"]
    hints = Hints(say("mapping.head", file=log.name), *(say(f"mapping.{part}") for part in parts))
    text = first_map(read, load_corridor(data_folder(data)), hints)
    unsure = text.count(f'"{UNSURE} ')
    fit = ("bridgehead fit", quote(str(log)), "--map", quote(str(out)), *(("--data", quote(str(data))) if data else ()))
    write_each([(out, lambda path: write_atomically(path, text.encode()))])
    console.out().print(say("mapping_written", path=out, columns=len(columns_of(read)), unsure=unsure))
    console.out().print(say("mapping_next", path=out, fit=" ".join(fit)))
