"""Write the results of a sensitivity study into docs/sensitivity.md.

    bridgehead sensitivity --json out/sensitivity.json
    python tools/sensitivity_table.py out/sensitivity.json

Input: the JSON of a study over the baseline. Output: the assumptions to measure first, the ranking of the top
proposals, and the assumptions with the greatest threat to it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from corridors.io.atomic_files import write_atomically
from corridors.load import load_corridor
from corridors.overlay.proposals import load_proposals
from sim.cli.catalogue import uncertain_inputs_file
from sim.reports.number_format import figure
from sim.studies.sensitivity import UncertainInput, load_uncertain_inputs
from sim.text.catalogue import say
from sim.text.data_texts import in_language
from sim.text.names import Names
from tools.page_parts import put_into

PAGE: Final = Path(__file__).parents[1] / "docs" / "sensitivity.md"
SHOWN: Final = 12


def parts(study: dict[str, Any]) -> dict[str, str]:
    """The parts of the page as Markdown, by the name of their mark."""
    corridor = load_corridor()
    titles = {id: one.title_en for id, one in load_proposals().items()}
    inputs = {one.id: one for one in load_uncertain_inputs(corridor, uncertain_inputs_file(None))}
    named = Names.of(corridor, "en")
    lines = ["| proposal | additional cargo, t/day | dwell time saved, hours | cost per additional tonne, USD/t |\n"]
    lines += ["|---|---|---|---|\n"]
    for one in study["proposals"]:
        usd = figure(1 / one["value"]) if one["value"] and one["value"] > 0 else "-"
        lines.append(f"| {titles[one['id']]} | {figure(one['cargo'])} | {one['dwell']:.1f} | {usd} |\n")
    lines += ["\n| assumption | port | mu*, t/day | sigma | noise | threat | reversals | S1 | ST | break-even |\n"]
    lines += ["|---|---|---|---|---|---|---|---|---|---|\n"]
    for one in study["uncertain_inputs"][:SHOWN]:
        lines.append(_line(one, in_language(inputs[one["input"]].name, "en"), named.port(one["port"]), titles))
    by_id = {(one["port"], one["input"]): one for one in study["uncertain_inputs"]}
    answer = [
        _advice(k, by_id[one["port"], one["input"]], inputs[one["input"]], named, titles)
        for k, one in enumerate(study["measure_first"], start=1)
    ]
    return {"answer": "".join(answer), "study": _settings(study["settings"]) + "".join(lines)}


def _advice(k: int, one: dict[str, Any], item: UncertainInput, named: Names, titles: dict[str, str]) -> str:
    """One assumption to measure, with the nearest value at which two proposals are reversed."""
    number, reversals = one["numbers"][0], one["tips"]
    further = {1: "", 2: ", and another pair is reversed further away"}.get(
        len(reversals), f", and {len(reversals) - 1} more pairs are reversed further away"
    )
    range = " to ".join(figure(number[end]) for end in ("low", "high"))
    measure = in_language(item.measure, "en")
    return (
        f"{k}. **{in_language(item.name, 'en')}** ({named.port(one['port'])}; set value {figure(number['declared'])},"
        f" range {range}): {_reversal(reversals[0], titles)}{further}."
        f" How to measure it: {measure[0].lower() + measure[1:]}.\n"
    )


def _settings(settings: dict[str, Any]) -> str:
    return (
        f"{settings['runs']:,} runs of {settings['days']} days from {settings['start']}, the first"
        f" {settings['warmup_days']} not counted (warm-up); seed {settings['seed']},"
        f" {settings['replications']} replications, {settings['trajectories']} trajectories,"
        f" {settings['samples']} base samples (Sobol).\n\n"
    )


def _reversal(reversal: dict[str, Any], titles: dict[str, str]) -> str:
    above, below = (f"*{titles[reversal[end]]}*" for end in ("above", "below"))
    by = say(f"sensitivity.by_{reversal['measure']}", "en")
    return f"{reversal['side']} {reversal['value']:.3g} {below} overtakes {above} by {by}"


def _line(one: dict[str, Any], name: str, port: str, titles: dict[str, str]) -> str:
    shares = [f"{one[key]:.2f} ± {one[f'{key}_conf']:.2f}" if one[key] is not None else "" for key in ("s1", "st")]
    gain = one["gain"]
    reversals = one["tips"]
    nearest = "" if reversals is None else _reversal(reversals[0], titles) if reversals else "none by itself"
    cells = [
        *(name, port, f"{figure(gain['mu_star'])} ± {figure(gain['mu_star_conf'])}", figure(gain["sigma"])),
        *(figure(one["chance"]), f"{one['threat']:.2f}", f"{one['flips']} of {one['steps']}", *shares, nearest),
    ]
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="the JSON of bridgehead sensitivity")
    page = PAGE.read_text(encoding="utf-8")
    for part, made in parts(json.loads(parser.parse_args().file.read_text(encoding="utf-8"))).items():
        page = put_into(page, part, made)
    write_atomically(PAGE, page.encode())
