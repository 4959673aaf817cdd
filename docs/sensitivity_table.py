"""Puts the result of a sensitivity study into docs/sensitivity.md.

    bridgehead sensitivity --json out/sensitivity.json
    python docs/sensitivity_table.py out/sensitivity.json

In: the JSON of a study over the baseline. Out: what to measure first, the order of the top proposals, and the guesses
that threaten it most.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.overlay.proposals import load_proposals
from sim.studies.sensitivity import load_guesses
from sim.studies.sensitivity.uncertain_inputs import Guess
from sim.text.comparison import figure
from sim.text.names import Names

PAGE: Final = Path(__file__).parent / "sensitivity.md"
SHOWN: Final = 12
MEASURES: Final = {"cargo": "cargo", "dwell": "dwell", "value": "cost of a tonne"}


def parts(study: dict[str, Any]) -> dict[str, str]:
    """The parts of the page as Markdown, by the name of their mark."""
    corridor = load_corridor()
    titles = {id: one.title_en for id, one in load_proposals().items()}
    guesses = {one.id: one for one in load_guesses(corridor, data_root() / "sensitivity" / "guesses.csv")}
    named = Names.of(corridor, "en")
    lines = ["| proposal | t a day more | hours less | USD a tonne more |\n|---|---|---|---|\n"]
    for one in study["proposals"]:
        usd = figure(1 / one["value"]) if one["value"] and one["value"] > 0 else "-"
        lines.append(f"| {titles[one['id']]} | {figure(one['cargo'])} | {one['dwell']:.1f} | {usd} |\n")
    lines += ["\n| guess | port | mu*, t a day | sigma | chance | threat | flips | S1 | ST | swap |\n"]
    lines += ["|---|---|---|---|---|---|---|---|---|---|\n"]
    for one in study["guesses"][:SHOWN]:
        lines.append(_line(one, guesses[one["guess"]].name[0], named.port(one["port"]), titles))
    by_id = {(one["port"], one["guess"]): one for one in study["guesses"]}
    answer = [
        _advice(k, by_id[one["port"], one["guess"]], guesses[one["guess"]], named, titles)
        for k, one in enumerate(study["measure_first"], start=1)
    ]
    return {"answer": "".join(answer), "study": _settings(study["settings"]) + "".join(lines)}


def _advice(k: int, one: dict[str, Any], guess: Guess, named: Names, titles: dict[str, str]) -> str:
    """One thing to measure, with the nearest value at which proposals swap."""
    number, tips = one["numbers"][0], one["tips"]
    further = {1: "", 2: ", and another pair swaps further out"}.get(
        len(tips), f", and {len(tips) - 1} more pairs swap further out"
    )
    declared = " to ".join(figure(number[end]) for end in ("low", "high"))
    return (
        f"{k}. **{guess.name[0]}** ({named.port(one['port'])}; {figure(number['declared'])}, may be {declared}):"
        f" {_swap(tips[0], titles)}{further}. To settle it: {guess.measure[0][0].lower() + guess.measure[0][1:]}.\n"
    )


def _settings(settings: dict[str, Any]) -> str:
    return (
        f"{settings['runs']:,} runs of {settings['days']} days from {settings['start']}, the first"
        f" {settings['warmup_days']} not measured; seed {settings['seed']}, {settings['replications']} replications,"
        f" {settings['trajectories']} trajectories, {settings['samples']} base samples of Sobol.\n\n"
    )


def _swap(tip: dict[str, Any], titles: dict[str, str]) -> str:
    pair = f"*{titles[tip['below']]}* overtakes *{titles[tip['above']]}* by {MEASURES[tip['measure']]}"
    return f"{tip['side']} {tip['value']:.3g} {pair}"


def _line(one: dict[str, Any], name: str, port: str, titles: dict[str, str]) -> str:
    shares = [f"{one[key]:.2f} ± {one[f'{key}_conf']:.2f}" if one[key] is not None else "" for key in ("s1", "st")]
    gain = one["gain"]
    tips = one["tips"]
    swap = "" if tips is None else _swap(tips[0], titles) if tips else "none by itself"
    cells = [
        *(name, port, f"{figure(gain['mu_star'])} ± {figure(gain['mu_star_conf'])}", figure(gain["sigma"])),
        *(figure(one["chance"]), f"{one['threat']:.2f}", f"{one['flips']} of {one['steps']}", *shares, swap),
    ]
    return f"| {' | '.join(cells)} |\n"


def put_into(page: str, part: str, made: str) -> str:
    """The page with a part between its two marks."""
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->"
    before, _, rest = page.partition(begin)
    return before + begin + made + end + rest.partition(end)[2]


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    for part, made in parts(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).items():
        page = put_into(page, part, made)
    PAGE.write_text(page, encoding="utf-8")
