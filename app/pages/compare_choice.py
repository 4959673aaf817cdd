"""Choice on the page Compare: scenarios to run, or a finished batch to open."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app import background, url_state
from app.experiment_titles import experiment_titles
from app.language import language, option_key, say, text_of
from app.results import finished, open_results, results_root, titles, version_of
from app.run_cache import QUICK_DAYS, QUICK_START, QUICK_WARMUP_DAYS, SEED
from app.session import what_if as state
from app.widgets.findings_view import show_findings
from app.widgets.plain_text import plain_text
from app.world import baseline, proposals
from corridors.findings import DataError
from corridors.overlay.proposals import Scenario
from sim.experiments.experiment import Experiment
from sim.studies.compare import ScenarioComparison

JOB: Final = "batch"
OPENED: Final = "results"
RUN, OPEN = "run", "open"
PROPOSAL, OWN, DRAFT = "proposal:", "own:", "draft:"
REPLICATIONS: Final = (5, 10, 20, 40)
USUAL: Final = 10
SHORT: Final[dict[str, Any]] = {"start": QUICK_START, "days": QUICK_DAYS, "warmup_days": QUICK_WARMUP_DAYS}
SPANS: Final[dict[str, dict[str, Any]]] = {"short": SHORT, "half": {"days": 180}, "year": {}}
"""Period of the run; keys left out are those of the base year."""
SOURCE: Final = "compare_source"
ASKED: Final = "compare_results_in_address"


def experiment(chosen: list[str], replications: int, span: str) -> Experiment:
    """The chosen scenarios against the baseline."""
    listed = tuple(key.removeprefix(PROPOSAL) for key in chosen if key.startswith(PROPOSAL))
    own = [_own(key) for key in chosen if not key.startswith(PROPOSAL)]
    variations = []
    for number, (title, scenario) in enumerate(own, start=1):
        changes = [change.model_dump(mode="json", exclude_unset=True) for change in scenario.changes]
        variations.append(
            {
                "id": f"own_{number}",
                "title_en": title,
                "title_zh": title,
                "proposals": scenario.proposals,
                "changes": changes,
                "in_order": scenario.in_order,
            }
        )
    plain = {
        "id": "compare",
        **experiment_titles("compare.title"),
        "proposals": listed,
        "scenarios": variations,
    }
    return Experiment.model_validate(plain | {"seed": SEED, "replications": replications} | SPANS[span])


def choose() -> ScenarioComparison | None:
    """Show the choice; returns the comparison when there is one."""
    sources = {key: say(f"compare.source_{key}") for key in (RUN, OPEN)}
    st.session_state.setdefault(SOURCE, RUN)
    asked = st.query_params.get(OPENED)
    if asked is not None and st.session_state.get(ASKED) != asked:
        # A link opens the results that it names; afterwards the visitor chooses.
        st.session_state[ASKED], st.session_state[SOURCE] = asked, OPEN
    source = st.segmented_control(
        say("compare.source"),
        list(sources),
        format_func=sources.__getitem__,
        required=True,
        key=SOURCE,
        label_visibility="collapsed",
        persist_state="session",
    )
    return _run() if source == RUN else _open()


def _run() -> ScenarioComparison | None:
    job = background.current(JOB)
    under_way = job is not None and not job.over
    titles = {key: _title(key) for key in _options()}
    spans = {key: say(f"compare.span_{key}") for key in SPANS}
    chosen = st.multiselect(
        say("compare.what_to_compare"),
        list(titles),
        format_func=titles.__getitem__,
        key=option_key("compare_chosen"),
        placeholder=say("compare.choose"),
        persist_state="session",
    )
    if len(chosen) > 1:
        # The box has one line.
        between = plain_text(say("compare.between").join(map(_title, chosen)))
        st.caption(say("compare.chosen", n=len(chosen), titles=between))
    many, span, go, _ = st.columns([1, 1.6, 1.4, 3], vertical_alignment="bottom")
    many.selectbox(
        say("compare.replications"), REPLICATIONS, index=REPLICATIONS.index(USUAL), key="compare_replications"
    )
    span.selectbox(say("compare.span"), list(spans), format_func=spans.__getitem__, key=option_key("compare_span"))
    go.button(say("compare.run"), type="primary", on_click=_start, disabled=under_way or not chosen, width="stretch")
    background.show_note(JOB)
    if job is None:
        st.caption(say("compare.hint"))
        return None
    background.follow(job, JOB)
    return background.comparison_of(job) if job.state == "done" else None


def _start() -> None:
    chosen, many, span = (st.session_state[f"compare_{key}"] for key in ("chosen", "replications", "span"))
    background.start(experiment(chosen, many, span), JOB)


def _options() -> list[str]:
    """Keys of the scenarios to choose from: the current one, saved ones, proposals."""
    draft = [] if state.draft().is_base else [DRAFT]
    return [*draft, *(OWN + name for name in state.saved()), *(PROPOSAL + id for id in sorted(proposals()))]


def _title(key: str) -> str:
    if key.startswith(PROPOSAL):
        return text_of(proposals()[key.removeprefix(PROPOSAL)], "title")
    return say("compare.draft") if key == DRAFT else key.removeprefix(OWN)


def _own(key: str) -> tuple[str, Scenario]:
    """Title and scenario of an entry of this session."""
    return (_title(key), state.scenario() if key == DRAFT else state.saved()[key.removeprefix(OWN)])


def _open() -> ScenarioComparison | None:
    root = results_root()
    names = finished(root)
    if not names:
        st.info(say("compare.no_results"))
        return None
    requested = url_state.requested(OPENED, names)
    named = titles(root, names, language())
    name = st.selectbox(
        say("compare.which_results"),
        names,
        format_func=named.__getitem__,
        index=names.index(requested) if requested else None,
        placeholder=say("compare.choose_results"),
        key="compare_results",
    )
    if name is None:
        return None
    url_state.accept(OPENED)
    url_state.show(OPENED, name)
    try:
        with st.spinner(say("compare.reading")):
            return _opened(str(root), name, version_of(root, name))
    except DataError as error:
        show_findings(error.findings)
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _opened(root: str, name: str, version: tuple[int, int]) -> ScenarioComparison:
    from sim.studies.compare.foreign_rows import foreign_rows

    results = open_results(results_root(), name)
    if findings := foreign_rows(results, baseline()):
        raise DataError(findings)
    return background.compared(results, proposals())
