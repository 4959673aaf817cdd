"""Texts of a slider of the page What if: label, unit, values, and the help with sources.

The data hold notes and sources in English. Other languages have them in the catalogue ``data_texts``:
``note.<address>``, ``fact.<id>`` and ``source.<id>``.
"""

from __future__ import annotations

from typing import Final

from app.language import language, say, text_of
from app.widgets.sliders import Slider, Value, row_of
from app.world import baseline, names
from corridors.io.cells import show
from corridors.model import ids_in
from sim.text.data_texts import note as note_text
from sim.text.data_texts import source_title

PERCENT: Final = "percent"
UNITS: Final = {"per day": "per_day", "min": "min"}
"""Messages ``what_if.unit_*`` and ``what_if.amount_*`` by the unit of a column."""
PLAIN: Final = ("servers", "share", "per_day", "initial", "mean_min")
"""Columns whose row name says enough as a label: servers of a facility, vehicles per day of a flow."""


def unit_of(slider: Slider) -> str:
    """The unit of a slider: 'days', 'percent', 'per_day' or 'min'; '' for a plain number or a time."""
    column = slider.column
    if column is None:
        return "days"
    if slider.is_time:
        return ""
    return PERCENT if slider.op == "scale" or column.name == "share" else UNITS.get(column.unit, "")


def value_text(slider: Slider, value: Value) -> str:
    """A value with its unit."""
    unit = unit_of(slider)
    if isinstance(value, str):
        return value
    if unit == PERCENT:
        return f"{value:.0%}"
    return say(f"what_if.amount_{unit}", n=value) if unit else f"{value:,.6g}"


def label(slider: Slider) -> str:
    """The label with the unit."""
    unit, name = unit_of(slider), plain_label(slider)
    if not unit:
        return name
    return names(language()).bracketed(name, "%" if unit == PERCENT else say(f"what_if.unit_{unit}"))


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
    lines = [text_of(column, "meaning")]
    if slider.op == "scale":
        lines.append(say("what_if.help_scale", n=len(slider.addresses)))
    if slider.op == "order":
        lines.append(say("what_if.help_order"))
    lines.append(say("what_if.help_base", value=value_text(slider, slider.value_in(base))))
    assumed = base.assumptions.get(slider.key)
    # The range is that of one row; a factor of several has another unit.
    if assumed and slider.op != "scale" and assumed.low is not None and assumed.high is not None:
        lines.append(say("what_if.help_range", low=show(assumed.low), high=show(assumed.high)))
    known = assumed or row_of(base, slider.key)
    lines.append(say("what_if.help_grade", grade=names(language()).grade(known.grade)))
    lines += [say("what_if.help_source", id=id, what=source_title(base, id, language())) for id in ids_in(known.source)]
    if known.note:
        address = slider.key if assumed else slider.key.rpartition(".")[0]
        lines.append(say("what_if.help_note", note=note_text(f"note.{address}", known.note, language())))
    return lines
