"""Changes to a corridor, from a proposal, a slider or the command line.

Each is addressed by id (``facilities.erenhot_transshipment.servers``). Five kinds:

``set``      writes a value (number, text, date) to a field
``scale``    multiplies a number; a whole number is rounded half up
``add``      with ``value`` adds to a number, with ``row`` adds a row (``address`` is then ``table.id``)
``remove``   removes a row
``close``    closes the row at ``address`` (``ports.ganqimaodu``) on dated days (or on some week days of them), or
           leaves a share of its servers

:mod:`corridors.overlay.applying` lays them over a corridor.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from corridors.clock import local_time
from corridors.findings import ERROR, Finding
from corridors.io import cells
from corridors.io.document import Document
from corridors.io.other_forms import weekdays_meant
from corridors.messages import InvalidValueError, message
from corridors.model import Closure, Corridor
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
        close = weekdays_meant(str(value))
        raise InvalidValueError(message("change.weekdays"), expected=message("want.weekdays"), nearest=close) from None
    return value


COMMAND_LINE: Final = "--set"
CLOSE_OPTION: Final = "--close"
OPTIONS: Final = (COMMAND_LINE, CLOSE_OPTION)
"""Origins of changes that are options of a command."""
CLOSED_KINDS: Final = ("calendars", "facilities", "ports", "links", "stocks")
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
        if (self.op == "scale" or (self.op == "add" and self.row is None)) and not is_number(self.value):
            raise InvalidValueError(message("change.value_no_number", op=self.op))
        if self.last_day and self.first_day and self.last_day < self.first_day:
            raise InvalidValueError(message("change.last_day"))
        return self

    @property
    def writes_field(self) -> bool:
        """Whether the change writes one field, not a whole row."""
        return self.op in ("set", "scale", "add") and self.row is None

    @property
    def row_address(self) -> str:
        """The address of the row that the change writes, adds, removes or closes."""
        return self.address.rpartition(".")[0] if self.writes_field else self.address

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


def put_row(address: str, row: Mapping[str, Scalar], corridor: Corridor) -> list[Change]:
    """Changes by which a corridor has a row with these values, whether or not it has one with this id."""
    table, _, id = address.partition(".")
    if id in corridor.table(table):
        return [Change(op="set", address=f"{address}.{name}", value=value) for name, value in row.items()]
    return [Change(op="add", address=address, row=dict(row))]


def closure_of(change: Change) -> Closure:
    """The row of closures that a change of the kind ``close`` adds; its days are part of its id."""
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
        if not change.writes_field:
            row = f"closures.{closure_of(change).id}" if change.op == "close" else change.address
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


def key_columns(table: str) -> tuple[str, ...]:
    """The columns that form the id of a row."""
    return ("itinerary", "step") if table == "itineraries" else (next(iter(schema(table))),)


def is_number(value: Any) -> bool:
    """Whether a value is a finite number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
