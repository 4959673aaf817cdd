"""Changes to a corridor, from a proposal, a slider or the command line.

Input: a Corridor and changes, each addressed by id (``facilities.erenhot_transshipment.servers``). Output: a plain
Corridor with the changes made. Five kinds:

``set``      writes a value (number, text, date) to a field
``scale``    multiplies a number; a whole number is rounded half up
``add``      with ``value`` adds to a number, with ``row`` adds a row (``address`` is then ``table.id``)
``remove``   removes a row
``close``    closes the row at ``address`` (``ports.ganqimaodu``) on dated days (or on some week days of them), or
           leaves a share of its servers

The assumption about a number (its range, its source) is removed when the number is written or removed, unless the
changes write the assumption, too. An assumption that they write is removed where a later change writes the number once
more, such as a slider over a fitted scenario.

Two changes that write the same field contradict each other, unless the caller declares that their order counts.
Otherwise the result is the same for every order.
"""

from __future__ import annotations

import math
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from corridors.clock import local_time
from corridors.findings import ERROR, DataError, Finding, Findings, limited_suggestions, nearest
from corridors.io import cells
from corridors.io.document import Document
from corridors.messages import InvalidValueError, Message, Text, message
from corridors.model import TABLES, Closure, Corridor
from corridors.schema import Field as Column
from corridors.schema import schema


def _scalar(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, int | float | bool | str | None):
        raise InvalidValueError(message("change.not_scalar"))
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidValueError(message("change.not_finite"))
    return value


Scalar = Annotated[int | float | bool | str | None, BeforeValidator(_scalar)]
"""The value of one field; a date is its text."""


def _weekdays(value: Any) -> Any:
    try:
        local_time.weekdays(value if isinstance(value, str) else "")
    except ValueError:
        close = local_time.likely_weekdays(str(value))
        raise InvalidValueError(message("change.weekdays"), expected=message("want.weekdays"), nearest=close) from None
    return value


COMMAND_LINE: Final = "--set"
CLOSE_OPTION: Final = "--close"
OPTIONS: Final = (COMMAND_LINE, CLOSE_OPTION)
"""Origins of changes that are options of a command."""
CLOSED_KINDS: Final = ("calendars", "facilities", "ports", "links", "stocks")
CLOSED_FIRST: Final = ("ports", "links", "facilities", "calendars", "stocks")
"""The tables in which the option ``--close`` looks for an id without a table, in this order."""
DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOSING: Final = re.compile(r"(?P<what>[^:@]+):(?P<days>[1-9]\d*)@(?P<day>[^*]+)(?:\*(?P<share>\S+))?")
PARTS: Final[Mapping[str, tuple[set[str], set[str]]]] = {
    "set": ({"value"}, set()),
    "scale": ({"value"}, set()),
    "add": (set(), {"value", "row"}),
    "remove": (set(), set()),
    "close": ({"first_day"}, {"last_day", "weekdays", "servers_share"}),
}
"""Required and optional keys of each kind of change, beside ``op`` and ``address``."""


class Change(Document):
    """One change. ``row`` gives the columns of a new row by name.

    Those left out have their defaults.
    """

    op: Literal["set", "scale", "add", "remove", "close"]
    address: str
    value: Scalar = None
    row: dict[str, Scalar] | None = None
    first_day: date | None = None
    last_day: date | None = None
    """Included; the first day if left out."""
    weekdays: Annotated[str, BeforeValidator(_weekdays)] = local_time.DAILY
    """Week days that are closed between the two days, as in the table of shifts."""
    servers_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    origin: Annotated[str, Field(exclude=True)] = ""
    """Origin of the change, for messages: the id of a proposal or scenario, or the command line."""

    @model_validator(mode="after")
    def _has_the_keys_of_its_kind(self) -> Change:
        given = self.model_fields_set - {"op", "address", "origin"}
        must, may = PARTS[self.op]
        if missing := must - given:
            raise InvalidValueError(message("change.missing_key", op=self.op, names=tuple(sorted(missing))))
        if surplus := given - must - may:
            raise InvalidValueError(message("change.surplus_key", op=self.op, names=tuple(sorted(surplus))))
        if self.op == "add" and len(given) != 1:
            raise InvalidValueError(message("change.value_or_row"))
        if (self.op == "scale" or (self.op == "add" and self.row is None)) and not _is_number(self.value):
            raise InvalidValueError(message("change.value_no_number", op=self.op))
        if self.last_day and self.first_day and self.last_day < self.first_day:
            raise InvalidValueError(message("change.last_day"))
        return self

    def unsigned(self) -> Change:
        """The change without its origin."""
        return self.model_copy(update={"origin": ""})

    def __str__(self) -> str:
        """The change as the option ``--set`` writes it, with its origin."""
        match self.op:
            case "set":
                text = f"{self.address}={cells.show(self.value)}"
            case "scale":
                text = f"{self.address}=*{cells.show(self.value)}"
            case "add" if self.row is None:
                text = f"{self.address}={self.value:+}"
            case "close":
                text = f"close {self.address} {self.first_day}..{self.last_day or self.first_day}"
                text += "" if local_time.every_day(self.weekdays) else f", {self.weekdays}"
                text += f" *{cells.show(self.servers_share)}" if self.servers_share else ""
            case _:
                text = f"{self.op} {self.address}"
        return f"{text} ({self.origin})" if self.origin else text


def parse_setting(text: str) -> Change:
    """The change for the text of the option ``--set``.

    The text is ``address=5`` (set), ``address=+1``, ``address=-1`` (add) or ``address=*1.2`` (scale).

    Raises DataError.
    """
    address, equals, value = (part.strip() for part in text.partition("="))
    op: Literal["set", "scale", "add"] = "add" if value[:1] in ("+", "-") else "scale" if value[:1] == "*" else "set"
    number = _number(value.removeprefix("*").strip())
    # A number in another form, such as 007, may be text.
    operand = value if op == "set" and cells.show(number) != value else number
    if not equals or address.count(".") < 2 or (op != "set" and not _is_number(operand)):
        what, expected = message("change.bad_setting"), message("want.setting")
        raise DataError([Finding(ERROR, COMMAND_LINE, None, address, text, expected, message=what)])
    return Change(op=op, address=address, value=operand, origin=COMMAND_LINE)


def parse_closure(text: str, corridor: Corridor) -> Change:
    """The change for the text of the option ``--close``: a closure of so many days.

    The text is ``ceke:10@2023-08-01``: id (or ``table.id``), days and first day; ``*0.5`` after it leaves that share of
    the capacity. Raises DataError.
    """
    found = CLOSING.fullmatch(text.strip())
    share = _number(found["share"] or "0") if found else None
    if not found or share is None:
        raise DataError([_wrong_closure(text, "change.bad_closure", "want.closure")])
    wrong, day = Findings(), found["day"].strip()
    first = last = date.min
    try:
        first = date.fromisoformat(day)
        last = first + timedelta(int(found["days"]) - 1)
    except (ValueError, OverflowError):
        if DAY.fullmatch(day) and first == date.min:
            wrong.append(_wrong_closure(day, "yaml.no_such_day", "want.date"))
        else:
            wrong.append(_wrong_closure(text, "change.bad_closure", "want.closure"))
    if not 0 <= share < 1:
        wrong.append(_wrong_closure(found["share"], "change.closure_share", "want.share_below_1"))
    wrong.refuse()
    name = found["what"].strip()
    table, _, row = name.partition(".")
    if not row:
        rows = {id: table for table in reversed(CLOSED_FIRST) for id in corridor.table(table)}
        if name not in rows:
            what, expected = message("change.unknown_row"), message("want.one_of", names=CLOSED_FIRST)
            raise DataError([Finding(ERROR, CLOSE_OPTION, None, "", name, expected, nearest(name, rows), what)])
        table, row = rows[name], name
    given: dict[str, Any] = {"servers_share": share} if share else {}
    return Change(op="close", address=f"{table}.{row}", first_day=first, last_day=last, origin=CLOSE_OPTION, **given)


def _wrong_closure(found: str, code: str, want: str) -> Finding:
    return Finding(ERROR, CLOSE_OPTION, None, "", found, message(want), message=message(code))


def from_closures(texts: Iterable[str], corridor: Corridor) -> tuple[Change, ...]:
    """The changes of several options ``--close``. Raises DataError with the findings of all."""
    changes: list[Change] = []
    wrong = Findings()
    for text in texts:
        with wrong.gather():
            changes.append(parse_closure(text, corridor))
    wrong.refuse()
    return tuple(changes)


def from_settings(texts: Iterable[str]) -> tuple[Change, ...]:
    """The changes of several settings.

    Raises DataError with the findings of all.
    """
    changes: list[Change] = []
    wrong = Findings()
    for text in texts:
        with wrong.gather():
            changes.append(parse_setting(text))
    wrong.refuse()
    return tuple(changes)


@limited_suggestions()
def apply(corridor: Corridor, changes: Iterable[Change], in_order: bool = False) -> Corridor:
    """The corridor with the changes made; the given one is not modified.

    ``in_order``: changes are made one after the other and may write the same field. Raises DataError with all errors:
    unknown tables, rows and fields (with the nearest names), wrong types, values out of bounds, changes that
    contradict each other, and errors that the checks find only after the changes.
    """
    changes = list(changes)
    if not changes:
        return corridor
    draft = _draft_with(corridor, changes, in_order)
    if not draft.findings:
        changed = draft.corridor()
        _check(corridor, changed, changes)
        return changed
    wrong = Findings(dict.fromkeys(draft.findings))
    with wrong.gather():  # A change that cannot be made hides nothing that is wrong about the others.
        _check(corridor, draft.corridor(), changes, draft.failed)
    raise DataError(wrong)


def lay_over(corridor: Corridor, changes: Iterable[Change], in_order: bool = False) -> Corridor:
    """The corridor with the changes made, as by :func:`apply`, but without the checks of the result.

    Settings of the command line come after all other changes, and may write the same fields.
    """
    draft = _draft_with(corridor, changes, in_order)
    if draft.findings:
        raise DataError(dict.fromkeys(draft.findings))
    return draft.corridor()


def _draft_with(corridor: Corridor, changes: Iterable[Change], in_order: bool) -> _Draft:
    """A draft with the changes that can be made."""
    changes = list(changes)
    draft = _Draft(corridor)
    if not in_order:
        settings = [change for change in changes if change.origin in OPTIONS]
        others = [change for change in changes if change.origin not in OPTIONS]
        draft.findings += [*contradictions(others), *contradictions(settings)]
        if draft.findings:
            draft.failed += changes
        changes = [*sorted(others, key=str), *sorted(settings, key=str)]
    for change in changes:
        before = len(draft.findings)
        draft.make(change)
        if len(draft.findings) > before:
            draft.failed.append(change)
    return draft


@limited_suggestions()
def attempt(corridor: Corridor, changes: Iterable[Change]) -> tuple[Corridor, list[Finding]]:
    """The corridor with all possible changes made, and the added findings.

    Changes are made one after the other.

    For data that are still being edited: no error is raised. A value that cannot be read counts as a neutral one.
    """
    from corridors.checks import check

    changes = list(changes)
    if not changes:
        return corridor, []
    draft = _Draft(corridor)
    for change in changes:
        draft.make(change)
    changed = draft.corridor()
    known = set(check(corridor))
    return changed, [*dict.fromkeys(draft.findings), *(finding for finding in check(changed) if finding not in known)]


class _Draft:
    """A corridor while changes are made to it, and the findings about them."""

    def __init__(self, corridor: Corridor) -> None:
        self.before = corridor
        self.tables: dict[str, dict[str, Any]] = {name: dict(corridor.table(name)) for name in TABLES}
        self.outdated: set[str] = set()
        """Addresses of fields and rows whose assumptions are removed."""
        self.written: set[str] = set()
        """Addresses of fields that a change has written."""
        self.restated: set[str] = set()
        """Addresses of fields that were written again, and whose assumption was not."""
        self.findings: list[Finding] = []
        self.failed: list[Change] = []
        """Changes with a finding."""

    def corridor(self) -> Corridor:
        from corridors.io.tables import sorted_by_id

        kept = {
            address: row
            for address, row in self.tables["assumptions"].items()
            if address not in self.restated
            and (
                not ({address, address.rpartition(".")[0]} & self.outdated)
                or row is not self.before.assumptions.get(address)
            )
        }
        tables = self.tables | {"assumptions": kept}
        return replace(
            self.before,
            **{
                name: sorted_by_id(name, rows.values())
                for name, rows in tables.items()
                if not self._is_as_before(name, rows)
            },
        )

    def _is_as_before(self, table: str, rows: Mapping[str, Any]) -> bool:
        """Whether a table has the rows of before, which are in order."""
        before = self.before.table(table)
        return len(rows) == len(before) and all(map(operator.is_, rows.values(), before.values()))

    def make(self, change: Change) -> None:
        table, _, rest = change.address.partition(".")
        if table == "assumptions":
            self.restated -= {rest, rest.rpartition(".")[0]}
        if table not in TABLES:
            close = nearest(table, TABLES)
            self._fail(change, table, message("change.unknown_table"), message("want.address_of_table"), close)
        elif change.op == "close":
            self._close(change, table, rest)
        elif change.op == "remove":
            self._remove(change, table, rest)
        elif change.row is not None:
            self._add_row(change, change.row, table, rest)
        else:
            row_id, _, name = rest.rpartition(".")
            self._write(change, table, row_id, name)

    def _write(self, change: Change, table: str, row_id: str, name: str) -> None:
        if not self._knows(change, table, row_id):
            return
        free = [column for column in schema(table) if column not in key_columns(table)]
        if name not in free:
            what, expected = message("change.unknown_field", table=table), message("want.one_of", names=tuple(free))
            self._fail(change, name, what, expected, nearest(name, free))
            return
        row = self.tables[table][row_id]
        before = getattr(row, name)
        if change.op != "set" and not _is_number(before):
            what, expected = message("change.no_number", op=change.op), message("want.op_set")
            self._fail(change, cells.show(before), what, expected)
            return
        text = cells.show(_result(change, before, schema(table)[name]))
        value = self._parsed(change, schema(table)[name], text, lambda other: getattr(row, other))
        self.tables[table][row_id] = replace(row, **{name: value})
        self.outdated.add(change.address)
        if change.address in self.written:
            self.restated.add(change.address)
        self.written.add(change.address)

    def _add_row(self, change: Change, given: Mapping[str, Scalar], table: str, row_id: str) -> None:
        keys = key_columns(table)
        # A step's id has two parts; every other is taken whole.
        values: dict[str, Any] = dict(zip(keys, row_id.split(".", len(keys) - 1), strict=False))
        free = [column for column in schema(table) if column not in keys]
        for name in sorted(set(given) - set(free)):
            what, expected = message("change.unknown_column", table=table), message("want.one_of", names=tuple(free))
            self._fail(change, name, what, expected, nearest(name, free))
        if row_id in self.tables[table]:
            self._fail(change, row_id, message("change.id_taken"), message("want.new_id", file=f"{table}.csv"))
        texts = {name: cells.show(value) for name, value in {**values, **given}.items()}
        for column in schema(table).values():
            values[column.name] = self._parsed(change, column, texts.get(column.name, ""), values.__getitem__)
        self.tables[table][row_id] = TABLES[table](**values)
        self.written |= {f"{change.address}.{name}" for name in given}

    def _remove(self, change: Change, table: str, row_id: str) -> None:
        if self._knows(change, table, row_id):
            del self.tables[table][row_id]
            self.outdated.add(change.address)

    def _close(self, change: Change, table: str, row_id: str) -> None:
        if table not in CLOSED_KINDS:
            expected, close = message("want.one_of", names=CLOSED_KINDS), nearest(table, CLOSED_KINDS)
            self._fail(change, table, message("change.not_closable"), expected, close)
        elif self._knows(change, table, row_id):
            closure = _closure(change)
            if closure.id in self.tables["closures"]:
                self._fail(change, closure.id, message("change.closed_already"), message("want.other_days"))
            self.tables["closures"][closure.id] = closure

    def _knows(self, change: Change, table: str, row_id: str) -> bool:
        rows = self.tables[table]
        if row_id not in rows:
            close = nearest(row_id, rows)
            self._fail(change, row_id, message("change.unknown_row"), message("want.id_of", file=f"{table}.csv"), close)
        return row_id in rows

    def _parsed(self, change: Change, column: Column, text: str, other: Callable[[str], Any]) -> Any:
        """The value of a text in a column, with the default of the column."""
        if not text and column.default:
            text = cells.show(other(column.default[1:])) if column.default.startswith("=") else column.default
        value, complaint = cells.parse(text.strip(), column)
        if complaint and complaint.level == ERROR:
            self._fail(change, text, complaint.message, complaint.expected, complaint.nearest, column.name)
        return value

    def _fail(
        self, change: Change, found: str, what: Message, expected: Text, close: str = "", column: str = ""
    ) -> None:
        where = f"{change.address}.{column}" if column and change.row is not None else change.address
        self.findings.append(Finding(ERROR, change.origin or "changes", None, where, found, expected, close, what))


def _result(change: Change, before: Any, column: Column) -> Scalar:
    """The value of a field after a change."""
    match change.op:
        case "set":
            return change.value
        case "add":
            return before + change.value
        case _:
            made: float = before * change.value
            # What is beyond all numbers is refused by the bounds of the column.
            return math.floor(made + 0.5) if column.type == "int" and math.isfinite(made) else made


def put_row(address: str, row: Mapping[str, Scalar], corridor: Corridor) -> list[Change]:
    """Changes by which a corridor has a row with these values, whether or not it has one with this id."""
    table, _, id = address.partition(".")
    if id in corridor.table(table):
        return [Change(op="set", address=f"{address}.{name}", value=value) for name, value in row.items()]
    return [Change(op="add", address=address, row=dict(row))]


def _closure(change: Change) -> Closure:
    first = change.first_day or date.min
    last = change.last_day or first
    target = change.address.partition(".")[2]
    days = "" if local_time.every_day(change.weekdays) else "_" + re.sub("[^a-z]+", "_", change.weekdays.lower())
    return Closure(
        id=f"{target}_{first:%Y%m%d}_{last:%Y%m%d}{days}",
        target=target,
        first_day=first.isoformat(),
        last_day=last.isoformat(),
        weekdays=change.weekdays,
        servers_share=change.servers_share,
        source="",
        grade="assumed",
        note=change.origin,
    )


def replaces(written: Collection[str], change: Change) -> bool:
    """Whether writing these fields takes the place of a change: of one that writes them, or states their ranges."""
    if change.op in ("set", "scale", "add") and change.address in written:
        return True
    table, _, rest = change.address.partition(".")
    return table == "assumptions" and not {rest, rest.rpartition(".")[0]}.isdisjoint(written)


def contradictions(changes: Iterable[Change]) -> list[Finding]:
    """Findings for fields that two changes write.

    Also for rows that one change adds or removes and another writes.
    """
    found: list[Finding] = []
    by_row: dict[str, list[Change]] = defaultdict(list)
    by_field: dict[str, list[Change]] = defaultdict(list)
    whole_rows = set()
    for change in changes:
        if change.op in ("close", "remove") or change.row is not None:
            row = f"closures.{_closure(change).id}" if change.op == "close" else change.address
            whole_rows.add(row)
        else:
            row = change.address.rpartition(".")[0]
            by_field[change.address].append(change)
        by_row[row].append(change)
    written = {row: by_row[row] for row in whole_rows} | {
        field: group for field, group in by_field.items() if field.rpartition(".")[0] not in whole_rows
    }
    for address, group in sorted(written.items()):
        if len(group) > 1:
            written_by = "; ".join(sorted(str(change) for change in group))
            where = ", ".join(sorted({change.origin or "changes" for change in group}))
            what, expected = message("change.contradiction"), message("want.one_change")
            found.append(Finding(ERROR, where, None, address, written_by, expected, message=what))
    return found


def _check(before: Corridor, after: Corridor, changes: Iterable[Change], failed: Iterable[Change] = ()) -> None:
    """Raise DataError for errors that the changes add, whatever those that ``failed`` are meant to be.

    Earlier ones do not count.
    """
    from corridors.checks import check

    wrong: dict[tuple[str, str], set[str]] = {}
    lost: set[str] = set()
    for change in failed:
        table, _, rest = change.address.partition(".")
        row, _, name = rest.rpartition(".")
        if table not in TABLES:
            continue
        if change.op in ("set", "scale", "add") and change.row is None:
            wrong.setdefault((f"{table}.csv", row), set()).add(name)
        else:
            lost.add(table)
    errors = [finding for finding in check(after, wrong, lost) if finding.level == ERROR]
    old = set(check(before)) if errors else set()
    origins = tuple(sorted({change.origin or "changes" for change in changes}))
    broken = [
        replace(finding, message=message("after_changes", changes=origins, problem=finding.message))
        for finding in errors
        if finding not in old
    ]
    if broken:
        raise DataError(broken)


def key_columns(table: str) -> tuple[str, ...]:
    """The columns that form the id of a row."""
    return ("itinerary", "step") if table == "itineraries" else (next(iter(schema(table))),)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(text: str) -> int | float | None:
    if not cells.NUMBER.fullmatch(text):
        return None
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
