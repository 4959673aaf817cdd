"""Puts the result of a sensitivity study into docs/sensitivity.md.

    bridgehead sensitivity --json out/sensitivity.json
    python docs/sensitivity_table.py out/sensitivity.json

In: the JSON of a study over the baseline. Out: the order of the top proposals and the guesses that threaten it most.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from corridors import tables
from corridors.folders import data_root
from corridors.proposals import load_proposals
from sim.compare_words import figure
from sim.sensitivity import load_guesses

PAGE: Final = Path(__file__).parent / "sensitivity.md"
BEGIN, END = "<!-- study -->\n", "<!-- end of study -->"
SHOWN: Final = 12
MEASURES: Final = {"cargo": "cargo", "dwell": "dwell", "value": "cost of a tonne"}


def table(study: dict[str, Any]) -> str:
    """The tables as Markdown."""
    titles = {id: one.title_en for id, one in load_proposals().items()}
    guesses = {one.id: one for one in load_guesses(tables.load(), data_root() / "sensitivity" / "guesses.csv")}
    settings = study["settings"]
    told = (
        f"{settings['runs']:,} runs of {settings['days']} days from {settings['start']}, the first"
        f" {settings['warmup_days']} not measured; seed {settings['seed']}, {settings['replications']} replications,"
        f" {settings['trajectories']} trajectories, {settings['samples']} base samples of Sobol.\n\n"
    )
    lines = [told, "| proposal | t a day more | hours less | USD a tonne more |\n|---|---|---|---|\n"]
    for one in study["proposals"]:
        usd = figure(1 / one["value"]) if one["value"] and one["value"] > 0 else "-"
        lines.append(f"| {titles[one['id']]} | {figure(one['cargo'])} | {one['dwell']:.1f} | {usd} |\n")
    lines += ["\n| guess | port | mu*, t a day | sigma | chance | threat | flips | S1 | ST | swap |\n"]
    lines += ["|---|---|---|---|---|---|---|---|---|---|\n"]
    lines += [_line(one, guesses[one["guess"]].name[0], titles) for one in study["guesses"][:SHOWN]]
    first = [guesses[one["guess"]] for one in study["measure_first"]]
    lines += ["\nTo measure first:\n\n"]
    lines += [f"{k}. {one.name[0]}: {one.measure[0]}.\n" for k, one in enumerate(first, start=1)]
    return "".join(lines)


def _line(one: dict[str, Any], name: str, titles: dict[str, str]) -> str:
    shares = [f"{one[key]:.2f} ± {one[f'{key}_conf']:.2f}" if one[key] is not None else "" for key in ("s1", "st")]
    gain = one["gain"]
    tips = one["tips"]
    swap = "" if tips is None else "none by itself"
    if tips:
        tip = tips[0]
        pair = f"{titles[tip['below']]} overtakes {titles[tip['above']]} by {MEASURES[tip['measure']]}"
        swap = f"{tip['side']} {tip['value']:.3g}: {pair}"
    cells = [
        *(name, one["port"], f"{figure(gain['mu_star'])} ± {figure(gain['mu_star_conf'])}", figure(gain["sigma"])),
        *(figure(one["chance"]), f"{one['threat']:.2f}", f"{one['flips']} of {one['steps']}", *shares, swap),
    ]
    return f"| {' | '.join(cells)} |\n"


def put_into(page: str, made: str) -> str:
    """The page with these tables between its two marks."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + made + END + rest.partition(END)[2]


if __name__ == "__main__":
    made = table(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    PAGE.write_text(put_into(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
