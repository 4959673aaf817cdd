"""Options that several commands share, each declared once.

Help is in the catalogue: ``help.option.<parameter>``, or ``help.<command>.<parameter>`` where a command differs.
Panels of the help page are ids, too: ``help.panel.<id>``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from sim.cli.words import OPTION
from sim.core.run_settings import MOST_NUMBER
from sim.text.catalogue import languages

WORLD: Final = "world"
RUN: Final = "run"
FILES: Final = "files"


def count(name: str, least: int, panel: str | None = RUN, most: int | None = None) -> typer.models.OptionInfo:
    """An option that takes a whole number of at least ``least`` and at most ``most``."""
    option: typer.models.OptionInfo = typer.Option(name, metavar="N", min=least, max=most, rich_help_panel=panel)
    return option


Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", rich_help_panel=WORLD)]
ScenarioName = Annotated[str | None, typer.Option("--scenario", metavar="FILE|ID", rich_help_panel=WORLD)]
Proposals = Annotated[list[str] | None, typer.Option("--proposal", metavar="ID", rich_help_panel=WORLD)]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="ADDRESS=VALUE", rich_help_panel=WORLD)]
Closures = Annotated[list[str] | None, typer.Option("--close", metavar="ID:DAYS@DATE", rich_help_panel=WORLD)]
Start = Annotated[datetime | None, typer.Option("--start", formats=["%Y-%m-%d"], metavar="DATE", rich_help_panel=RUN)]
Days = Annotated[int | None, count("--days", 1)]
DaysOfStudy = Annotated[int, count("--days", 1)]
"""For commands whose default is not that of the data."""
WarmupDays = Annotated[int | None, count("--warmup-days", 0)]
WarmupDaysOfStudy = Annotated[int, count("--warmup-days", 0)]
Seed = Annotated[int, count("--seed", 0, most=MOST_NUMBER)]
MaybeSeed = Annotated[int | None, count("--seed", 0, most=MOST_NUMBER)]
"""For commands that refuse a seed with some inputs."""
Replication = Annotated[int, count("--replication", 0, most=MOST_NUMBER)]
Replications = Annotated[int, count("--replications", 2)]
Engine = Annotated[
    Literal["simpy", "compiled"] | None,
    typer.Option("--engine", metavar="simpy|compiled", rich_help_panel=RUN),
]
Stocks = Annotated[
    Literal["declared", "base_year", "settled"] | None,
    typer.Option("--stocks", metavar="declared|base_year|settled", rich_help_panel=RUN),
]
Workers = Annotated[int | None, count("--workers", 1, panel=None)]


def processes(workers: int | None) -> int:
    """How many processes a command uses: those of the option, else one a core of this machine."""
    return workers or os.cpu_count() or 1


OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR")]
Json = Annotated[str | None, typer.Option("--json", metavar="FILE|-", rich_help_panel=FILES)]
Report = Annotated[Path | None, typer.Option("--report", metavar="FILE.html", rich_help_panel=FILES)]
Brief = Annotated[list[Path] | None, typer.Option("--brief", metavar="FILE.html|.docx", rich_help_panel=FILES)]
Save = Annotated[Path | None, typer.Option("--save", metavar="NAME.bridgehead", rich_help_panel=FILES)]
Author = Annotated[str, typer.Option("--author", metavar="NAME", rich_help_panel=FILES)]
Tongue = Annotated[str | None, typer.Option(OPTION, metavar="|".join(languages()))]
"""Every command has it; :func:`sim.cli.words.chosen` reads it before the commands are built."""


@dataclass(frozen=True)
class RunOptions:
    """A run as requested; None where scenario, data or program decide."""

    scenario: ScenarioName = None
    proposal: Proposals = None
    setting: Settings = None
    close: Closures = None
    data: Data = None
    start: Start = None
    days: Days = None
    warmup_days: WarmupDays = None
    seed: Seed = 1
    replication: Replication = 0
    engine: Engine = None
    stocks: Stocks = None


@dataclass(frozen=True)
class OutputOptions:
    """Files of figures and of a report; ``json`` may be ``-``, to print."""

    json: Json = None
    report: Report = None
