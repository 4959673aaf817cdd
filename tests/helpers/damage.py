"""Damaged copies of a good data folder: what people, spreadsheets, disks and transfers do to tables.

``python -m tests.damage OUT`` writes one folder a damage, to be looked at with ``bridgehead check --data``. Each
:class:`Damage` names the file it harms and the code of a finding about that file; random byte damage may be harmless,
and then must only do no harm to the program.
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
    code: str
    """Code of a finding about it, with the nearest name if there is one; '' where no finding is needed."""
    harm: Callable[[Path], None]
    """Does it to a folder."""


def damages() -> list[Damage]:
    """All ways to harm the small border, each with the code of a finding."""
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
    ("facilities", "customs", "servers", "2 lanes", "cell.text_after_number"),
    ("facilities", "customs", "servers", "two", "cell.not_number"),
    ("facilities", "customs", "servers", "2.5", "cell.not_integer"),
    ("facilities", "customs", "servers", "-1", "cell.out_of_bounds"),
    ("facilities", "customs", "servers", "１２", "cell.full_width 12"),
    ("facilities", "customs", "servers", "9" * 400, "cell.out_of_bounds"),
    ("facilities", "customs", "servers", "1_000", "cell.text_after_number"),
    ("facilities", "customs", "mtbf_h", "", "facility.half_breakdown"),
    ("facilities", "crossing", "headway_min", "0", "facility.no_headway"),
    ("links", "plain_wall_gate", "length_km", "300,5", "cell.decimal_comma 300.5"),
    ("links", "plain_wall_gate", "length_km", "1,300", "cell.comma_in_number"),
    ("links", "plain_wall_gate", "length_km", "300 km", "cell.text_after_number 300"),
    ("links", "plain_wall_gate", "length_km", "", "cell.blank"),
    ("links", "plain_wall_gate", "length_km", "nan", "cell.no_result"),
    ("links", "plain_wall_gate", "length_km", "1e999", "cell.out_of_bounds"),
    ("links", "plain_wall_gate", "length_km", "#DIV/0!", "cell.no_result"),
    ("links", "plain_wall_gate", "mode", "rail_1453", "cell.not_choice rail_1435"),
    ("links", "plain_wall_gate", "both_ways", "both", "cell.not_yes_no"),
    ("links", "plain_wall_gate", "tracks", "1", "link.tracks_without_paths"),
    ("links", "wall_gate_steppe_gate", "paths_per_day", "96", "link.head_on"),
    ("links", "wall_gate_steppe_gate", "sections_km", "4;0;5", "link.empty_section"),
    ("links", "wall_gate_steppe_gate", "sections_km", "31", "link.paths_beyond_sections"),
    ("links", "plain_wall_gate", "passing_places", "5", "link.sections_of_two_tracks"),
    ("links", "plain_wall_gate", "passing_tracks", "1", "cell.out_of_bounds"),
    ("links", "plain_wall_gate", "passing_tracks", "3", "link.unused_passing_tracks"),
    ("services", "shuttle", "day_cv", "0.2", "service.days_of_fleet"),
    ("shares", "scanned", "share", "10%", "cell.percentage 0.1"),
    ("shares", "scanned", "share", "1.2", "cell.out_of_bounds"),
    # Dates, times, lists.
    ("services", "express", "opening_date", "2026/3/1", "cell.date_form"),
    ("services", "express", "opening_date", "01.03.2026", "cell.not_date 2026-03-01"),
    ("services", "express", "opening_date", "2026-02-30", "cell.no_such_day"),
    ("services", "express", "closing_date", "May 2026", "cell.not_date"),
    ("shifts", "morning", "opens", "8 am", "cell.time_form"),
    ("shifts", "morning", "opens", "０８：００", "cell.full_width 08:00"),
    ("shifts", "morning", "closes", "25:00", "cell.time_after_midnight 01:00"),
    ("shifts", "morning", "opens", "0.333333333", "cell.time_form"),
    ("shifts", "morning", "opens", "8:00 AM", "cell.time_form"),
    ("closures", "new_year", "first_day", "45667", "cell.serial_date 2025-01-10"),
    ("parameters", "cny_per_usd", "value", "0", "parameter.unusable"),
    ("shifts", "morning", "weekdays", "Mon to Sat", "cell.not_weekdays Mon-Sat"),
    ("shifts", "morning", "opens", "24:00", "shift.opens_at_24"),
    ("shifts", "morning", "closes", "14:00", "shift.overlap"),
    ("shifts", "morning", "servers_share", "1.5", "cell.out_of_bounds"),
    ("calendars", "gate_hours", "time_zone", "Asia/Ulanbator", "cell.not_zone Asia/Ulan_Bator"),
    ("durations", "transfer", "values_min", "180,240", "cell.not_numbers"),
    ("durations", "transfer", "values_min", "", "duration.no_values"),
    ("durations", "scan", "cv", "0.9", "duration.negative"),
    ("profiles", "seasons", "weights", "1;1;1", "profile.weight_count"),
    ("holidays", "naadam", "country", "XX", "holiday.unknown_country"),
    ("holidays", "naadam", "holiday", "National Festivl", "holiday.unknown"),
    ("closures", "new_year", "last_day", "2026-02-01", "closure.last_day"),
    ("places", "plain", "country", "China", "cell.not_country"),
    ("places", "plain", "latitude", "450", "cell.out_of_bounds"),
    # Names.
    ("places", "plain", "id", "Plain Land", "cell.not_id plain_land"),
    ("facilities", "customs", "place", "wal_gate", "reference.unknown wall_gate"),
    ("facilities", "customs", "port", "", "port.no_side"),
    ("facilities", "customs", "side", "foreign", "port.wrong_side"),
    ("facilities", "lanes", "calendar", "gate hours", "reference.unknown gate_hours"),
    ("services", "ore", "vehicle_class", "trains", "reference.unknown train"),
    ("services", "ore", "itinerary", "imports", "reference.unknown import"),
    ("services", "ore", "profile_month", "day_and_night", "service.wrong_profile"),
    ("services", "ore", "source", "surveys", "reference.unknown survey"),
    ("services", "ore", "source", "survey, P001", "cell.not_ids"),
    ("closures", "new_year", "target", "pas", "reference.unknown pass"),
    ("alternatives", "line_to_east", "watch", "bay", "reference.unknown bays"),
    ("ports", "pass", "place_cn", "steppe_gate", "port.not_in_china"),
    # Flows.
    ("services", "shuttle", "fleet", "0", "service.empty_fleet"),
    ("services", "shuttle", "per_day", "3", "service.fleet_with_rate"),
    ("services", "ore", "fleet", "5", "service.unused_fleet"),
    ("services", "express", "per_day", "5", "timetable.other_rate"),
    ("timetable", "express_night", "service", "ore", "timetable.other_arrivals"),
    ("durations", "transfer", "mean_min", "3000", "capacity.overloaded_facility", "facilities"),
    ("links", "wall_gate_steppe_gate", "paths_per_day", "0.5", "capacity.overloaded_link"),
    ("alternatives", "line_to_east", "share", "0.5", "choice.share_sum"),
    ("alternatives", "line_to_east", "rule", "delay", "choice.other_rule"),
    ("stocks", "wagon_sets", "initial", "13", "stock.over_capacity"),
    ("stocks", "permits", "daily_quota", "50", "stock.over_capacity"),
    # Itineraries.
    ("itineraries", "export.customs", "duration", "", "step.missing_column"),
    ("itineraries", "export.customs", "stock", "wagon_sets", "step.unused_column"),
    ("itineraries", "export.customs", "facility", "custom", "reference.unknown customs"),
    ("itineraries", "export.customs", "facility", "bays", "step.facility_elsewhere"),
    ("itineraries", "export.customs", "direction", "", "step.no_direction"),
    ("itineraries", "export.origin", "kind", "free", "itinerary.no_mark"),
    ("itineraries", "export.origin", "place", "", "itinerary.no_origin"),
    ("itineraries", "export.scan", "order", "6", "itinerary.same_order"),
    ("itineraries", "export.sample", "to", "track", "reference.jump_back"),
    ("itineraries", "export.sample", "to", "leave_track", "branch.other_place"),
    ("itineraries", "export.to_port", "mode", "rail_1520", "travel.no_link_from"),
    ("itineraries", "export.to_port", "mode", "", "step.mode_or_duration"),
    ("itineraries", "export.to_port", "place", "plain", "travel.same_place"),
    ("itineraries", "export.leave_track", "facility", "scanner", "hold.nothing_to_free"),
    ("itineraries", "export.wagons", "amount", "13", "step.amount"),
    ("itineraries", "export.wagons", "amount", "0", "step.missing_column"),
    ("itineraries", "export.line", "choice", "lines", "reference.unknown line"),
    ("itineraries", "to_north.start", "place", "plain", "travel.mark_elsewhere"),
    ("itineraries", "to_north.north", "mode", "road", "travel.no_link_to"),
    ("itineraries", "import.crossing", "facility", "customs", "step.pass_without_headway"),
    ("itineraries", "shuttle.back", "place", "wall_gate", "fleet.other_end"),
    ("places", "wall_gate", "transships", "no", "travel.no_transshipment", "itineraries"),
    # Where numbers come from.
    ("assumptions", "facilities.customs.servers", "low", "3", "range.above_value"),
    ("assumptions", "facilities.customs.servers", "low", "9", "range.reversed"),
    (
        "assumptions",
        "facilities.customs.servers",
        "address",
        "facilities.customs.server",
        "assumption.no_number facilities.customs.servers",
    ),
    ("assumptions", "facilities.customs.servers", "address", "facilites.customs.servers", "assumption.unknown_table"),
    ("assumptions", "facilities.customs.servers", "address", "customs", "cell.not_address"),
    ("facilities", "bays", "grade", "guess", "cell.not_choice"),
    ("facilities", "bays", "note", "", "source.no_reason"),
)
"""(table, row, column, text written there, code of the finding and nearest name[, table of the finding])."""


def _cells() -> Iterator[Damage]:
    for n, (table, row, column, text, code, *elsewhere) in enumerate(CELLS):
        where = elsewhere[0] if elsewhere else table

        def harm(folder: Path, table: str = table, row: str = row, column: str = column, text: str = text) -> None:
            rows = read(folder / f"{table}.csv")
            at = next(cells for cells in rows[1:] if row in (cells[0], f"{cells[0]}.{cells[1]}"))
            at[rows[0].index(column)] = text
            write(folder / f"{table}.csv", rows)

        yield Damage(f"cell_{n:02d}_{table}_{column}", f"{where}.csv", code, harm)


def _rows() -> Iterator[Damage]:
    def rows(name: str, file: str, code: str, change: Callable[[list[list[str]]], object], where: str = "") -> Damage:
        def harm(folder: Path) -> None:
            table = read(folder / file)
            change(table)
            write(folder / file, table)

        return Damage(name, where or file, code, harm)

    yield rows("row_twice", "facilities.csv", "row.repeated_id", lambda t: t.append(t[1]))
    yield rows("row_short", "facilities.csv", "row.too_few_cells", lambda t: t[2].pop())
    yield rows("row_long", "facilities.csv", "row.too_many_cells", lambda t: t[2].append("more"))
    yield rows("no_rows", "facilities.csv", "file.no_rows", lambda t: t.__delitem__(slice(1, None)))
    yield rows("facility_gone", "facilities.csv", "reference.unknown", lambda t: t.__delitem__(1), "itineraries.csv")
    yield rows(
        "calendar_without_hours",
        "shifts.csv",
        "calendar.never_open",
        lambda t: t.__delitem__(slice(1, None)),
        "calendars.csv",
    )
    yield rows("shuttle_gone", "services.csv", "unused.itinerary", lambda t: t.pop(), "itineraries.csv")
    yield rows("free_gone", "itineraries.csv", "hold.not_freed", lambda t: _drop(t, "leave_track"))
    yield rows(
        "return_gone", "itineraries.csv", "stock.never_returned", lambda t: _drop(t, "wagons", "import"), "stocks.csv"
    )
    yield rows("choice_gone", "itineraries.csv", "unused.alternative", lambda t: _drop(t, "line"), "alternatives.csv")
    yield rows("way_back", "alternatives.csv", "choice.loop", lambda t: t[1].__setitem__(2, "export"))
    yield rows("link_twice", "links.csv", "link.twice", lambda t: t.append(["again", *t[1][1:]]))
    yield rows("id_in_two_tables", "stocks.csv", "reference.ambiguous", _twin_of_a_port, "closures.csv")
    yield Damage("road_beside_a_road", "closures.csv", "closure.detour", _closed_beside_another)
    yield Damage("no_road_beside_a_road", "services.csv", "service.no_detour", _no_other_road)
    yield rows("half_a_road", "closures.csv", "closure.no_paths", lambda t: _share(t, "border_road", "0.5"))
    yield rows("bay_for_an_hour", "closures.csv", "share.less_than_a_job", lambda t: _share(t, "bays", "0.01"))
    yield rows(
        "no_path", "closures.csv", "share.less_than_a_path", lambda t: _share(t, "steppe_gate_east_mine", "0.01")
    )
    yield rows("no_permit", "closures.csv", "share.less_than_a_place", lambda t: _share(t, "permits", "0.001"))
    yield rows("timeless_fleet", "itineraries.csv", "capacity.fleet_without_time", _timeless, "services.csv")


def _drop(table: list[list[str]], step: str, itinerary: str = "export") -> None:
    table.remove(next(cells for cells in table if cells[:2] == [itinerary, step]))


def _twin_of_a_port(table: list[list[str]]) -> None:
    table[1][0] = "pass"


def _closed_beside_another(folder: Path) -> None:
    """A second road beside one that is closed."""
    links, closures = read(folder / "links.csv"), read(folder / "closures.csv")
    road = next(cells for cells in links if cells[0] == "border_road")
    links.append(["other_road", *road[1:]])
    closures[1][closures[0].index("target")] = "border_road"
    write(folder / "links.csv", links)
    write(folder / "closures.csv", closures)


def _no_other_road(folder: Path) -> None:
    """The only road is closed, and its trucks may reroute."""
    services, closures = read(folder / "services.csv"), read(folder / "closures.csv")
    truck = next(cells for cells in services if cells[0] == "shuttle")
    truck[services[0].index("reroute_after_h")] = "6"
    closures[1][closures[0].index("target")] = "border_road"
    write(folder / "services.csv", services)
    write(folder / "closures.csv", closures)


def _share(table: list[list[str]], target: str, share: str) -> None:
    """The share that the first closure leaves of a target."""
    table[1][table[0].index("target")], table[1][table[0].index("servers_share")] = target, share


def _timeless(table: list[list[str]]) -> None:
    for step in ("lane", "over", "unload", "back"):
        _drop(table, step, "shuttle")


def _headers() -> Iterator[Damage]:
    def header(name: str, file: str, code: str, change: Callable[[list[str]], object]) -> Damage:
        def harm(folder: Path) -> None:
            rows = read(folder / file)
            change(rows[0])
            write(folder / file, rows)

        return Damage(name, file, code, harm)

    def swap(names: list[str]) -> None:
        names[0], names[1] = names[1], names[0]

    yield header(
        "column_misspelt", "facilities.csv", "column.unknown servers", lambda h: _rename(h, "servers", "server")
    )
    yield header("column_unknown", "facilities.csv", "column.unknown", lambda h: _rename(h, "note", "colour"))
    yield header("column_missing", "links.csv", "column.missing", lambda h: _rename(h, "length_km", "note_2"))
    yield header("column_twice", "links.csv", "column.repeated", lambda h: _rename(h, "note", "id"))
    yield header("column_unnamed", "links.csv", "column.unnamed", lambda h: _rename(h, "tracks", ""))
    yield header("columns_swapped", "links.csv", "cell.not_id", swap)
    yield header("columns_in_chinese", "links.csv", "column.unknown", lambda h: _rename(h, "length_km", "里程"))


def _rename(names: list[str], old: str, new: str) -> None:
    names[names.index(old)] = new


def _files() -> Iterator[Damage]:
    def raw(name: str, file: str, code: str, change: Callable[[bytes], bytes]) -> Damage:
        def harm(folder: Path) -> None:
            path = folder / file
            path.write_bytes(change(path.read_bytes()))

        return Damage(name, file, code, harm)

    def text(data: bytes) -> str:
        return data.decode("utf-8-sig")

    yield raw("empty", "services.csv", "file.empty", lambda data: b"")
    yield raw("only_spaces", "services.csv", "file.empty", lambda data: b" \r\n\t\r\n")
    yield raw("utf_16", "places.csv", "file.utf16", lambda data: text(data).encode("utf-16"))
    yield raw("gb18030", "places.csv", "file.gb18030", lambda data: text(data).encode("gb18030"))
    yield raw(
        "latin_1",
        "places.csv",
        "file.not_utf8",
        lambda data: text(data).replace("平原", "Ebène à").encode("latin-1", "replace"),
    )
    yield raw("one_bad_byte", "places.csv", "file.not_utf8", lambda data: data.replace(b"plain", b"pl\xffin", 1))
    yield raw("nul_byte", "places.csv", "file.binary", lambda data: data.replace(b"plain", b"pl\0in", 1))
    yield raw("binary", "links.csv", "file.binary", lambda data: bytes(range(256)) * 20)
    yield raw("open_quote", "links.csv", "file.quotes", lambda data: data.replace(b"plain_", b'"plain_', 1))
    yield raw("huge_cell", "links.csv", "file.long_cell", lambda data: data.replace(b"made up", b"x" * 200_000, 1))
    yield raw("semicolons", "links.csv", "file.separator", lambda data: data.replace(b",", b";"))
    yield raw("tabs", "links.csv", "file.separator", lambda data: data.replace(b",", b"\t"))
    yield raw("wide_commas", "links.csv", "file.separator", lambda data: text(data).replace(",", "，").encode())
    yield raw("cut_off", "itineraries.csv", "row.too_few_cells", lambda data: data[: len(data) // 2].rsplit(b",", 9)[0])
    yield raw("excel", "stocks.csv", "file.not_csv", _workbook)
    yield raw("excel_97", "stocks.csv", "file.not_csv", lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data)
    yield Damage("missing", "facilities.csv", "file.missing_table", lambda folder: (folder / "facilities.csv").unlink())
    yield Damage("a_folder", "facilities.csv", "file.unreadable", _folder_in_place)
    yield Damage("misspelt", "facilites.csv", "file.unknown_table facilities.csv", _misspelt)
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
