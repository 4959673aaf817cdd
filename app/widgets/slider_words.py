"""What a slider of the page What if is called, its unit, and all that is known about the number that it moves."""

from __future__ import annotations

from app.language import language, pick, say
from app.widgets.sliders import Slider, Value, row_of
from app.world import baseline, facts, names
from corridors.io.cells import show
from corridors.model import Corridor

PERCENT = "%"


def unit_of(slider: Slider) -> str:
    """The unit in which the slider's value is told; '' for a plain number."""
    if slider.op == "close":
        return say("what_if.unit_days")
    column = slider.column
    if column is None or slider.is_time:
        return ""
    if slider.op == "scale" or column.name == "share":
        return PERCENT
    units = {"per day": say("what_if.unit_per_day"), "min": say("what_if.unit_min")}
    return units.get(column.unit, "")


def told(slider: Slider, value: Value) -> str:
    """A value as people read it, with its unit."""
    unit = unit_of(slider)
    if isinstance(value, str):
        return value
    if unit == PERCENT:
        return f"{value:.0%}"
    return f"{value:,.6g} {unit}".strip()


def label(slider: Slider) -> str:
    """What the slider is called, with its unit."""
    unit = unit_of(slider)
    name = _name(slider)
    return f"{name} ({unit})" if unit and language() == "en" else f"{name}（{unit}）" if unit else name


def plain_label(slider: Slider) -> str:
    """What it is called, without the unit."""
    return _name(slider)


def _name(slider: Slider) -> str:
    if own := pick((slider.label_en, slider.label_zh)):
        return own
    named, column = names(language()), slider.column
    if column is None:
        return say("what_if.closed")
    row = row_of(baseline(), slider.key)
    what = pick((column.label_en, column.label_zh))
    match slider.key.partition(".")[0]:
        case "shifts":
            name = pick_name(baseline(), "calendars", row.calendar)
        case "facilities" | "stocks":
            name = named.thing_on(row.id, row.side)
        case _:
            name = pick((row.name_en, row.name_zh))
    # A facility is counted in servers, a share in percent, and a demand in vehicles a day: the name says enough.
    if column.name in ("servers", "share", "per_day", "initial", "mean_min"):
        return str(name)
    return say("what_if.of_what", name=name, what=what)


def pick_name(corridor: Corridor, table: str, id: str) -> str:
    """The name of a row that has two."""
    row = corridor.table(table)[id]
    return pick((row.name_en, row.name_zh))


def explanation(slider: Slider) -> str:
    """What the number means, its value in the base, its range, how well it is known, and where it comes from."""
    column, base = slider.column, baseline()
    lines = []
    if column is None:
        lines.append(say("what_if.help_closed"))
    else:
        lines.append(pick((column.meaning_en, column.meaning_zh)))
        if slider.op == "scale":
            lines.append(say("what_if.help_scale", n=len(slider.addresses)))
        row = row_of(base, slider.key)
        assumed = base.assumptions.get(slider.key)
        lines.append(say("what_if.help_base", value=told(slider, slider.value_in(base))))
        if assumed and assumed.low is not None and assumed.high is not None:
            lines.append(say("what_if.help_range", low=show(assumed.low), high=show(assumed.high)))
        known = assumed or row
        lines.append(say("what_if.help_grade", grade=names(language()).grade(known.grade)))
        lines += [_source(id.strip()) for id in known.source.split(";") if id.strip()]
        if known.note:
            lines.append(say("what_if.help_note", note=known.note))
    return "\n\n".join(line.replace("$", r"\$") for line in lines)


def _source(id: str) -> str:
    """A source in a line: the published figure, or the document."""
    own, known = baseline().sources.get(id), facts().get(id)
    if own:
        return say("what_if.help_source", id=id, what=own.title)
    if known:
        return say("what_if.help_source", id=id, what=f"{known.place}: {known.metric}, {known.value} {known.unit}")
    return say("what_if.help_source", id=id, what="")
