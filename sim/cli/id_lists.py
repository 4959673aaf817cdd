"""Rows of ``bridgehead ids``: everything that an option names by its id, with its name and present values.

Input: a world and its folder. Output: rows of an id, what it is, and values. An address is a value that ``--set``
changes: table, row and column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from corridors.io.cells import show
from corridors.model import TABLES, Corridor
from corridors.overlay.changes import key_columns
from corridors.schema import Field, schema
from corridors.step_kinds import step_kinds
from corridors.translations import translated
from sim.text.catalogue import Language, languages, say
from sim.text.names import Names

TABLES_LISTED: Final[Mapping[str, tuple[str, ...]]] = {
    "ports": (),
    "places": ("country",),
    "classes": (),
    "services": ("vehicle_class", "per_day", "fleet"),
    "facilities": ("kind", "servers", "calendar"),
    "links": ("mode", "length_km", "paths_per_day"),
    "stocks": ("kind", "initial", "capacity", "daily_quota"),
    "calendars": ("time_zone",),
    "parameters": ("value",),
}
"""Tables whose ids options take, and the columns that are shown with them."""
FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "scenarios": ("scenarios", "years"),
    "proposals": ("proposals",),
    "experiments": ("experiments",),
    "programmes": ("programmes",),
}
"""Kinds of YAML files that options name by id, and their folders."""
STEPS, FIGURES, LINES, ADDRESSES = "steps", "figures", "lines", "addresses"
KINDS: Final = (*TABLES_LISTED, STEPS, *FILES, LINES, FIGURES, ADDRESSES)
"""What can be listed."""
FIRST: Final = ("facilities", "stocks", "links", "services", "shifts", "durations", "parameters")
"""Tables whose addresses come first: what is changed most."""
VALUES: Final = ("int", "float", "bool", "numbers", "time", "date", "weekdays")
"""Types of the columns whose addresses are listed: no texts, names and references."""


@dataclass(frozen=True)
class Row:
    """One id; ``search`` are further words by which it is found, such as its names in all languages."""

    id: str
    about: str = ""
    value: str = ""
    search: str = ""

    def has(self, words: Sequence[str]) -> bool:
        """Whether id, text and names together contain each of the words, in capitals or not."""
        text = " ".join((self.id, self.about, self.value, self.search)).casefold()
        return all(word.casefold() in text for word in words)

    def as_json(self) -> dict[str, str]:
        """The row as plain values."""
        return {"id": self.id, "name": self.about, "value": self.value}


def listed(kind: str, corridor: Corridor, data: Path | None, language: Language) -> list[Row]:
    """The rows of one of :data:`KINDS`."""
    makers: dict[str, Callable[[], Iterator[Row]]] = {
        STEPS: lambda: _steps(corridor, Names.of(corridor, language)),
        FIGURES: lambda: _figures(language),
        LINES: lambda: _lines(corridor, language),
        ADDRESSES: lambda: _addresses(corridor, Names.of(corridor, language)),
    }
    if kind in makers:
        return list(makers[kind]())
    if kind in FILES:
        return list(_documents(kind, data, language))
    return list(_rows(kind, corridor, Names.of(corridor, language)))


def _rows(table: str, corridor: Corridor, names: Names) -> Iterator[Row]:
    columns = [schema(table)[name] for name in TABLES_LISTED[table]]
    for id, row in corridor.table(table).items():
        values = [names.labelled(_label(one, names), _value(row, one, names)) for one in columns if _filled(row, one)]
        yield Row(id, _about(row, names), say("cli.ids.separator", names.language).join(values), _search(row, corridor))


def _steps(corridor: Corridor, names: Names) -> Iterator[Row]:
    """Steps of the itineraries: where each is, its kind, and the services that take it."""
    separator = say("cli.ids.separator", names.language)
    users: dict[str, list[str]] = {}
    for id, service in corridor.services.items():
        for itinerary in corridor.itineraries_from(service.itinerary):
            users.setdefault(itinerary, []).append(id)
    for id, step in corridor.itineraries.items():
        at = step.facility or step.stock or step.place
        row: Any = corridor.facilities.get(at) or corridor.stocks.get(at) or corridor.places.get(at)
        services = [corridor.services[one] for one in users.get(step.itinerary, ())]
        kind = translated(step_kinds()[step.kind], "label", names.language)
        called = [names.service(one.id) for one in services]
        search = " ".join([_search(row, corridor), *(f"{one.id} {one.name_en} {one.name_zh}" for one in services)])
        what = names.labelled(_about(row, names), kind) if row else kind
        yield Row(id, what, separator.join(called), f"{kind} {search}")


def _addresses(corridor: Corridor, names: Names) -> Iterator[Row]:
    for table in sorted(TABLES, key=lambda table: FIRST.index(table) if table in FIRST else len(FIRST)):
        columns = [one for one in schema(table).values() if one.type in VALUES and one.name not in key_columns(table)]
        for id, row in corridor.table(table).items():
            for one in columns:
                if _filled(row, one):
                    about = names.labelled(_about(row, names) or id, _label(one, names))
                    search = " ".join((_search(row, corridor), one.label_en, one.label_zh))
                    yield Row(f"{table}.{id}.{one.name}", about, _value(row, one, names), search)


def _documents(kind: str, data: Path | None, language: Language) -> Iterator[Row]:
    """YAML files by id, with their titles; a damaged file has none."""
    from pydantic import BaseModel

    from corridors.findings import DataError
    from corridors.io.plain_files import documents_in
    from corridors.io.yaml_files import read_yaml
    from sim.cli.catalogue import folder_of

    class Titled(BaseModel):
        title_en: str = ""
        title_zh: str = ""

    if kind == "scenarios":
        yield Row("baseline", say("cli.ids.baseline", language))
    for folder in FILES[kind]:
        for file in documents_in(folder_of(folder, data)):
            try:
                read = read_yaml(file, Titled)
            except DataError:
                read = Titled()
            yield Row(file.stem, translated(read, "title", language), "", f"{read.title_en} {read.title_zh}")


def _figures(language: Language) -> Iterator[Row]:
    from sim.core.kpi_declarations import KPIS

    names = Names(language)
    for id in KPIS:
        search = " ".join(Names(other).figure(id) for other in languages())
        yield Row(id, names.with_unit(names.figure(id), KPIS[id].unit), search=search)


def _lines(corridor: Corridor, language: Language) -> Iterator[Row]:
    from corridors.rail_lines import rail_lines
    from sim.reports.train_graph_files import line_name

    names = {other: Names.of(corridor, other) for other in languages()}
    for line in rail_lines(corridor):
        search = " ".join(line_name(line, own) for own in names.values())
        yield Row(line.id, line_name(line, names[language]), search=search)


def _about(row: Any, names: Names) -> str:
    """The name of a row, with that of its port."""
    name = translated(row, "name", names.language) if hasattr(row, "name_en") else ""
    port = getattr(row, "port", "")
    return names.bracketed(name, names.port(port)) if name and port else name


def _search(row: Any, corridor: Corridor) -> str:
    """Names of a row and of its port in all languages of the tables, and the ids of port and place."""
    own = [str(getattr(row, key, "") or "") for key in ("name_en", "name_zh", "port", "place")]
    port = corridor.ports.get(getattr(row, "port", "") or "")
    return " ".join([*own, *((port.name_en, port.name_zh) if port else ())])


def _label(column: Field, names: Names) -> str:
    return translated(column, "label", names.language) or column.name


def _filled(row: Any, column: Field) -> bool:
    return getattr(row, column.name, None) not in (None, "", ())


def _value(row: Any, column: Field, names: Names) -> str:
    return names.measured_in(row, show(getattr(row, column.name)), column)
