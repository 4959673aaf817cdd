"""Write the tables and pictures of docs/model.md, and the agreement with published figures in README.md.

    python tools/model_page.py

Runs `bridgehead validate`, which takes some minutes on two cores. A slow test compares the tables with such a run.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median
from typing import Any, Final

from corridors.io.atomic_files import write_atomically
from corridors.load import load_corridor
from corridors.model import Assumption, Corridor
from sim.reports import chart_style
from sim.reports.validation_charts import experiments_chart, overview_chart
from sim.reports.validation_numbers import between, figure
from sim.reports.validation_scores import forecasts, scores, summary
from sim.reports.validation_tables import ValidationTable, experiment_misses, misses
from sim.studies.validation.comparisons import TOPICS, load_comparisons
from sim.studies.validation.experiments import load_experiments
from sim.studies.validation.levels import BASE
from sim.studies.validation.not_compared import load_not_compared
from sim.studies.validation.record import Record, validate
from sim.studies.validation.scores import PARTS, part, score
from sim.text.catalogue import Language, say
from tools.page_parts import put_into

DOCS: Final = Path(__file__).parents[1] / "docs"
PAGE: Final = DOCS / "model.md"
README: Final = DOCS.parent / "README.md"
REPLICATIONS: Final = 2
CLASSES: Final = {
    "Speeds of sections": ("links.*.speed_kmh",),
    "Lengths that are not published": ("links.*.length_km",),
    "Train paths of sections": ("links.*.paths_per_day", "facilities.*.headway_min"),
    "Passing places of single tracks": ("links.*.passing_places",),
    "Tracks, teams, lanes, cranes, unloading bays": ("facilities.*.servers", "closures.*.servers_share"),
    "Mean work times": ("durations.*.mean_min",),
    "Spread of work times": ("durations.*.cv",),
    "Breakdowns": ("facilities.*.mtbf_h", "facilities.*.mttr_h"),
    "Shares of vehicles scanned and inspected": ("shares.*.share",),
    "Trains and trucks per day, fleets, loads": (
        "services.*.per_day",
        "services.*.fleet",
        "services.*.load_t",
        "services.*.load_teu",
        "services.*.initial_backlog",
    ),
    "Variation from day to day": (
        "services.*.day_cv",
        "services.*.day_correlation",
        "stocks.*.day_cv",
        "stocks.*.day_correlation",
    ),
    "Thresholds of order rules": (
        "order_rules.*.above",
        "order_rules.*.below",
        "order_rules.*.min_days",
        "order_rules.*.share",
    ),
    "Wagon sets, coal in the yards, quotas": ("stocks.*.initial", "stocks.*.capacity", "stocks.*.daily_quota"),
    "Prices and emission factors": (
        "links.*.cost_usd_per_tkm",
        "links.*.co2_g_per_tkm",
        "facilities.*.handling_usd",
        "classes.*.wait_usd_per_h",
        "classes.*.idle_co2_kg_per_h",
        "parameters.*.value",
    ),
}
"""Fields of the assumed numbers with a range, by kind of number."""


def record(workers: int = 2) -> Record:
    """The validation that the page shows."""
    return validate(load_corridor(), load_comparisons(), load_experiments(), replications=REPLICATIONS, workers=workers)


def sections(found: Record) -> dict[Path, dict[str, str]]:
    """The generated parts of each page by the name of their marks."""
    return {
        PAGE: {
            "lead": _lead(found, "en"),
            "assumptions": _assumptions(load_corridor()),
            "shares": _table(scores(found, "en")),
            "fit": _fit(found),
            "forecasts": _table(forecasts(found, "en")),
            "facts": _by_fact(found),
            "not compared": _not_compared(),
            "changes": _changes(found),
            "misses": "".join(
                f"- {sentence}\n" for sentence in (*misses(found, "en"), *experiment_misses(found, "en"))
            ),
        },
        README: {"agreement": _lead(found, "en"), "agreement zh": _lead(found, "zh")},
    }


def _lead(found: Record, language: Language) -> str:
    """The sentences that lead every report of a validation, without the number of replications."""
    return "".join(f"- {sentence}\n" for sentence in summary(found, language)[:-1])


def _table(made: ValidationTable) -> str:
    lines = [made.columns, tuple("---" if k < made.texts else "---:" for k in range(len(made.columns))), *made.rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _by_fact(found: Record) -> str:
    """How many rows and facts of the test agree, and how many in the base year."""
    rows = part(found.rows, "test")
    facts = {row.of.fact for row in rows}
    missed = {row.of.fact for row in rows if not row.within}
    every, base = score(rows), score(row for row in rows if row.of.level == BASE)
    return (
        f"- {every.within} of {every.of} rows of the test agree ({every.within / every.of:.0%}),"
        f" {base.within} of {base.of} of them in the base year.\n"
        f"- The rows of the test are based on {len(facts)} facts; for {len(facts - missed)} of them"
        f" ({len(facts - missed) / len(facts):.0%}) all rows agree.\n"
    )


def _assumptions(corridor: Corridor) -> str:
    lines = ["| numbers | with a range | half of the ranges extend from … to … times the value |\n|---|---:|---|\n"]
    kinds = {kind: name for name, kinds in CLASSES.items() for kind in kinds}
    by_class: dict[str, list[Assumption]] = {name: [] for name in CLASSES}
    for row in corridor.assumptions.values():
        if row.low is None or row.high is None:
            continue
        table, _, rest = row.address.partition(".")
        by_class[kinds[f"{table}.*.{rest.rpartition('.')[2]}"]].append(row)
    for name, rows in by_class.items():
        if not rows:
            continue
        ends = [(row.low / value, row.high / value) for row in rows if (value := corridor.cell(row.address))]
        low, high = median(low for low, _ in ends), median(high for _, high in ends)
        lines.append(f"| {name} | {len(rows)} | {low:.2f} … {high:.2f} |\n")
    return "".join(lines)


def _fit(found: Record) -> str:
    names = [f"{role}: {kind}" for role, kind in PARTS]
    lines = [f"| | {' | '.join(names)} |\n|---{'|---:' * len(names)}|\n"]
    for topic in TOPICS:
        these = Record(tuple(row for row in found.rows if row.of.topic == topic), (), found.replications, found.seed)
        lines.append(f"| {say(f'validation.topic.{topic}', 'en')} | {_counts(these)} |\n")
    return "".join([*lines, f"| **all** | {_counts(found)} |\n"])


def _counts(these: Record) -> str:
    counts = (these.count(*one) for one in PARTS)
    return " | ".join(f"{within} of {of}" if of else "" for within, of in counts)


def _not_compared() -> str:
    """The facts of the list with their reasons, those with the same reason in one line."""
    reasons: dict[str, list[str]] = {}
    for one in load_not_compared():
        reasons.setdefault(one.why_en, []).append(one.fact)
    return "".join(f"- {', '.join(ids)}: {why}\n" for why, ids in reasons.items())


def _changes(found: Record) -> str:
    lines = ["| change | kind | published | model | change of the model, 95% interval | model ÷ published | agrees |\n"]
    lines.append("|---|---|---|---|---|---:|---|\n")
    for one in found.experiments:
        sides = [f"{figure(a)} → {figure(b)}" for a, b in ((one.of.before.published, one.of.after.published),)]
        sides.append(f"{figure(one.before)} → {figure(one.after)}")
        cells = [f"{one.of.title_en}, {one.of.unit}", one.of.kind, *sides, between(one.low, one.high)]
        lines.append(f"| {' | '.join(cells)} | {one.ratio:.2f} | {'yes' if one.agrees else 'no'} |\n")
    return "".join(lines)


def draw(chart: Any, name: str) -> None:
    """A chart as a picture beside the page."""
    import vl_convert

    (DOCS / name).write_bytes(vl_convert.vegalite_to_png(chart_style.styled(chart).to_dict(), scale=1.6))


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    made = record()
    for path, parts in sections(made).items():
        text = path.read_text(encoding="utf-8")
        for name, section in parts.items():
            text = put_into(text, name, section)
        write_atomically(path, text.encode())
    draw(overview_chart(made, "en"), "validation.png")
    draw(experiments_chart(made, "en"), "changes.png")
