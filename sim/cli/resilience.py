"""``bridgehead resilience``: what closures of ports and sections make late and lost, and what shortens them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.options import Data, OutputOptions, Seed, Workers, count, processes
from sim.cli.words import language, text

CSV = "disturbances.csv"
BY = ("tonnes", "vehicles")


def resilience(
    output: OutputOptions,
    port: Annotated[list[str] | None, typer.Option("--port", metavar="ID")] = None,
    quick: Annotated[bool, typer.Option("--quick")] = False,
    measures: Annotated[int | None, typer.Option("--measures", metavar="N", min=0, max=20)] = None,
    by: Annotated[str, typer.Option("--by", metavar="tonnes|vehicles")] = "tonnes",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
    replications: Annotated[int | None, count("--replications", 2)] = None,
    workers: Workers = None,
    data: Data = None,
    seed: Seed = 1,
) -> None:
    """Find what closures cost and what shortens them."""
    from corridors.load import load_corridor
    from sim.cli.batch import progress_bar, whole_batches
    from sim.cli.catalogue import proposals_of, unknown_ids
    from sim.cli.files import asked_files, deliver, write_each
    from sim.reports.resilience_report import write_episodes, write_resilience
    from sim.reports.resilience_tables import ResilienceTables
    from sim.run import prepare
    from sim.studies.resilience import QUICK, Plan, as_json
    from sim.studies.resilience import resilience as study

    wrongs = Findings()
    with wrongs.gather():
        asked_files(output.json, output.report)
    with console.progress() as tell:
        tell("phase_read")
        with wrongs.gather():
            corridor = load_corridor(data)
            ids = list(corridor.ports)
            wrongs += unknown_ids("--port", port, ids, text("option.one_of", values=tuple(ids)))
            wrongs += unknown_ids("--by", [by], list(BY), text("option.one_of", values=BY))
        with wrongs.gather():
            proposals = proposals_of(data)
    wrongs.refuse()
    folder = out or Path("out") / "resilience"
    playbooks = {id: folder / f"playbook_{id}.html" for id in ids if not port or id in port}
    files = asked_files(
        output.json, output.report, others=[("--out", path) for path in (folder / CSV, *playbooks.values())]
    )
    plan = QUICK if quick else Plan()
    plan = replace(
        plan,
        measures=plan.measures if measures is None else measures,
        replications=replications or plan.replications,
        by="vehicles" if by == "vehicles" else "tonnes",
    )
    with whole_batches(), progress_bar() as show:
        found = study(
            *(corridor, proposals, plan, prepare(corridor, seed=seed).settings, folder / "runs"),
            ports=port or (),
            workers=processes(workers),
            progress=show,
        )
    made = ResilienceTables(found, corridor, language())
    deliver(
        files,
        output.json,
        document=lambda: as_json(found),
        show=partial(console.study, made),
        report=partial(write_resilience, tables=made),
    )
    pages = [(playbooks[one.port], ResilienceTables(found, corridor, language(), one.port)) for one in found.ports]
    write_each(
        [
            (folder / CSV, partial(write_episodes, tables=made)),
            *((path, partial(write_resilience, tables=tables)) for path, tables in pages),
        ]
    )
