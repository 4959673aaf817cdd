"""A first map of a log: columns guessed by their names in English and Chinese, and by what is in them.

Input: the first rows of a log and the world. Output: the text of a map, with three examples beside each column and
``?`` before everything that is not sure. Steps are never guessed: only the user knows which gate a log is of.

A map is handed around, and a log has drivers and telephones in it: only what is needed to decide is shown as it is
(times, and the values of columns guessed for services, events, states and loads), of all else the form.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from corridors.clock.place_clocks import clock_of_world
from corridors.io.words import expression, keys
from corridors.model import Corridor
from corridors.records.mapping import TIMES, UNSURE
from corridors.records.reading import Log
from corridors.records.secrecy import form_of
from corridors.records.stamps import day_order, is_time

NAMES: Final = {key: expression(f"column.{key}") for key in keys("column.")}
"""What a name may look like, by the key of the map."""
NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")
PERSONAL: Final = re.compile(expression("personal"), re.IGNORECASE)
"""Words in the name of a column about people: without times it is neither guessed for a key nor shown."""
BIRTH: Final = re.compile(expression("birth"), re.IGNORECASE)
STATUS: Final = re.compile(expression("status"), re.IGNORECASE)
"""Words of values that say whether a row counts."""
OTHER_LETTERS: Final = re.compile(r"[^\W\d_A-Za-z]{2,}")
"""Two or more letters that are not Latin, such as a name; the sign of a province on a plate is one."""
FEW: Final = 12
"""Different values that a column of states has at most."""
EXAMPLES: Final = 3
SOME_SERVICE: Final = "SERVICE"
"""In the place of the id of a service of a world with several."""


@dataclass(frozen=True)
class Seen:
    """What one column looks like."""

    name: str
    texts: tuple[str, ...]
    """Different texts that are not blank, the most frequent first."""
    distinct: int
    filled: int

    @property
    def examples(self) -> str:
        """The first texts, in one line."""
        return ", ".join(self.texts[:EXAMPLES])

    def share(self, fits: Callable[[str], object]) -> float:
        """Share of the different texts that fit."""
        return sum(bool(fits(text)) for text in self.texts) / max(len(self.texts), 1)


def columns_of(log: Log) -> list[Seen]:
    """What the columns of a log look like, of those that were read."""
    found = []
    for name in dict.fromkeys(name for name in log.header if name in log.columns):
        column = log.columns[name]
        counts = Counter(column.texts[code] for code in column.codes.tolist())
        counts.pop("", None)
        texts = tuple(text for text, _ in counts.most_common(200))
        found.append(Seen(name, texts, len(counts), sum(counts.values())))
    return found


@dataclass(frozen=True)
class Guess:
    """The column for each key of the map, and which of them are sure."""

    columns: dict[str, str]
    sure: frozenset[str]
    order_unclear: bool
    """Whether day and month may be confused."""
    has_offsets: bool
    spare_times: tuple[str, ...] = ()
    """Columns of times for which no key is left: the rows may speak of more than one step."""


def guess(columns: Sequence[Seen]) -> Guess:
    """The likeliest column for each key.

    Sure are times whose names fit one key alone, and a vehicle whose name fits and whose texts repeat or differ. When
    a vehicle left is not sure where other times are spare: it may have left a later step.
    """
    times = [one for one in columns if has_times(one)]
    others = [one for one in columns if not has_times(one) and not PERSONAL.search(one.name)]
    states = [one for one in others if may_be_status(one) and one.share(STATUS.search) >= 0.5]
    found: dict[str, str] = {}
    sure = set()
    for key in (*TIMES, "vehicle", "activity", "lifecycle", "journey", "service", "load", "classifier"):
        fitting = [
            one
            for one in (times if key in TIMES else others)
            if re.search(NAMES[key], one.name, re.IGNORECASE) and one.name not in found.values() and one not in states
        ]
        if key == "lifecycle" and "activity" not in found:
            continue  # Without events no column says whether they begin or end.
        if key == "classifier":  # What a column holds says more than its name.
            fitting = [*states, *(one for one in fitting if 0 < one.distinct <= FEW)]
        if key == "load":
            fitting = [one for one in fitting if one.share(NUMBER.fullmatch) > 0.9]
        if fitting:
            found[key] = fitting[0].name
            if len(fitting) == 1 and (key in TIMES or key == "vehicle" or key == "load"):
                sure.add(key)
    for key, one in zip([key for key in TIMES if key not in found], _rest(times, found), strict=False):
        found[key] = one.name
    if "vehicle" not in found:
        plates = [one for one in others if one.distinct > 0.2 * one.filled and one.share(like_a_plate) > 0.9]
        found |= {"vehicle": plates[0].name} if plates else {}
    spare = tuple(one.name for one in _rest(times, found))
    if spare:
        sure.discard(TIMES[-1])
    unclear = any(day_order(one.texts) == "unclear" for one in times)
    offsets = bool(times) and all(one.share(re.compile(r".*(Z|[+-]\d\d:?\d\d)").fullmatch) == 1 for one in times)
    return Guess(found, frozenset(sure), unclear, offsets, spare)


def _rest(times: Sequence[Seen], found: dict[str, str]) -> list[Seen]:
    return [one for one in times if one.name not in found.values()]


def has_times(one: Seen) -> bool:
    """Whether a column has times, other than days of birth."""
    return bool(one.texts) and one.share(is_time) > 0.9 and not BIRTH.search(one.name)


def may_be_status(one: Seen) -> bool:
    """Whether a column has few values, and one of them says that rows are planned, cancelled, valid or the like."""
    return 0 < one.distinct <= FEW and any(map(STATUS.search, one.texts))


def like_a_plate(text: str) -> bool:
    """Whether a text looks like the number of a vehicle."""
    return bool(re.fullmatch(r"[\w·\-]{4,16}", text)) and any(map(str.isdigit, text))


@dataclass(frozen=True)
class Hints:
    """Sentences of a language that stand as comments in the map."""

    head: str
    columns: str
    zone: str
    form: str
    salt: str
    service: str
    steps: str
    unit: str
    person: str
    arrivals: str
    keep: str
    unused: str
    """Before the name of a column for which no key was found."""
    other_step: str
    """Before the name of a column of times for which no key was found."""
    left: str
    """Beside the time of leaving, where such columns are."""
    between: str
    """Between a hint and an example."""


def first_map(log: Log, corridor: Corridor, hints: Hints) -> str:
    """The text of a first map of a log."""
    seen = columns_of(log)
    found = guess(seen)
    examples = {one.name: _shown(one, found) for one in seen}
    lines = [f"# {hints.head}", f"# {hints.columns}"]
    lines += [f"#   {_one_line(one.name)}: {_one_line(examples[one.name])}" for one in seen]
    written = {""}
    long = "activity" in found.columns and sum(key in found.columns for key in TIMES) == 1

    def entry(indent: str, key: str, name: str, sure: bool, hint: str = "") -> str:
        written.add(name)
        value = json.dumps(name if sure else f"{UNSURE} {name}", ensure_ascii=False)
        beside = [one for one in (hint, _one_line(examples.get(name, ""))) if one]
        return f"{indent}{key}: {value}  # {hints.between.join(beside)}".rstrip()

    lines.append("id: own_records")
    if not found.has_offsets:
        lines.append(f'time_zone: "{UNSURE} {clock_of_world(corridor)}"  # {hints.zone}')
    if found.order_unclear:
        lines.append(f'time_format: "{UNSURE} %d/%m/%Y %H:%M"  # {hints.form}')
    lines.append(f"layout: {'long' if long else 'wide'}")
    lines += ["vehicle:", entry("  ", "column", found.columns.get("vehicle", ""), "vehicle" in found.sure)]
    lines.append(f"  salt: change me  # {hints.salt}")
    if "journey" in found.columns:
        lines += ["journey:", entry("  ", "column", found.columns["journey"], False)]
    # Of several services nothing in a log says which; a name that is none must be replaced.
    service = next(iter(corridor.services)) if len(corridor.services) == 1 else SOME_SERVICE
    lines.append(f'service: "{UNSURE} {service}"  # {hints.service}')
    if "service" in found.columns:
        written.add(found.columns["service"])
        lines.append(f"# {_one_line(found.columns['service'])}: {_one_line(examples[found.columns['service']])}")
    times = [key for key in TIMES if key in found.columns]
    if long:
        lines += ["activity:", entry("  ", "column", found.columns["activity"], False)]
        if "lifecycle" in found.columns:
            lines.append(entry("  ", "lifecycle", found.columns["lifecycle"], False))
        lines += ["time:", entry("  ", "column", found.columns[times[0]], True)]
    lines += [f"steps:  # {hints.steps}", f'  - step: "{UNSURE} {service}.gate"']
    if long:
        names = next(one.texts for one in seen if one.name == found.columns["activity"])
        lines += [entry("    ", key, name, False) for key, name in zip(TIMES, names, strict=False)]
    else:
        doubts = {TIMES[-1]: hints.left} if found.spare_times else {}
        lines += [entry("    ", key, found.columns[key], key in found.sure, doubts.get(key, "")) for key in times]
        if not times:
            lines.append(entry("    ", TIMES[1], "", False))
    lines.append(f"    recorded_by: machine  # {hints.person}")
    if "load" in found.columns:
        lines += ["load:", entry("  ", "column", found.columns["load"], "load" in found.sure)]
        lines += [f"  unit: {_unit(seen, found.columns['load'])}  # {hints.unit}", f'  of: "{UNSURE} {service}"']
    rest = [one for one in seen if one.name not in written]
    states = [one for one in rest if _decides(one, found)]
    lines += [f"keep:  # {hints.keep}"] if states else []
    for one in states:
        values = [f"{UNSURE} {text}" for text in one.texts]
        lines.append(f"  {json.dumps(one.name, ensure_ascii=False)}: {json.dumps(values, ensure_ascii=False)}")
    for one in rest:
        if one not in states:
            what = hints.other_step if one.name in found.spare_times and not long else hints.unused
            lines.append(f'# {what} "{_one_line(one.name)}": {_one_line(examples[one.name])}'.rstrip())
    lines += [f"# arrivals: {{of: {service}, counted_at: joins_queue}}  # {hints.arrivals}"]
    return "\n".join(lines) + "\n"


def _decides(one: Seen, found: Guess) -> bool:
    """Whether the values of a column may say which rows count."""
    plate = one.share(like_a_plate) > 0.9 and one.name != found.columns.get("classifier")
    is_state = one.name == found.columns.get("classifier") or may_be_status(one)
    return is_state and not plate and not PERSONAL.search(one.name)


def _shown(one: Seen, found: Guess) -> str:
    """Examples of a column as the map has them: of ids, and of what no key is guessed for, the form alone."""
    if one.name in [found.columns.get(key) for key in ("vehicle", "journey")]:
        return _form_of_ids(one.examples)
    decided = [found.columns.get(key) for key in ("service", "activity", "lifecycle", "load", "classifier")]
    return one.examples if one.name in decided or has_times(one) or _decides(one, found) else form_of(one.examples)


def _form_of_ids(ids: str) -> str:
    """What ids look like: each digit is a 0, each Latin letter an A, but the sign of a province stays."""
    return re.sub(r"[A-Za-z]", "A", re.sub(r"\d", "0", OTHER_LETTERS.sub(lambda some: form_of(some[0]), ids)))


def _unit(seen: Sequence[Seen], name: str) -> str:
    """kg where the middle of the numbers is above 1,000, else t."""
    texts = next(one.texts for one in seen if one.name == name)
    numbers = sorted(float(text) for text in texts if NUMBER.fullmatch(text))
    return "kg" if numbers and numbers[len(numbers) // 2] > 1000 else "t"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", "".join(char for char in text if char.isprintable() or char == " "))[:120]
