"""Draw numbers of data/ at random and print each with the source that should state it.

    python tools/sampled_numbers.py --seed 1 --count 50

Follow each number to its source by eye: is it stated there, or calculated in its note from what is stated there, or
said to be assumed? Input: the tables of the base year (:func:`corridors.checks.provenance.claims`) and the documents of
years, proposals and growth. In a document the source of a number is in its own row, in the comment above its change, or
in the source and the note of the document; a number without a range there has the range of the base year, if the same
number is assumed in it, which is printed, too. ``--where`` chooses tables, years, proposals or growth.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from corridors.checks.provenance import SETTINGS, claims
from corridors.facts import facts
from corridors.load import load_corridor
from corridors.model import Corridor

DATA: Final = Path(__file__).parents[1] / "data"
FACT: Final = re.compile(r"\b[A-Z]\d{3}\b")
ESTIMATES: Final = ("capital_musd", "yearly_musd")
LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast one, where the library has it."""


@dataclass(frozen=True)
class Sampled:
    """One number of the data with all that says where it comes from."""

    file: str
    address: str
    value: float
    grade: str
    said: str
    """Sources, notes and comments that hold for the number."""
    base: str = ""
    """The range of the same number in the base year, for a number of a document."""

    @property
    def facts(self) -> list[str]:
        """Ids of the published figures that are named."""
        return [id for id in dict.fromkeys(FACT.findall(self.said)) if id in facts()]


def of_tables(corridor: Corridor) -> Iterator[Sampled]:
    """The numbers of the base year."""
    for one in claims(corridor):
        ids = ";".join(one.sources)
        titles = " ".join(f"{id}: {row.title} {row.note}" for id in one.sources if (row := corridor.sources.get(id)))
        span = range_of(corridor, one.address)
        said = " | ".join(text for text in (ids, titles, span, *one.notes) if text)
        yield Sampled("baseline", one.address, one.value, one.grade, said)


def range_of(corridor: Corridor, address: str) -> str:
    """The range of an assumed number of a world in words; nothing where it has none."""
    row = corridor.assumptions.get(address)
    return f"range {row.low:g} to {row.high:g}" if row and row.low is not None and row.high is not None else ""


def of_document(path: Path, world: Corridor) -> Iterator[Sampled]:
    """The numbers of the changes of a document of a world, and the estimates of a proposal."""
    text = path.read_text(encoding="utf-8")
    whole = yaml.load(text, LOADER)
    note = " ".join(str(whole.get(key, "")) for key in ("source", "note_en"))
    for name in ESTIMATES:
        for end in ("value", "low", "high") if name in whole else ():
            of = whole[name]
            yield Sampled(path.name, f"{name}.{end}", of[end], of["grade"], f"{of['source']} | {note}")
    for comment, change in changes(text):
        row = change.get("row", {})
        said = " | ".join(str(one) for one in (row.get("source", ""), row.get("note", ""), comment, note) if one)
        grade = row.get("grade") or " / ".join(dict.fromkeys(re.findall("reported|derived|assumed", comment)))
        for name, value in numbers(change):
            address = f"{change['address']}{name}"
            span = range_of(world, address) if change["op"] != "scale" else ""
            yield Sampled(path.name, address, value, grade, said, f"base year: {span}" if span else "")


def changes(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every change of a document with the comment above it and the one before, which it may continue."""
    before, comment, lines, fresh = "", "", text.partition("\nchanges:\n")[2].split("\n"), True
    item: list[str] = []
    for line in [*lines, "end"]:
        if not line.startswith("    ") and item:
            [change] = yaml.load("\n".join(item), LOADER)
            yield f"{before} | {comment}".strip(" |"), change
            item, fresh = [], True
        if line.startswith("  #") or line.startswith("# "):
            if fresh:
                before, comment, fresh = comment, "", False
            comment = f"{comment} {line.strip(' #')}".strip()
        elif line.startswith(("  - ", "- ")) or (item and line.startswith("    ")):
            item.append(line)
        elif line.strip():
            break


def numbers(change: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers of a change by name, without settings of the model."""
    if change["address"].rpartition(".")[2] in SETTINGS:
        return
    row = {"": change.get("value"), ".servers_share": change.get("servers_share")}
    row |= {f".{name}": value for name, value in change.get("row", {}).items() if name not in SETTINGS}
    for name, value in row.items():
        if isinstance(value, int | float) and not isinstance(value, bool) and value:
            yield name, float(value)
        elif name == ".weights":
            yield from ((f".weights.{at}", float(one)) for at, one in enumerate(str(value).split(";"), start=1))


def of_growth(path: Path) -> Iterator[Sampled]:
    """The factors of the growth of demand."""
    for of in yaml.load(path.read_text(encoding="utf-8"), LOADER)["paths"]:
        for factor in of["factors"]:
            for name in ("low", "central", "high"):
                said = f"{of['source']} | {of['note_en']}"
                yield Sampled(path.name, f"{of['id']}.{factor['year']}.{name}", factor[name], of["grade"], said)


def population() -> dict[str, list[Sampled]]:
    """Every number by where it is."""
    world = load_corridor()
    return {
        "tables": list(of_tables(world)),
        **{
            kind: [one for path in sorted((DATA / kind).glob("*.yaml")) for one in of_document(path, world)]
            for kind in ("years", "proposals")
        },
        "growth": list(of_growth(DATA / "futures.yaml")),
    }


def show(drawn: Iterable[Sampled]) -> Iterator[str]:
    """The numbers with their sources, as lines."""
    for at, one in enumerate(drawn, start=1):
        yield f"{at}. {one.value:g}  {one.address}  ({one.file}, {one.grade})"
        yield f"   {one.said}"
        if one.base:
            yield f"   {one.base}"
        for id in one.facts:
            fact = facts()[id]
            figure = f"{fact.value} {fact.unit}, {fact.year}, {fact.grade}; {fact.note}"
            yield f"   {id}: {fact.place}, {fact.metric}: {figure}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--where", choices=("tables", "years", "proposals", "growth"))
    given = parser.parse_args()
    found = population()
    every = found[given.where] if given.where else [one for part in found.values() for one in part]
    drawn = random.Random(given.seed).sample(every, min(given.count, len(every)))
    print("\n".join(show(drawn)))
