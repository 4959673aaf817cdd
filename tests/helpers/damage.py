"""Damaged copies of a good data folder: what people, spreadsheets, disks and transfers do to tables.

``python -m tests.damage OUT`` writes one folder a damage, to be looked at with ``bridgehead check --data``. Each
:class:`Damage` names the file it harms and what a finding about that file must say; random byte damage may be
harmless, and then must only do no harm to the program.
"""

from __future__ import annotations

import csv
import random
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corridors.io.tables import save
from tests.helpers.small_border import small_border

SEED = 20260115
BYTE_DAMAGES = 40


@dataclass(frozen=True)
class Damage:
    """One way to harm a folder."""

    name: str
    file: str
    """The file that the findings must name."""
    told: str
    """What a finding about it must say; '' where nothing need be noticed."""
    harm: Callable[[Path], None]
    """Does it to a folder."""


def damages() -> list[Damage]:
    """All ways to harm the small border, each with what must be said about it."""
    return [*_cells(), *_rows(), *_headers(), *_files()]


def byte_damages(folder: Path) -> list[Damage]:
    """Bytes of the tables of any folder overwritten, lost or doubled at random, always the same ones."""
    chance = random.Random(SEED)
    files = sorted(path.name for path in folder.glob("*.csv"))
    return [
        Damage(f"bytes_{n:02d}", file, "", lambda path, seed=n, file=file: _scramble(path / file, seed))  # type: ignore[misc]
        for n, file in enumerate(chance.choices(files, k=BYTE_DAMAGES))
    ]


CELLS = (
    # Numbers as people write them.
    ("facilities", "customs", "servers", "2 lanes", "the number stands alone"),
    ("facilities", "customs", "servers", "two", "a whole number"),
    ("facilities", "customs", "servers", "2.5", "not a whole number"),
    ("facilities", "customs", "servers", "-1", "out of bounds"),
    ("facilities", "customs", "servers", "１２", "did you mean '12'?"),
    ("facilities", "customs", "servers", "9" * 400, "out of bounds"),
    ("facilities", "customs", "servers", "1_000", "a whole number"),
    ("facilities", "customs", "mtbf_h", "", "mtbf_h and mttr_h together"),
    ("facilities", "crossing", "headway_min", "0", "minutes between two vehicles"),
    ("links", "plain_wall_gate", "length_km", "300,5", "did you mean '300.5'?"),
    ("links", "plain_wall_gate", "length_km", "1,300", "thousands separators"),
    ("links", "plain_wall_gate", "length_km", "300 km", "did you mean '300'?"),
    ("links", "plain_wall_gate", "length_km", "", "may not be blank"),
    ("links", "plain_wall_gate", "length_km", "nan", "not a number"),
    ("links", "plain_wall_gate", "length_km", "1e999", "out of bounds"),
    ("links", "plain_wall_gate", "length_km", "#DIV/0!", "left by a formula"),
    ("links", "plain_wall_gate", "mode", "rail_1453", "did you mean 'rail_1435'?"),
    ("links", "plain_wall_gate", "both_ways", "both", "yes or no"),
    ("shares", "scanned", "share", "10%", "did you mean '0.1'?"),
    ("shares", "scanned", "share", "1.2", "from 0 to 1"),
    # Dates, times, lists.
    ("services", "express", "opening_date", "2026/3/1", "read as 2026-03-01"),
    ("services", "express", "opening_date", "01.03.2026", "YYYY-MM-DD"),
    ("services", "express", "opening_date", "2026-02-30", "there is no such day"),
    ("services", "express", "closing_date", "May 2026", "YYYY-MM-DD"),
    ("shifts", "morning", "opens", "8 am", "HH:MM"),
    ("shifts", "morning", "opens", "０８：００", "did you mean '08:00'?"),
    ("shifts", "morning", "closes", "25:00", "from 00:00 to 24:00"),
    ("shifts", "morning", "weekdays", "Mon to Sat", "a range (Mon-Sat)"),
    ("shifts", "morning", "opens", "24:00", "a time before 24:00"),
    ("shifts", "morning", "closes", "14:00", "hours that"),
    ("shifts", "morning", "servers_share", "1.5", "from 0 to 1"),
    ("calendars", "gate_hours", "time_zone", "Asia/Ulanbator", "did you mean 'Asia/Ulan_Bator'?"),
    ("durations", "transfer", "values_min", "180,240", "numbers separated by ';'"),
    ("durations", "transfer", "values_min", "", "observed minutes"),
    ("durations", "scan", "cv", "0.9", "times below zero"),
    ("profiles", "seasons", "weights", "1;1;1", "12 weights"),
    ("holidays", "naadam", "country", "XX", "a country whose public holidays are known"),
    ("holidays", "naadam", "holiday", "National Festivl", "no day of the year is shut"),
    ("closures", "new_year", "last_day", "2026-02-01", "or a later day"),
    ("places", "plain", "country", "China", "ISO 3166"),
    ("places", "plain", "latitude", "450", "from -90 to 90"),
    # Names.
    ("places", "plain", "id", "Plain Land", "did you mean 'plain_land'?"),
    ("facilities", "customs", "place", "wal_gate", "did you mean 'wall_gate'?"),
    ("facilities", "customs", "port", "", "port and side together"),
    ("facilities", "customs", "side", "foreign", "the side of its country"),
    ("facilities", "lanes", "calendar", "gate hours", "did you mean 'gate_hours'?"),
    ("services", "ore", "vehicle_class", "trains", "did you mean 'train'?"),
    ("services", "ore", "itinerary", "imports", "did you mean 'import'?"),
    ("services", "ore", "profile_month", "day_and_night", "a profile of kind month"),
    ("services", "ore", "source", "surveys", "did you mean 'survey'?"),
    ("services", "ore", "source", "survey, P001", "ids separated by ';'"),
    ("closures", "new_year", "target", "pas", "did you mean 'pass'?"),
    ("alternatives", "line_to_east", "watch", "bay", "did you mean 'bays'?"),
    ("ports", "pass", "place_cn", "steppe_gate", "a place in China"),
    # Flows.
    ("services", "shuttle", "fleet", "0", "a closed fleet without vehicles"),
    ("services", "shuttle", "per_day", "3", "a closed fleet has no rate"),
    ("services", "ore", "fleet", "5", "0 for arrivals 'rate'"),
    ("services", "express", "per_day", "5", "the mean of its lines in timetable.csv"),
    ("timetable", "express_night", "service", "ore", "a timetabled service"),
    ("durations", "transfer", "mean_min", "3000", "the queue grows for ever", "facilities"),
    ("links", "wall_gate_steppe_gate", "paths_per_day", "0.5", "the queue grows for ever"),
    ("alternatives", "line_to_east", "share", "0.5", "add up to 1"),
    ("alternatives", "line_to_east", "rule", "delay", "delay, as in"),
    ("stocks", "wagon_sets", "initial", "13", "no more than the capacity"),
    ("stocks", "permits", "daily_quota", "50", "no more than the capacity"),
    # Itineraries.
    ("itineraries", "export.customs", "duration", "", "a serve needs it"),
    ("itineraries", "export.customs", "stock", "wagon_sets", "a serve ignores it"),
    ("itineraries", "export.customs", "facility", "custom", "did you mean 'customs'?"),
    ("itineraries", "export.customs", "facility", "bays", "where the vehicle is"),
    ("itineraries", "export.customs", "direction", "", "port and direction together"),
    ("itineraries", "export.origin", "kind", "free", "an itinerary begins with one"),
    ("itineraries", "export.origin", "place", "", "the origin of the itinerary"),
    ("itineraries", "export.scan", "order", "6", "a number of its own"),
    ("itineraries", "export.sample", "to", "track", "jumps only go forward"),
    ("itineraries", "export.sample", "to", "leave_track", "a branch jumps over a travel"),
    ("itineraries", "export.to_port", "mode", "rail_1520", "no link of rail_1520 leads on from there"),
    ("itineraries", "export.to_port", "mode", "", "a mode (over the graph) or a duration"),
    ("itineraries", "export.to_port", "place", "plain", "nobody moves"),
    ("itineraries", "export.leave_track", "facility", "scanner", "no hold leads here"),
    ("itineraries", "export.wagons", "amount", "13", "all that wagon_sets can hold"),
    ("itineraries", "export.wagons", "amount", "0", "a draw needs it"),
    ("itineraries", "export.line", "choice", "lines", "did you mean 'line'?"),
    ("itineraries", "to_north.start", "place", "plain", "no travel leads there"),
    ("itineraries", "to_north.north", "mode", "road", "no link of road leads to north_mine"),
    ("itineraries", "import.crossing", "facility", "customs", "a path with a headway"),
    ("itineraries", "shuttle.back", "place", "wall_gate", "where the cycle begins"),
    ("places", "wall_gate", "transships", "no", "nothing transships", "itineraries"),
    # Where numbers come from.
    ("assumptions", "facilities.customs.servers", "low", "3", "no more than the number itself"),
    ("assumptions", "facilities.customs.servers", "low", "9", "no more than high"),
    ("assumptions", "facilities.customs.servers", "address", "facilities.customs.server", "did you mean"),
    ("assumptions", "facilities.customs.servers", "address", "facilites.customs.servers", "no table is called"),
    ("assumptions", "facilities.customs.servers", "address", "customs", "table.id.field"),
    ("facilities", "bays", "grade", "guess", "one of measured"),
    ("facilities", "bays", "note", "", "assumed without a reason"),
)
"""(table, row, column, what is written there, what must be said[, in which table it is said])."""


def _cells() -> Iterator[Damage]:
    for n, (table, row, column, text, told, *elsewhere) in enumerate(CELLS):
        where = elsewhere[0] if elsewhere else table

        def harm(folder: Path, table: str = table, row: str = row, column: str = column, text: str = text) -> None:
            rows = read(folder / f"{table}.csv")
            at = next(cells for cells in rows[1:] if row in (cells[0], f"{cells[0]}.{cells[1]}"))
            at[rows[0].index(column)] = text
            write(folder / f"{table}.csv", rows)

        yield Damage(f"cell_{n:02d}_{table}_{column}", f"{where}.csv", told, harm)


def _rows() -> Iterator[Damage]:
    def rows(name: str, file: str, told: str, change: Callable[[list[list[str]]], object], where: str = "") -> Damage:
        def harm(folder: Path) -> None:
            table = read(folder / file)
            change(table)
            write(folder / file, table)

        return Damage(name, where or file, told, harm)

    yield rows("row_twice", "facilities.csv", "an id of its own", lambda t: t.append(t[1]))
    yield rows("row_short", "facilities.csv", "empty cells need their commas", lambda t: t[2].pop())
    yield rows("row_long", "facilities.csv", "needs double quotes", lambda t: t[2].append("more"))
    yield rows("no_rows", "facilities.csv", "at least one row", lambda t: t.__delitem__(slice(1, None)))
    yield rows("facility_gone", "facilities.csv", "unknown", lambda t: t.__delitem__(1), "itineraries.csv")
    yield rows(
        "calendar_without_hours", "shifts.csv", "never open", lambda t: t.__delitem__(slice(1, None)), "calendars.csv"
    )
    yield rows("shuttle_gone", "services.csv", "nobody takes it", lambda t: t.pop(), "itineraries.csv")
    yield rows("free_gone", "itineraries.csv", "a later step of kind free", lambda t: _drop(t, "leave_track"))
    yield rows(
        "return_gone", "itineraries.csv", "it runs empty for good", lambda t: _drop(t, "wagons", "import"), "stocks.csv"
    )
    yield rows("choice_gone", "itineraries.csv", "nobody chooses it", lambda t: _drop(t, "line"), "alternatives.csv")
    yield rows("way_back", "alternatives.csv", "does not lead back", lambda t: t[1].__setitem__(2, "export"))
    yield rows("link_twice", "links.csv", "joins the same places", lambda t: t.append(["again", *t[1][1:]]))
    yield rows("id_in_two_tables", "stocks.csv", "an id that only one table has", _twin_of_a_port, "closures.csv")
    yield rows("timeless_fleet", "itineraries.csv", "its cycle takes no time", _timeless, "services.csv")


def _drop(table: list[list[str]], step: str, itinerary: str = "export") -> None:
    table.remove(next(cells for cells in table if cells[:2] == [itinerary, step]))


def _twin_of_a_port(table: list[list[str]]) -> None:
    table[1][0] = "pass"


def _timeless(table: list[list[str]]) -> None:
    for step in ("lane", "over", "unload", "back"):
        _drop(table, step, "shuttle")


def _headers() -> Iterator[Damage]:
    def header(name: str, file: str, told: str, change: Callable[[list[str]], object]) -> Damage:
        def harm(folder: Path) -> None:
            rows = read(folder / file)
            change(rows[0])
            write(folder / file, rows)

        return Damage(name, file, told, harm)

    def swap(names: list[str]) -> None:
        names[0], names[1] = names[1], names[0]

    yield header(
        "column_misspelt", "facilities.csv", "did you mean 'servers'?", lambda h: _rename(h, "servers", "server")
    )
    yield header("column_unknown", "facilities.csv", "remarks go into note", lambda h: _rename(h, "note", "colour"))
    yield header("column_missing", "links.csv", "a column length_km", lambda h: _rename(h, "length_km", "note_2"))
    yield header("column_twice", "links.csv", "Keep one", lambda h: _rename(h, "note", "id"))
    yield header("column_unnamed", "links.csv", "without a name", lambda h: _rename(h, "tracks", ""))
    yield header("columns_swapped", "links.csv", "lower-case letters, digits and underscores", swap)
    yield header("columns_in_chinese", "links.csv", "no such column", lambda h: _rename(h, "length_km", "里程"))


def _rename(names: list[str], old: str, new: str) -> None:
    names[names.index(old)] = new


def _files() -> Iterator[Damage]:
    def raw(name: str, file: str, told: str, change: Callable[[bytes], bytes]) -> Damage:
        def harm(folder: Path) -> None:
            path = folder / file
            path.write_bytes(change(path.read_bytes()))

        return Damage(name, file, told, harm)

    def text(data: bytes) -> str:
        return data.decode("utf-8-sig")

    yield raw("empty", "services.csv", "an empty file", lambda data: b"")
    yield raw("only_spaces", "services.csv", "an empty file", lambda data: b" \r\n\t\r\n")
    yield raw("utf_16", "places.csv", "UTF-16", lambda data: text(data).encode("utf-16"))
    yield raw("gb18030", "places.csv", "GB18030", lambda data: text(data).encode("gb18030"))
    yield raw(
        "latin_1",
        "places.csv",
        "CSV UTF-8",
        lambda data: text(data).replace("平原", "Ebène à").encode("latin-1", "replace"),
    )
    yield raw("one_bad_byte", "places.csv", "0xff", lambda data: data.replace(b"plain", b"pl\xffin", 1))
    yield raw("nul_byte", "places.csv", "NUL byte", lambda data: data.replace(b"plain", b"pl\0in", 1))
    yield raw("binary", "links.csv", "NUL byte", lambda data: bytes(range(256)) * 20)
    yield raw("open_quote", "links.csv", "double quote", lambda data: data.replace(b"plain_", b'"plain_', 1))
    yield raw("huge_cell", "links.csv", "131072", lambda data: data.replace(b"made up", b"x" * 200_000, 1))
    yield raw("semicolons", "links.csv", "semicolons", lambda data: data.replace(b",", b";"))
    yield raw("tabs", "links.csv", "tabs", lambda data: data.replace(b",", b"\t"))
    yield raw("wide_commas", "links.csv", "full-width commas", lambda data: text(data).replace(",", "，").encode())
    yield raw("cut_off", "itineraries.csv", "cells", lambda data: data[: len(data) // 2].rsplit(b",", 9)[0])
    yield raw("excel", "stocks.csv", "workbook", _workbook)
    yield raw("excel_97", "stocks.csv", "workbook", lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data)
    yield Damage("missing", "facilities.csv", "no such file", lambda folder: (folder / "facilities.csv").unlink())
    yield Damage("a_folder", "facilities.csv", "a folder", _folder_in_place)
    yield Damage("misspelt", "facilites.csv", "did you mean 'facilities.csv'?", _misspelt)
    # What must be read as if nothing had happened.
    yield raw("cr_line_ends", "places.csv", "", lambda data: data.replace(b"\n", b"\r"))
    yield raw("crlf_line_ends", "places.csv", "", lambda data: data.replace(b"\n", b"\r\n"))
    yield raw("no_bom", "places.csv", "", lambda data: text(data).encode())
    yield raw("blank_lines", "places.csv", "", lambda data: data.replace(b"\n", b"\n\n,,,\n"))
    yield raw("blank_columns", "places.csv", "", lambda data: data.replace(b"\n", b",,\n"))
    yield Damage("no_timetable_nor_notes", "timetable.csv", "", lambda folder: (folder / "assumptions.csv").unlink())


def _workbook(data: bytes) -> bytes:
    import io

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()


def _folder_in_place(folder: Path) -> None:
    (folder / "facilities.csv").unlink()
    (folder / "facilities.csv").mkdir()


def _misspelt(folder: Path) -> None:
    (folder / "facilities.csv").rename(folder / "facilites.csv")


def _scramble(path: Path, seed: int) -> None:
    """Some bytes overwritten, or a stretch of the file lost, or one doubled."""
    chance = random.Random(f"{SEED} {seed}")
    data = bytearray(path.read_bytes())
    at, long = chance.randrange(len(data)), chance.randint(1, 40)
    match chance.randrange(3):
        case 0:
            for _ in range(chance.randint(1, 5)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        case 1:
            del data[at : at + long]
        case 2:
            data[at:at] = data[at : at + long]
    path.write_bytes(data)


def read(path: Path) -> list[list[str]]:
    """The cells of a sound CSV file, the header first."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write(path: Path, rows: list[list[str]]) -> None:
    """Write cells as they are, however wrong."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def damaged(good: Path, damage: Damage, into: Path) -> Path:
    """A harmed copy of a good folder."""
    shutil.copytree(good, into)
    damage.harm(into)
    return into


def main(out: Path) -> None:
    """Write the good folder and every damaged copy of it."""
    good = out / "good"
    save(small_border(), good)
    for damage in [*damages(), *byte_damages(good)]:
        damaged(good, damage, out / damage.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
