"""Writes docs/base-year.md: the base year of the model beside the published record, and why the two differ.

    python docs/record_table.py

A slow test compares the page with a run, so that it cannot promise what the model no longer gives.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from corridors import tables
from corridors.sources import facts
from sim.run import RunResult, prepare, run_scenario

PAGE: Final = Path(__file__).parent / "base-year.md"
BEGIN, END = "<!-- record -->\n", "<!-- end of record -->"
DAYS: Final = 365
HEAD = """\
| fact | what | unit | published | model | difference |
|---|---|---|---|---|---|
"""
TEU_A_TRAIN: Final = 108
"""T016: 540,000 TEU in 5,001 trains."""


def table() -> str:
    """The table as Markdown, a row a fact."""
    result = run_scenario(prepare(tables.load()))
    return HEAD + "".join(
        f"| {fact} | {what} | {unit} | {published:,.{digits}f} | {model:,.{digits}f} | {model / published - 1:+.0%} |\n"
        for fact, what, unit, published, model, digits in _rows(result)
    )


def _rows(result: RunResult) -> list[tuple[str, str, str, float, float, int]]:
    def told(fact: str) -> float:
        return float(facts()[fact].value)

    def flow(port: str, kpi: str, *classes: str, directions: tuple[str, ...] = ("outbound", "inbound")) -> float:
        rows = result.kpis[(result.kpis.port == port) & (result.kpis.side == "both") & (result.kpis.kpi == kpi)]
        return float(rows[rows["class"].isin(classes) & rows.direction.isin(directions)].value.sum())

    def dwell_days(port: str) -> float:
        return flow(port, "dwell_h_p50", "cr_express", directions=("inbound",)) / 24

    facility = result.facilities.set_index("facility")
    trains, teu, tonnes = "vehicles_per_day", "teu_per_day", "tonnes_per_day"
    congested = float(facts()["P018"].value.split("-")[0])
    return [
        ("T015", "CR Express trains, Manzhouli", "trains/year", told("T015"),
         flow("manzhouli", trains, "cr_express") * DAYS, 0),
        ("T016", "CR Express containers, Manzhouli", "1,000 TEU/year", told("T016") / 1e3,
         flow("manzhouli", teu, "cr_express") * DAYS / 1e3, 0),
        ("P003", "Transshipment into China, Manzhouli", "TEU/day", told("P003"),
         flow("manzhouli", teu, "cr_express", directions=("inbound",)), 0),
        ("T035", "Rail freight, Manzhouli", "Mt/year", told("T035"),
         flow("manzhouli", tonnes, "cr_express", "bulk_train") * DAYS / 1e6, 1),
        ("P018", "Dwell of inbound CR Express under congestion, Manzhouli", "days", congested,
         dwell_days("manzhouli"), 1),
        ("T058", "CR Express trains, Erenhot (776 days, as a year)", "trains/year", told("T058") / 776 * DAYS,
         flow("erenhot", trains, "cr_express") * DAYS, 0),
        ("X061", "Trucks at the road port, Erenhot (332 days)", "trucks/day", told("X061") / 332,
         flow("erenhot", trains, "truck"), 0),
        ("P028", "Container trains transferred, Zamyn-Uud", "trains/day", float(facts()["P028"].value.split(" / ")[1]),
         float(facility.served["zamynuud_transshipment"]) / DAYS, 1),
        ("P038", "Boxes for Mongolia that stand at Tianjin", "TEU", told("P038"),
         float(facility.mean_queue["zamynuud_admission"]) * TEU_A_TRAIN, 0),
        ("T081", "Freight, Ganqimaodu", "Mt/year", told("T081"), flow("ganqimaodu", tonnes, "all") * DAYS / 1e6, 1),
        ("T105", "Freight, Ceke (estimate)", "Mt/year", told("T105"), flow("ceke", tonnes, "all") * DAYS / 1e6, 1),
    ]  # fmt: skip


def put_into(page: str, made: str) -> str:
    """The page with this table between its two marks."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + made + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(put_into(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
