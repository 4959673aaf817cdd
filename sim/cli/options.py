"""The options that several commands share, each declared once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sim.text.cli import Language

WORLD = "The world"
RUN = "The run"
FILES = "Files"

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of tables, not the baseline.", rich_help_panel=WORLD),
]
ScenarioName = Annotated[
    str | None,
    typer.Option("--scenario", metavar="FILE|ID", help="A scenario file, or the id of one.", rich_help_panel=WORLD),
]
Proposals = Annotated[
    list[str] | None,
    typer.Option("--proposal", metavar="ID", help="A proposal to apply (repeatable).", rich_help_panel=WORLD),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="ADDRESS=VALUE",
        help="Change one number (repeatable): =5 sets, =+1 and =-1 add, =*1.2 scales. "
        "For example facilities.erenhot_transshipment.servers=+1",
        rich_help_panel=WORLD,
    ),
]
Start = Annotated[
    datetime | None,
    typer.Option("--start", formats=["%Y-%m-%d"], metavar="DATE", help="First simulated day.", rich_help_panel=RUN),
]
Days = Annotated[
    int | None,
    typer.Option("--days", metavar="N", min=1, help="Simulated days, warm-up included.", rich_help_panel=RUN),
]
WarmupDays = Annotated[
    int | None,
    typer.Option("--warmup-days", metavar="N", min=0, help="First days, not measured.", rich_help_panel=RUN),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of all random numbers.", rich_help_panel=RUN)]
Replication = Annotated[
    int, typer.Option("--replication", metavar="N", min=0, help="Same seed, other luck.", rich_help_panel=RUN)
]
Engine = Annotated[
    Literal["simpy", "compiled"] | None,
    typer.Option("--engine", help="Both give the same result; the default is the faster.", rich_help_panel=RUN),
]
Json = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE|-", help="Write the figures as JSON; - prints them.", rich_help_panel=FILES),
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report", metavar="FILE.html", help="Write a report, one page that needs no network.", rich_help_panel=FILES
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Processes of this machine; one a core if not said."),
]
Speak = Annotated[Language, typer.Option("--language", help="Of what is printed and of the report.")]
