"""Page Shelf: results that are kept until they are deleted, and files of results from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from app import shelf
from app.language import ADDRESS, language, say, text_of
from app.local_address import is_local
from app.pool_request import reply_to
from app.run_pool import RunPool
from app.session.draft import NOTHING, Draft
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import names, proposals
from corridors.findings import DataError
from corridors.overlay.proposals import Scenario
from sim.reports import money
from sim.reports.comparison_names import traffic_name
from sim.reports.money import Unit
from sim.reports.number_format import NO_VALUE, decimals, figure, plain, signed
from sim.statistics import Interval
from sim.studies.result_file import ENDING, Figure, Head
from sim.studies.result_file.contents import APPRAISAL, LARGEST_FILE, MB, RUNS, Worth
from sim.text.catalogue import ENGLISH, has
from sim.text.catalogue import say as text

AT_ONCE: Final = 10
"""Entries shown on one page of the list."""
PLACE: Final = "shelf_place"
FILTER: Final = "shelf_filter"
UPLOAD: Final = "shelf_upload"
REFUSED: Final = "shelf_refused"
TAKEN: Final = "shelf_taken"
CHOSEN: Final = "shelf_chosen_"
MIME: Final = "application/zip"
MOST_S: Final = 60.0
"""Longest time of the check of a file."""
MOST_FIGURES: Final = 6
"""Figures of an entry in the list; more where it has more scenarios, of which each has one."""


def main() -> None:
    """Draw the page from top to bottom."""
    st.header(say("shelf.title"), anchor=False)
    st.caption(say("shelf.what"))
    if is_local():
        st.caption(say("shelf.local"))
    if shelf.shared():
        st.caption(say("shelf.shared"))
    _upload_box()
    found = shelf.entries()
    if not found:
        st.info(say("shelf.empty_shared" if shelf.shared() else "shelf.empty"))
        return
    words = str(st.text_input(say("shelf.filter"), key=FILTER, max_chars=80)).casefold().split()
    found = [one for one in found if all(word in _searched(one) for word in words)]
    pages = max(1, -(-len(found) // AT_ONCE))
    place = 1
    if pages > 1:
        place = st.number_input(say("shelf.page", most=pages), 1, pages, key=PLACE)
    shown = found[(place - 1) * AT_ONCE : place * AT_ONCE]
    _compare_button(found)
    for entry in shown:
        _entry(entry)
    if not shown:
        st.caption(say("shelf.none_fits"))


def _searched(entry: shelf.Entry) -> str:
    head = entry.head
    ports = (names(language()).port(one.port) for one in head.figures) if head else ()
    return " ".join([entry.id, *((head.name, head.author, head.saved_at, *ports) if head else ())]).casefold()


def _upload_box() -> None:
    file = st.file_uploader(
        say("shelf.upload", mb=LARGEST_FILE // MB),
        type=[ENDING.removeprefix(".")],
        key=UPLOAD,
        max_upload_size=LARGEST_FILE // MB,
    )
    # A file that is shown stays in the box: each is taken once.
    if file is not None and st.session_state.get(TAKEN) != file.file_id:
        st.session_state[TAKEN] = file.file_id
        with st.spinner(say("shelf.checking")):
            _take(file.getvalue(), file.name)
    refused = st.session_state.pop(REFUSED, None)
    if isinstance(refused, str):
        st.warning(refused)
    elif refused:
        show_findings(refused)


def _take(content: bytes, name: str) -> None:
    """Check a file, and keep what it has, written anew: nothing of the file itself goes onto the shelf."""
    request = {"name": name, "content": b64encode(content).decode(), "language": language()}
    try:
        title, made = reply_to(request, _pool(), MOST_S, name, lambda seconds: "")
        shelf.put(made, title)
    except DataError as error:
        st.session_state[REFUSED] = tuple(error.findings)
    except shelf.ShelfFullError:
        st.session_state[REFUSED] = shelf.full_text(language())


@st.cache_resource(show_spinner=False)
def _pool() -> RunPool:
    """The processes that check files; the pool keeps no reply."""
    return RunPool(MOST_S, workers=1, module="app.shelf_worker")


def _compare_button(found: list[shelf.Entry]) -> None:
    """A link to the comparison of the entries that are ticked."""
    chosen = [one.id for one in found if st.session_state.get(CHOSEN + one.id)]
    label = say("shelf.compare", n=len(chosen))
    if chosen:
        st.page_link(
            "app/pages/compare.py",
            label=label,
            icon=":material/compare_arrows:",
            query_params={"shelf": chosen} | _tongue(),
        )
    else:
        st.caption(say("shelf.tick"))


def _entry(entry: shelf.Entry) -> None:
    """Name, date and figures of an entry, with what can be done with it."""
    with st.container(border=True):
        if entry.head is None:
            st.markdown(f"**{plain_text(entry.id)}**")
            show_findings(entry.findings)
        else:
            title, tick = st.columns([6, 1], vertical_alignment="center")
            title.markdown(f"**{plain_text(entry.head.name)}**")
            if entry.head.kind == RUNS:
                tick.checkbox(say("shelf.choose"), key=CHOSEN + entry.id)
            st.caption(plain_text(_about(entry.head, entry.size)))
            _figures(entry.head)
        with st.container(horizontal=True):
            if entry.head is not None and entry.head.kind == RUNS:
                _open_and_fork(entry)
            elif entry.head is not None:
                _link_to("money", {"kept": [entry.id]})
            st.download_button(
                say("shelf.download"),
                entry.file.read_bytes,
                f"{entry.id}{ENDING}",
                MIME,
                key=f"shelf_download_{entry.id}",
                icon=":material/download:",
                on_click="ignore",
            )
            if not shelf.shared():
                _delete(entry.id)


def _about(head: Head, size: int) -> str:
    day = head.saved_at[:16].replace("T", " ")
    parts = [say("shelf.saved", day=day)]
    if head.author:
        parts.append(say("shelf.by", author=head.author))
    if head.figures:
        parts.append(say("shelf.pairs", n=max(one.n for one in head.figures)))
    parts.append(say("shelf.size", kb=max(1, size // 1000)))
    return say("shelf.separator").join(parts)


def _row(one: Figure) -> list[str]:
    """A figure of a scenario: name with its traffic, baseline, change, interval."""
    named = names(language())
    name = named.with_unit(named.figure(one.kpi), one.unit)
    found = Interval(one.difference, one.low or 0.0, one.high or 0.0, 0.95, one.n)
    known = one.low is not None and one.high is not None
    digits = decimals(found.half_width, one.difference) if known else 2
    span = say("shelf.span", low=signed(found.low, digits), high=signed(found.high, digits)) if known else NO_VALUE
    change = signed(one.difference, digits) if one.difference else plain(0.0, 0)
    return [f"{name}\n{traffic_name(named, one.port, one.vehicle_class)}", figure(one.before), change, span]


def _figures(head: Head) -> None:
    """The first figures of an entry: of runs beside their baseline, or what a programme is worth."""
    if shown := first_figures(head.figures):
        several = len({one.scenario for one in shown}) > 1
        keys = ("scenario", "figure", "before", "change", "interval")[0 if several else 1 :]
        rows = [[_title(one.scenario), *_row(one)] if several else _row(one) for one in shown]
        heads = [text(f"comparison.{key}", language()) for key in keys]
        show_table(heads, rows, texts=1 + several, unbroken=0)
    if shown_worth := head.worth[:MOST_FIGURES]:
        of = money.unit_of(map(_budget, shown_worth), language())
        unit = money.unit_of((one.value for one in shown_worth), language())
        worths = [_worth(one, head.kind, of, unit) for one in shown_worth]
        heads = [say(f"shelf.column_of_{head.kind}", unit=of.name)]
        heads.append(say(f"shelf.column_worth_{head.kind}", unit=unit.name))
        show_table([*heads, text("comparison.interval", language())], worths, texts=1, unbroken=0)


def first_figures(figures: Sequence[Figure]) -> list[Figure]:
    """The first figures of each scenario, as many of each."""
    by_scenario: dict[str, list[Figure]] = {}
    for one in figures:
        by_scenario.setdefault(one.scenario, []).append(one)
    each = max(1, MOST_FIGURES // max(1, len(by_scenario)))
    return [one for own in by_scenario.values() for one in own[:each]]


def _title(scenario: str) -> str:
    """The title of a scenario that is a proposal, else its id."""
    return text_of(proposals()[scenario], "title") if scenario in proposals() else scenario


def _worth(one: Worth, kind: str, of: Unit, unit: Unit) -> list[str]:
    """What a programme is worth in a demand scenario, or a plan with a budget."""
    low, high = map(unit.figure, (one.low, one.high))
    span = NO_VALUE if NO_VALUE in (low, high) else say("shelf.span", low=low, high=high)
    return [_future(one.of) if kind == APPRAISAL else _budget_or_id(one, of), unit.figure(one.value), span]


def _future(of: str) -> str:
    """The name of a demand scenario."""
    name = f"appraisal.future.{of}"
    return text(name, language()) if has(name) else of


def _budget_or_id(one: Worth, of: Unit) -> str:
    budget = _budget(one)
    return one.of if budget is None else of.figure(budget)


def _budget(one: Worth) -> float | None:
    """The budget of a plan, M USD; None for anything else, also of a file that anybody may have made."""
    try:
        return float(one.of)
    except ValueError:
        return None


def _link_to(page: str, parameters: dict[str, list[str]]) -> None:
    st.page_link(
        f"app/pages/{page}.py",
        label=say("shelf.open"),
        icon=":material/open_in_new:",
        query_params=parameters | _tongue(),
    )


def _open_and_fork(entry: shelf.Entry) -> None:
    """Links to the comparison of an entry, and to its scenarios on What if."""
    _link_to("compare", {"shelf": [entry.id]})
    box = st.popover(say("shelf.fork"), icon=":material/call_split:", key=f"shelf_fork_{entry.id}", on_change="rerun")
    if box.open:
        with box:
            _forks(entry)


def _forks(entry: shelf.Entry) -> None:
    """A link for each scenario of an entry: its proposals and changes, as What if has them."""
    try:
        scenarios = shelf.read(entry).manifest["scenarios"]
        st.caption(say("shelf.fork_note"))
        for id, plain_scenario in list(scenarios.items())[1:] or list(scenarios.items()):
            scenario = Scenario.model_validate(plain_scenario)
            title = getattr(scenario, f"title_{language()}", "") or scenario.title_en or id
            st.page_link(
                "app/pages/what_if.py",
                label=plain_text(title),
                icon=":material/tune:",
                query_params=draft_of(scenario).parameters() | _tongue(),
            )
    except DataError as error:
        show_findings(error.findings)


def draft_of(scenario: Scenario) -> Draft:
    """A draft of What if from a scenario of a file, whose changes include those of its proposals."""
    known = {id for id in scenario.proposals if id in proposals()}
    of_proposals = {_bare(change) for id in known for change in proposals()[id].changes}
    own = tuple(change for change in scenario.changes if not (known and _bare(change) in of_proposals))
    made: dict[str, Any] = {"changes": own, "in_order": scenario.in_order}
    if known == set(scenario.proposals):
        made["proposals"] = scenario.proposals
    else:  # A proposal that these data do not have: its changes say it all.
        made["changes"] = scenario.changes
    return Draft(NOTHING.model_copy(update=made))


def _bare(change: Any) -> str:
    return str(change.unsigned().model_dump_json(exclude_unset=True))


def _delete(id: str) -> None:
    with st.popover(say("shelf.delete"), icon=":material/delete:", key=f"shelf_delete_{id}"):
        st.caption(say("shelf.delete_note"))
        st.button(say("shelf.delete_now"), key=f"shelf_delete_now_{id}", on_click=_delete_now, args=(id,))


def _delete_now(id: str) -> None:
    try:
        shelf.delete(id)
    except DataError as error:
        st.session_state[REFUSED] = tuple(error.findings)


def _tongue() -> dict[str, list[str]]:
    return {} if language() == ENGLISH else {ADDRESS: [language()]}


if __name__ == "__main__":
    main()
