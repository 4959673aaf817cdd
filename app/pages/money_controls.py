"""Sliders of the page Money: works and their opening years, budget, rate, costs and prices within their ranges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from app import money_data
from app.language import language, say, text_of
from app.session.money import BUDGET, CAPITAL, OPENS, OUT, PRICE, RATE, Settings
from app.widgets.plain_text import plain_text
from app.world import baseline, names
from corridors.io.yaml_files import yaml_text
from corridors.model import ids_in
from sim.reports import money
from sim.reports.number_format import figure
from sim.studies.appraisal.generalised import Pricing
from sim.studies.appraisal.prices import Price
from sim.studies.appraisal.programme import Work
from sim.studies.appraisal.stored import Moved, Study, as_moved
from sim.text.catalogue import has
from sim.text.catalogue import say as text
from sim.text.data_texts import source_title

STEPS: Final = 50
"""Steps of a slider of a price or a cost."""
LOWEST_RATE, HIGHEST_RATE, RATE_STEP = 0.0, 15.0, 0.5
"""Discount rate, percent."""


def show_controls(study: Study, settings: Settings, missing: int) -> Moved | None:
    """Show the sliders; returns what is appraised, within the budget; None without any work."""
    st.caption(say("money.no_run_needed"))
    for work in study.works:
        _work(work, settings)
    moved = settings.moved()
    bound = _budget(study, settings, moved, missing)
    rate = 100 * settings.get(RATE, "", study.rate)
    low, high = min(LOWEST_RATE, rate), max(HIGHEST_RATE, rate)
    own = settings.widget(RATE, "", study.rate)
    st.slider(say("money.rate"), low, high, rate, RATE_STEP, format="%.1f%%", help=say("money.rate_help"), **own)
    _box("costs", study, settings)
    _box("prices", study, settings)
    with st.container(horizontal=True):
        st.button(say("money.reset"), key="money_reset", disabled=not settings.is_moved, on_click=settings.reset)
        st.download_button(
            say("money.file"),
            yaml_text(as_moved(study, bound or moved)),
            f"{study.record.programme.id}.yaml",
            "application/yaml",
            key="money_file",
            help=say("money.file_help"),
            on_click="ignore",
            disabled=bound is None,
        )
    return bound


def _work(work: Work, settings: Settings) -> None:
    """A work: whether it is built, and its opening year."""
    built = not settings.get(OUT, work.id, 0.0)
    capital = money.amount(settings.get(CAPITAL, work.id, work.capital.value), language())
    name = say("money.work", title=plain_text(text_of(work, "title")), capital=capital)
    st.checkbox(name, built, **settings.widget(OUT, work.id, 0.0))
    if built:
        low, high = map(round, settings.bounds(OPENS, work.id))
        year = round(settings.get(OPENS, work.id, work.opens))
        own = settings.widget(OPENS, work.id, work.opens)
        st.slider(say("money.opens"), low, high, year, help=say("money.opens_help", year=str(work.opens)), **own)


def _budget(study: Study, settings: Settings, moved: Moved, missing: int) -> Moved | None:
    """The budget, and the choice of the works that is best within it."""
    capital = {work.id: moved.capital.get(work.id, work.capital.value) for work in study.works}
    whole = float(sum(capital[id] for id in moved.works))
    if not moved.works:
        return None
    if whole <= 0 or len(moved.works) < 2:
        return moved
    unit = settings.unit
    grain = 1 / unit.scale if unit.is_small else 1.0
    most = grain * float(-(-whole // grain))
    now = min(settings.get(BUDGET, "", most), most)
    own = settings.widget(BUDGET, "", most)
    step = max(grain / 10, most / 100)
    ends = (0.0, unit.scale * most, unit.scale * now, unit.scale * step)
    st.slider(say("money.budget", unit=unit.name), *ends, format="%.4g", help=say("money.budget_help"), **own)
    if now >= whole:
        return moved
    values = money_data.values_of_parts(study, missing, moved)
    within = {one: value for one, value in values.items() if sum(capital[id] for id in one) <= now and value > 0}
    if not within:
        st.caption(say("money.budget_nothing", budget=money.amount(now, language(), exact=True)))
        return None
    best = max(within, key=lambda one: (within[one], sorted(one)))
    titles = tuple(plain_text(text_of(work, "title")) for work in study.works if work.id in best)
    amounts = [money.amount(value, language()) for value in (now, within[best])]
    st.caption(say("money.budget_best", budget=amounts[0], works=titles, npv=amounts[1]))
    return replace(moved, works=best)


def _box(kind: str, study: Study, settings: Settings) -> None:
    """A box of sliders, drawn when it is open."""
    name = say("money.costs", unit=settings.unit.name) if kind == "costs" else say(f"money.{kind}")
    box = st.expander(name, key=f"money_box_{kind}", on_change="rerun")
    if not box.open:
        return
    with box:
        if kind == "costs":
            shown = [work for work in study.works if work.capital.low < work.capital.high]
            for work in shown:
                low, high = work.capital.low, work.capital.high
                _within(plain_text(text_of(work, "title")), CAPITAL, work.id, (low, work.capital.value, high), settings)
            if not shown:
                st.caption(say("money.no_costs"))
        else:
            st.caption(say("money.prices_note"))
            for price in used_prices(study):
                _price(price, settings)


def used_prices(study: Study) -> list[Price]:
    """The prices with a range that count for the works, in the order of the table."""
    rows = study.world.prices.rows
    services = {pair for case in study.cases for pair in _services(case)}
    used = set(Pricing(study.world.prices, sorted(services), frozenset()).used())
    used |= {f"uplift.{work.kind}" for work in study.works}
    return [price for id, price in rows.items() if id in used and price.uncertain]


def _services(case: Any) -> set[tuple[str, str]]:
    return {(row.id, row.vehicle_class) for row in case.model.corridor.services.values() if row.load_t}


def unit_name(unit: str) -> str:
    """The unit of a price in the language of the session; '' for a plain number."""
    if unit == "1":
        return ""
    return text(f"appraisal.unit.{unit}", language()) if has(f"appraisal.unit.{unit}") else unit


def _price(price: Price, settings: Settings) -> None:
    unit, meaning = unit_name(price.unit), plain_text(text_of(price, "meaning"))
    name = names(language()).bracketed(meaning, unit) if unit else meaning
    _within(name, PRICE, price.id, (price.low, price.value, price.high), settings, explanation(price))


def explanation(price: Price) -> str:
    """The help of a price: range, grade and sources."""
    lines = [say("money.price_help", low=figure(price.low), value=figure(price.value), high=figure(price.high))]
    lines.append(say("what_if.help_grade", grade=names(language()).grade(price.grade)))
    for id in ids_in(price.source):
        lines.append(say("what_if.help_source", id=id, what=source_title(baseline(), id, language())))
    return "\n\n".join(line.replace("$", r"\$") for line in lines)


def _within(
    name: str, kind: str, id: str, span: tuple[float, float, float], settings: Settings, explained: str | None = None
) -> None:
    """A slider from the low to the high end of a range."""
    unit = settings.unit.scale if kind == CAPITAL else 1.0
    low, default, high = (unit * one for one in span)
    value = unit * settings.get(kind, id, span[1])
    if value != default:
        name = f"**{name}** :blue[{say('money.usual', value=figure(default))}]"
    own = settings.widget(kind, id, span[1])
    st.slider(name, low, high, value, (high - low) / STEPS, format="%.4g", help=explained, **own)
