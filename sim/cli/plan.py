"""``bridgehead plan``: which works to build, in which years, within budgets of capital."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.options import Author, Data, Days, OutputOptions, Replications, Save, Seed, Workers, processes
from sim.cli.words import language, say, text, wrong

PLAN = "plan.json"
"""File of the results in the folder of the runs, which the web page opens."""

if TYPE_CHECKING:
    from corridors.findings import Finding

REPLICATIONS = 3
"""Replications of the appraisals where no option says so."""


def plan(
    output: OutputOptions,
    budget: Annotated[str, typer.Option("--budget", metavar="N,...")] = "30,100,300,1000,3000",
    quick: Annotated[bool, typer.Option("--quick")] = False,
    choose: Annotated[str, typer.Option("--choose", metavar="ID,...")] = "",
    never: Annotated[str, typer.Option("--never", metavar="ID,...")] = "",
    committed: Annotated[str, typer.Option("--committed", metavar="ID,...")] = "",
    levers: Annotated[int, typer.Option("--levers", metavar="N", min=0, max=20)] = 3,
    rate: Annotated[float | None, typer.Option("--rate", metavar="R")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
    replications: Replications = REPLICATIONS,
    days: Days = None,
    workers: Workers = None,
    data: Data = None,
    seed: Seed = 1,
    save: Save = None,
    author: Author = "",
) -> None:
    """Choose works and their opening years within budgets of capital."""
    from corridors.io.atomic_files import write_atomically
    from corridors.load import load_corridor
    from corridors.overlay.proposals import NOT_BUILT
    from sim.cli.appraise import programme_data
    from sim.cli.batch import whole_batches
    from sim.cli.catalogue import unknown_ids
    from sim.cli.files import asked_files, deliver, json_text, write_each
    from sim.cli.option_errors import idle_options
    from sim.cli.saved_results import author_findings, save_plan
    from sim.reports.portfolio_report import write_portfolio
    from sim.reports.portfolio_tables import PortfolioTables
    from sim.run import prepare
    from sim.studies.appraisal.programme_checks import RATE
    from sim.studies.portfolio import SEARCH_DAYS, PlanData, Question
    from sim.studies.portfolio import choose as choose_works
    from sim.studies.portfolio.document import as_json

    wrongs = Findings(author_findings(author, (), save))
    with wrongs.gather():
        folder = out or Path("out") / "plan"
        files = asked_files(output.json, output.report, save=save, others=[("--out", folder / PLAN)])
    if rate is not None and not 0 <= rate < 1:
        wrongs.append(wrong("--rate", f"{rate:g}", "option.rate"))
    if quick:  # Without an appraisal.
        wrongs += idle_options("option.no_effect_with", "--quick", {"--replications": (replications, REPLICATIONS)})
    allowances = _allowances(budget, wrongs) if ":" in budget else {}
    budgets = list(allowances.values())[-1:] if ":" in budget else _budgets(budget, wrongs)
    with console.progress() as tell:
        tell("phase_read")
        with wrongs.gather():
            corridor = load_corridor(data)
            proposals, prices, futures = programme_data(corridor, data)
            lists = {}
            for option, given in (("--choose", choose), ("--never", never), ("--committed", committed)):
                lists[option] = tuple(filter(None, (one.strip() for one in given.split(","))))
                wrongs += unknown_ids(option, lists[option], list(proposals), text("option.proposal_id"))
            wrongs += _contradictions(lists)
            for id in lists["--choose"]:
                if id in proposals and proposals[id].measure in NOT_BUILT:
                    wrongs.append(wrong("--choose", id, "option.no_work"))
            if rate is None and RATE not in corridor.parameters:
                wrongs.append(wrong("parameters.csv", text("option.no_discount_rate"), "option.discount_rate"))
    wrongs.refuse()
    case = prepare(corridor, days=days, seed=seed)
    settings = case.settings
    if case.warmup_dropped:
        console.err().print(say("warmup_dropped", warmup=case.warmup_dropped, days=settings.days))
    rate = corridor.parameters[RATE].value if rate is None else rate
    question = Question(
        *(tuple(budgets), lists["--choose"], lists["--never"], lists["--committed"], levers, quick, replications),
        allowances=allowances,
        search_days=days if quick and days else SEARCH_DAYS,
    )
    with whole_batches(), console.progress() as tell:
        result = choose_works(
            question,
            PlanData(corridor, proposals, prices, futures, rate, settings),
            folder,
            workers=processes(workers),
            progress=lambda port, sets: tell("phase_sets"),
        )
    made = PortfolioTables(result, corridor, language())
    deliver(
        files,
        output.json,
        document=lambda: as_json(result),
        show=partial(console.study, made),
        report=partial(write_portfolio, tables=made),
        save=partial(save_plan, document=as_json(result), author=author),
    )
    write_each([(folder / PLAN, lambda path: write_atomically(path, json_text(as_json(result)).encode()))])


def _contradictions(lists: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    """Ids in two of the lists: a work is chosen from, left out or built in every case."""
    for (first, ids), (other, others) in combinations(lists.items(), 2):
        for id in dict.fromkeys(ids):
            if id in others:
                yield wrong(first, id, "option.in_one_list", other=other)


def _budgets(given: str, wrongs: list[Finding]) -> list[float]:
    amounts = [_amount(part, part, wrongs) for part in given.split(",")]
    for value in sorted({one for one in amounts if amounts.count(one) > 1 and one >= 0}):
        wrongs.append(wrong("--budget", f"{value:g}", "option.each_once"))
    return sorted(set(amounts))


def _amount(text: str, part: str, wrongs: list[Finding]) -> float:
    """M USD; ``part`` is what a finding shows."""
    # "1,000" would be two amounts, 1 and 0; digits of other scripts are read nowhere else.
    grouped = len(text.strip()) > 1 and text.strip().startswith("0") and "." not in text
    try:
        value = float(text) if text.isascii() and not grouped else -1.0
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e7:
        wrongs.append(wrong("--budget", part, "option.budget"))
    return value


def _allowances(given: str, wrongs: list[Finding]) -> dict[int, float]:
    """M USD that may be spent to the end of years."""
    from sim.studies.appraisal.programme import Programme
    from sim.studies.portfolio import LAST_OPENING

    found: dict[int, float] = {}
    first = int(Programme.model_fields["discount_year"].default)
    for part in given.split(","):
        year, _, amount = part.partition(":")
        value = _amount(amount, part, wrongs)
        dated = year.strip().isascii() and year.strip().isdigit()
        later = dated and max(found, default=first - 1) < int(year) <= LAST_OPENING
        if later and value >= max(found.values(), default=0.0):
            found[int(year)] = value
        elif value >= 0:
            wrongs.append(wrong("--budget", part, "option.budget"))
    return found
