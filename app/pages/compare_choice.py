"""Choice on the page Compare: scenarios to run, or a finished batch to open."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app import background, shelf, url_state
from app.experiment_titles import experiment_titles
from app.language import language, option_key, say, text_of
from app.pages.questions_forms import concerns
from app.results import finished, open_results, results_root, titles, version_of
from app.run_cache import QUICK_DAYS, QUICK_START, QUICK_WARMUP_DAYS, SEED
from app.session import what_if as state
from app.widgets.findings_view import show_findings
from app.widgets.plain_text import plain_text
from app.world import baseline, names, proposals
from corridors.findings import DataError
from corridors.overlay.proposal_kinds import KINDS, kind_of
from corridors.overlay.proposals import Proposal, Scenario
from sim.experiments.experiment import Experiment
from sim.reports import money
from sim.studies.compare import ScenarioComparison
from sim.studies.result_file.contents import RUNS

JOB: Final = "batch"
OPENED: Final = "results"
RUN, OPEN, SHELF = "run", "open", "shelf"
PROPOSAL, OWN, DRAFT = "proposal:", "own:", "draft:"
REPLICATIONS: Final = (5, 10, 20, 40)
USUAL: Final = 10
SHORT: Final[dict[str, Any]] = {"start": QUICK_START, "days": QUICK_DAYS, "warmup_days": QUICK_WARMUP_DAYS}
SPANS: Final[dict[str, dict[str, Any]]] = {"short": SHORT, "half": {"days": 180}, "year": {}}
"""Period of the run; keys left out are those of the base year."""
ANY, NOT_STATED = "any", "none"
MOST_MUSD: Final = (10, 50, 100, 500)
"""Limits of capital cost to choose from, million USD."""
SOURCE: Final = "compare_source"
ASKED: Final = "compare_in_address_"
MOST_OF_SHELF: Final = 6
"""Entries of the shelf that are compared at once."""


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
    sources = {key: say(f"compare.source_{key}") for key in (RUN, SHELF, OPEN)}
    st.session_state.setdefault(SOURCE, RUN)
    for part, of_part in ((OPENED, OPEN), (SHELF, SHELF)):
        asked = st.query_params.get_all(part)
        if asked and st.session_state.get(ASKED + part) != asked and url_state.is_requested(part, asked):
            # A link opens the results that it names; afterwards the visitor chooses.
            st.session_state[ASKED + part], st.session_state[SOURCE] = asked, of_part
    source = st.segmented_control(
        say("compare.source"),
        list(sources),
        format_func=sources.__getitem__,
        required=True,
        key=SOURCE,
        label_visibility="collapsed",
        persist_state="session",
    )
    return {RUN: _run, SHELF: _shelf, OPEN: _open}[str(source)]()


def _run() -> ScenarioComparison | None:
    job = background.current(JOB)
    under_way = job is not None and not job.over
    fitting = set(filtered())
    before = st.session_state.get(option_key("compare_chosen"), ())
    # What was chosen before stays, whether it fits the filter or not.
    options = [key for key in _options() if key in before or not key.startswith(PROPOSAL) or key in fitting]
    titles = {key: _title(key) for key in options}
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


def filtered() -> list[str]:
    """Show the filter of proposals; returns the keys of those that fit."""
    known = proposals()
    if not known:
        return []
    with st.expander(say("compare.filter"), icon=":material/filter_list:"):
        port_box, kind_box, cost_box = st.columns(3)
        named = names(language())
        ports = {ANY: say("compare.any")} | {id: named.port(id) for id in baseline().ports}
        port = port_box.selectbox(
            say("compare.filter_port"), list(ports), format_func=ports.__getitem__, key=option_key("filter_port")
        )
        kinds = {ANY: say("compare.any")} | {kind: say(f"compare.kind_{kind}") for kind in KINDS}
        kind = kind_box.selectbox(
            say("compare.filter_kind"), list(kinds), format_func=kinds.__getitem__, key=option_key("filter_kind")
        )
        costs = {ANY: say("compare.any")} | {
            f"{most}": say("compare.cost_up_to", most=money.amount(most, language(), exact=True)) for most in MOST_MUSD
        }
        costs |= {NOT_STATED: say("compare.cost_none")}
        cost = cost_box.selectbox(
            say("compare.filter_cost"), list(costs), format_func=costs.__getitem__, key=option_key("filter_cost")
        )
        found = [PROPOSAL + id for id, one in known.items() if fits(one, port, kind, cost)]
        st.caption(say("compare.filtered", n=len(found), total=len(known)))
    return found


def fits(proposal: Proposal, port: str, kind: str, cost: str) -> bool:
    """Whether a proposal is about a port, of a kind and within a capital cost; ANY fits all."""
    if port != ANY and not concerns(proposal, port):
        return False
    if kind not in (ANY, kind_of(proposal)):
        return False
    capital = proposal.capital_musd
    if cost == NOT_STATED:
        return capital is None
    return cost == ANY or (capital is not None and capital.value <= float(cost))


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


def _shelf() -> ScenarioComparison | None:
    """Choose entries of the shelf: one, or several with the same baseline."""
    known = {one.id: one for one in shelf.entries() if one.head and one.head.kind == RUNS}
    if not known:
        st.info(say("shelf.empty_shared" if shelf.shared() else "shelf.empty"))
        return None
    titles = {id: shelf_title(one) for id, one in known.items()}
    asked = url_state.requested_several(SHELF, known, MOST_OF_SHELF)
    if asked is not None:
        st.session_state["compare_shelf"] = list(asked)
    st.session_state["compare_shelf"] = [id for id in st.session_state.get("compare_shelf", ()) if id in known]
    chosen = st.multiselect(
        say("compare.which_of_shelf"),
        list(titles),
        format_func=titles.__getitem__,
        key="compare_shelf",
        max_selections=MOST_OF_SHELF,
        placeholder=say("compare.choose_results"),
    )
    url_state.keep_several(SHELF, chosen)
    if not chosen:
        return None
    try:
        with st.spinner(say("compare.reading")):
            return _of_shelf(shelf.version_of(chosen), tuple(chosen))
    except DataError as error:
        show_findings(error.findings)
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _of_shelf(versions: tuple[tuple[str, int], ...], ids: tuple[str, ...]) -> ScenarioComparison:
    from sim.studies.compare.foreign_rows import foreign_rows
    from sim.studies.result_file import usable
    from sim.studies.result_file.merging import merged

    found = {one.id: one for one in shelf.entries()}
    entries = [found[id] for id in ids if id in found]
    files = [(one.head.name if one.head else one.id, shelf.read(one).results()) for one in entries]
    results = merged(files)
    if findings := foreign_rows(results, baseline()):
        raise DataError(findings)
    with usable(entries[0].file.name):
        return background.compared(results, proposals())


def shelf_title(entry: shelf.Entry) -> str:
    """Name and date of an entry, for a choice."""
    head = entry.head
    return say("shelf.named", name=head.name, day=head.saved_at[:16].replace("T", " ")) if head else entry.id


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
