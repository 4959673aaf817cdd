"""Texts of a slider of the page What if: label, unit, values, and the help with sources.

The data hold notes and sources in English. Other languages have them in the catalogue ``data_texts``:
``note.<address>``, ``fact.<id>`` and ``source.<id>``.
"""

from __future__ import annotations

from typing import Final

from app.language import language, say, text_of
from app.widgets.sliders import Slider, Value, row_of
from app.world import baseline, names
from corridors.model import OrderRule, ids_in
from corridors.schema import Field
from sim.text.data_texts import note as note_text
from sim.text.data_texts import source_title

PERCENT: Final = "%"
MANY: Final = 2
OWN_MEANING: Final = (
    *("demand_daily_quota", "demand_day_cv", "stocks_daily_quota", "links_paths_per_day", "links_passing_places"),
    *("services_per_day", "services_fleet", "facilities_headway_min", "shifts_closes", "shares_share"),
)
"""Messages ``what_if.meaning_*`` for sliders that the meaning of the column does not fit."""
SHARES: Final = ("share", "day_cv")
"""Columns of shares and of relative deviations, which are shown in percent."""
PLAIN: Final = ("servers", "share", "per_day", "initial", "mean_min")
"""Columns whose row name says enough as a label: servers of a facility, vehicles per day of a flow."""


def is_percent(slider: Slider) -> bool:
    """Whether the values are shown in percent."""
    return slider.op == "scale" or (slider.column is not None and slider.column.name in SHARES)


def unit_of(slider: Slider, n: float = MANY) -> str:
    """The unit in the language of the session, in its form for ``n``; '' for a plain number or a time of day."""
    named, column = names(language()), slider.column
    if column is None:
        return say("what_if.unit_days", n=int(n))
    if is_percent(slider):
        return PERCENT
    row = row_of(baseline(), slider.key)
    match slider.key.partition(".")[0], column.name:
        case "links", "paths_per_day":
            return say("what_if.unit_trains_each_way" if row.mode.startswith("rail") else "what_if.unit_each_way")
        case "services", "per_day":
            return say("what_if.unit_a_day", unit=named.vehicles_of(row.vehicle_class, MANY))
        case "order_rules", "above":
            return named.vehicles_of(_watched(row), n)
    return named.unit_in(row, column, n)


def _watched(rule: OrderRule) -> str:
    """A class of the vehicles that a rule counts."""
    first = next(iter(ids_in(rule.watch_traffic)), "")
    service = baseline().services.get(first)
    return service.vehicle_class if service else first


def value_text(slider: Slider, value: Value) -> str:
    """A value with its unit."""
    if isinstance(value, str):
        return value
    if slider.op == "order" and not value:
        return say("what_if.not_in_use")
    if is_percent(slider):
        return f"{100 * value:,.4g}%"
    return names(language()).measured(f"{value:,.6g}", unit_of(slider, value))


def label(slider: Slider) -> str:
    """The label with the unit."""
    unit, name = unit_of(slider), plain_label(slider)
    return names(language()).bracketed(name, unit) if unit else name


def plain_label(slider: Slider) -> str:
    """The label without the unit: its own, or made of the names of row and column."""
    if own := text_of(slider, "label"):
        return own
    column = slider.column
    if column is None:
        return say("what_if.closed")
    row = row_of(baseline(), slider.key)
    match slider.key.partition(".")[0]:
        case "shifts":
            name = text_of(baseline().calendars[row.calendar], "name")
        case "facilities" | "stocks":
            name = names(language()).thing_on(row.id, row.side)
        case _:
            name = text_of(row, "name")
    return name if column.name in PLAIN else say("what_if.of_what", name=name, what=text_of(column, "label"))


def explanation(slider: Slider) -> str:
    """The help of a slider: meaning, baseline value, range, data grade, sources and note."""
    lines = [say("what_if.help_closed")] if slider.column is None else list(_known(slider))
    return "\n\n".join(line.replace("$", r"\$") for line in lines)


def _known(slider: Slider) -> list[str]:
    column, base = slider.column, baseline()
    assert column is not None
    lines = [_meaning(slider, column)]
    if slider.op == "scale":
        lines.append(say("what_if.help_scale", n=len(slider.addresses)))
    if slider.op == "order":
        lines.append(say("what_if.help_order"))
    at = slider.value_in(base)
    written = getattr(row_of(base, slider.key), column.name)
    if slider.op == "order" and at != written:
        # The table has a threshold also for a rule that is not in use.
        lines.append(say("what_if.help_base_unused", value=value_text(slider, at), table=value_text(slider, written)))
    else:
        lines.append(say("what_if.help_base", value=value_text(slider, at)))
    assumed = base.assumptions.get(slider.key)
    # The range is that of one row; a factor of several has another unit.
    if assumed and slider.op != "scale" and assumed.low is not None and assumed.high is not None:
        low, high = (value_text(slider, end) for end in (assumed.low, assumed.high))
        lines.append(say("what_if.help_range", low=low, high=high))
    known = assumed or row_of(base, slider.key)
    lines.append(say("what_if.help_grade", grade=names(language()).grade(known.grade)))
    lines += [say("what_if.help_source", id=id, what=source_title(base, id, language())) for id in ids_in(known.source)]
    if known.note:
        address = slider.key if assumed else slider.key.rpartition(".")[0]
        lines.append(say("what_if.help_note", note=note_text(f"note.{address}", known.note, language())))
    return lines


def _meaning(slider: Slider, column: Field) -> str:
    """What the number means; the meaning of a column also says what a blank cell is, which a slider cannot be."""
    table = slider.key.partition(".")[0]
    key = f"{table}_{column.name}"
    if table == "stocks" and row_of(baseline(), slider.key).kind == "demand":
        key = f"demand_{column.name}"
    return say(f"what_if.meaning_{key}") if key in OWN_MEANING else text_of(column, "meaning")
