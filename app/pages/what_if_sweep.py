"""Threshold sweep of the page What if: the smallest value that brings a figure below a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app import background
from app.experiment_titles import experiment_titles
from app.figures import Figures, of_two_runs
from app.jobs import Job
from app.language import language, option_key, say
from app.run_cache import SEED, Answer
from app.session import what_if as state
from app.widgets.chart import show_chart
from app.widgets.slider_words import plain_label
from app.widgets.sliders import Slider, sliders
from app.world import names
from corridors.model import Corridor
from sim.core.kpi_declarations import KPIS
from sim.experiments.experiment import Experiment
from sim.reports import chart_style
from sim.reports.threshold_charts import sweep_chart
from sim.studies.threshold_sweep import enough, points

JOB: Final = "sweep"
BOX: Final = "sweep_box"
KPI_CHOICES: Final = ("dwell_h_p95", "dwell_h_p50", "dwell_h_mean", "wait_h_mean")
MOST_VALUES: Final = 12
FIRST_STEPS: Final = 6
REPLICATIONS: Final = 3
USUAL_LIMIT_H: Final = 24.0

Traffic = tuple[str, str]
"""(direction, class)."""


def experiment(slider: Slider, values: Sequence[int], replications: int = REPLICATIONS) -> Experiment:
    """The draft with one number set to each of the values."""
    scenario = state.scenario()
    changes = [change.model_dump(mode="json", exclude_unset=True) for change in scenario.changes]
    moved = [
        [change.model_dump(mode="json", exclude_unset=True) for change in slider.changes(value, state.HORIZON.start)]
        for value in values
    ]
    variations = [
        {"id": f"value_{value}", "changes": made, "in_order": True} for value, made in zip(values, moved, strict=True)
    ]
    plain = {
        "id": "how_many",
        **experiment_titles("what_if.sweep_experiment"),
        "baseline": {
            "id": "as_it_is",
            "proposals": scenario.proposals,
            "changes": changes,
            "in_order": scenario.in_order,
        },
        "scenarios": variations,
        "start": scenario.start,
        "days": scenario.days,
        "warmup_days": scenario.warmup_days,
        "seed": SEED,
        "replications": replications,
    }
    return Experiment.model_validate(plain)


@st.fragment
def show_sweep(port: str, loaded: Corridor, base: Answer, now: Answer) -> None:
    """Show the inputs, the progress of the job, and the result with its curve."""
    state.follow_changes()
    job = background.current(JOB)
    st.session_state[BOX] = st.session_state.get(BOX, job is not None or background.has_note(JOB))
    box = st.expander(say("what_if.sweep"), key=BOX, on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(say("what_if.sweep_note", n=REPLICATIONS))
        _choose(port, loaded)
        background.show_note(JOB)
        if job is not None:
            background.follow(job, JOB)
            if job.state == "done":
                _answer(job, of_two_runs(base.kpis, now.kpis))


def _choose(port: str, loaded: Corridor) -> None:
    there = {key: s for key, s in sliders().items() if s.port == port and s.op == "set" and type(s.low) is int}
    if not there:
        return
    labels = {key: plain_label(slider) for key, slider in there.items()}
    own = option_key(f"sweep_{port}")
    key = st.selectbox(say("what_if.sweep_what"), list(labels), format_func=labels.__getitem__, key=own)
    slider = there[key]
    first, last, go = st.columns(3, vertical_alignment="bottom")
    low, high = int(slider.low), int(slider.high)
    start = int(state.draft().moved.get(key, slider.value_in(loaded)))
    from_ = first.number_input(say("what_if.sweep_from"), low, high, min(start, high), key=f"from_{key}")
    to = last.number_input(say("what_if.sweep_to"), low, high, min(high, start + FIRST_STEPS), key=f"to_{key}")
    go.button(say("what_if.sweep_run"), on_click=_start, args=(slider,), disabled=from_ >= to, width="stretch")


def _start(slider: Slider) -> None:
    # Not arguments of the button: it may be pressed together with a change of a number.
    low, high = (int(st.session_state[f"{end}_{slider.key}"]) for end in ("from", "to"))
    if low >= high:
        return
    step = max(1, -(-(high - low) // (MOST_VALUES - 1)))
    background.start(experiment(slider, [*range(low, high, step), high]), JOB)


def _answer(job: Job, figures: Figures) -> None:
    scenarios = job.experiment.scenarios
    slider = sliders()[scenarios[0].changes[0].address]
    named = names(language())
    kpis = background.results_of(job).kpis
    there = kpis[(kpis["port"] == slider.port) & (kpis["side"] == "both") & kpis["kpi"].isin(KPI_CHOICES)]
    groups = list(dict.fromkeys(zip(there["direction"], there["class"], strict=True)))
    if not groups:
        st.info(say("no_traffic"))
        return
    choices = {kpi: named.figure(kpi) for kpi in KPI_CHOICES}
    who, which, limit = st.columns([3, 3, 2], vertical_alignment="bottom")
    waits = {group: _wait(figures, slider.port, group) for group in groups}
    worst = max(groups, key=lambda group: waits[group])
    if st.session_state.get("sweep_traffic", worst) not in groups:
        del st.session_state["sweep_traffic"]
    group: Traffic = who.selectbox(
        say("what_if.traffic"),
        groups,
        format_func=lambda group: named.group(group[1], group[0]),
        key=option_key("sweep_traffic", worst),
    )
    key = option_key("sweep_kpi")
    kpi = which.selectbox(say("what_if.sweep_figure"), list(choices), format_func=choices.__getitem__, key=key)
    target = limit.number_input(
        say("what_if.sweep_under"), min_value=0.0, value=USUAL_LIMIT_H, step=1.0, format="%.1f", key="sweep_target"
    )
    mine = there[(there["direction"] == group[0]) & (there["class"] == group[1]) & (there["kpi"] == kpi)]
    by_scenario = {id: part["value"].tolist() for id, part in mine.groupby("scenario")}
    found = points({_value(one.id): by_scenario.get(one.id, []) for one in scenarios})
    answer = enough(found, target)
    thing, figure = plain_label(slider), named.figure(kpi)
    values = {"thing": thing, "figure": figure, "limit": chart_style.number(target)}
    if answer.by_mean is None:
        st.warning(say("what_if.sweep_never", **values))
    else:
        least = chart_style.number(answer.by_mean)
        st.success(say("what_if.sweep_least", least=least, **values), icon=":material/check:")
        if answer.by_interval is None:
            st.caption(say("what_if.sweep_unsure"))
        elif answer.by_interval != answer.by_mean:
            st.caption(say("what_if.sweep_surely", least=chart_style.number(answer.by_interval)))
    axis = named.with_unit(figure, KPIS[kpi].unit)
    show_chart(sweep_chart(found, target, thing, axis, named.language))


def _value(id: str) -> int:
    return int(id.removeprefix("value_"))


def _wait(figures: Figures, port: str, group: Traffic) -> float:
    found = figures.get((port, *group, "wait_h_mean"))
    return max(found.base or 0.0, found.now or 0.0) if found else 0.0
