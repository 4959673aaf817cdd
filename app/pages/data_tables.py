"""Tables of the page Data: one table to edit, the checks of the edits, and actions.

Edits are kept in the session until they are applied to the current scenario. The editor keeps its own state as long as
it shows the same rows; when another table or filter is chosen, its edits are kept as changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from app.cell_names import called, cell_text
from app.differences import differences
from app.language import language, option_key, say, text_of
from app.load_guard import too_much
from app.pages.data_columns import configured, unused_columns
from app.pages.data_edits import changes_of_edits, columns_in_order, frame_of, merged, rows_shown, with_edits, zipped
from app.pages.data_run import compare_with_baseline
from app.run_cache import QUICK_SETTINGS, world_of
from app.session import current
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, names, proposals
from corridors.facts import Fact, facts
from corridors.findings import ERROR, Finding
from corridors.model import TABLES, Corridor, ids_in
from corridors.overlay.applying import attempt
from corridors.overlay.changes import Change
from corridors.overlay.proposals import changes_of, to_yaml
from corridors.port_rows import rows_of_port
from corridors.schema import schema
from sim.reports.number_format import NO_VALUE
from sim.text.findings import in_language
from sim.text.names import GRADES, Names

KEPT: Final = "data_edits"
LIVE: Final = "data_live_edits"
SHOWN: Final = "data_shown"
VERSION: Final = "data_version"
FIRST_TABLE: Final = "facilities"
MOST_FINDINGS: Final = 12
HEIGHT: Final = 520
ROW: Final = 35
"""Pixels: largest height of the table, and height of a row."""


def kept() -> list[Change]:
    """Edits that are in neither the editor nor the scenario."""
    found: list[Change] = st.session_state.setdefault(KEPT, [])
    return found


def editor_key() -> str:
    """The key of the present editor; a new editor has a new key."""
    return f"data_editor_{st.session_state.get(VERSION, 0)}"


def tables_and_checks() -> None:
    """Show table, checks and actions."""
    now = world_of(current.scenario())
    table, rows, corridor = choose(now)
    left, right = st.columns([2.9, 1], gap="medium")
    with left:
        live = editor(table, rows, corridor)
    st.session_state[LIVE] = live
    edits = merged(kept(), live)
    changed, findings = _checked(now, edits)
    with right:
        checks(edits, findings, now)
        actions(table, rows, edits, findings, changed)
    with left:
        explained(table, rows)
    current_scenario()


def choose(now: Corridor) -> tuple[str, list[Any], Corridor]:
    """Choose table and rows; edits are kept if these differ from those of the last run."""
    named = Names.of(now, language())
    first, second, third, fourth = st.columns([1.5, 1.5, 1.3, 1.2])
    with first:
        table = st.selectbox(
            say("data.table"),
            list(TABLES),
            format_func={name: title(name) for name in TABLES}.__getitem__,
            key=option_key("data_table", FIRST_TABLE),
        )
    with second:
        port = st.selectbox(
            say("data.port"),
            ["", *now.ports],
            format_func={"": say("data.every_port"), **named.ports}.__getitem__,
            key=option_key("data_port"),
        )
    with third:
        grades = st.multiselect(
            say("data.grade"),
            list(GRADES),
            format_func=lambda grade: named.grade(grade),
            key=option_key("data_grade"),
            placeholder=say("data.any_grade"),
        )
    with fourth:
        text = st.text_input(say("data.search"), key="data_search", placeholder=say("data.search_hint"))
    shown = (table, port, tuple(grades), text, language(), current.scenario())
    gone = editor_key() not in st.session_state  # Another table or a visit to another page: the editor is new.
    if st.session_state.get(SHOWN) != shown or (gone and st.session_state.get(LIVE)):
        st.session_state[KEPT] = merged(kept(), st.session_state.pop(LIVE, []))
        st.session_state[SHOWN] = shown
        st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
    corridor, _ = attempt(now, kept())
    ids = rows_of_port(corridor, port).get(table) if port else None
    rows = rows_shown(corridor, table, ids, grades, text)
    number = say("data.rows", shown=len(rows), n=len(corridor.table(table)))
    st.caption(f"{say(f'data.{table}_is')} · {number}")
    return table, rows, corridor


def title(table: str) -> str:
    """The title of a table."""
    return say("data.sources_name") if table == "sources" else say(f"data.{table}")


def editor(table: str, rows: Sequence[Any], corridor: Corridor) -> list[Change]:
    """Show the table to edit; returns the edits in it."""
    key = editor_key()
    named = Names.of(corridor, language())
    unused = unused_columns(table, corridor)
    st.data_editor(
        frame_of(table, rows),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        height=min(HEIGHT, ROW * (len(rows) + 2) + 3),
        placeholder=NO_VALUE,
        column_order=columns_in_order(table, language(), unused),
        column_config={
            field.name: configured(field, rows, corridor, named)
            for field in schema(table).values()
            if field.name not in unused
        },
    )
    return changes_of_edits(table, rows, st.session_state.get(key, {}))


def _checked(now: Corridor, edits: Sequence[Change]) -> tuple[Corridor, list[Finding]]:
    """A corridor with the edits that can be made, and the findings; without errors also that it is too large here."""
    changed, findings = attempt(now, edits)
    if not any(finding.level == ERROR for finding in findings):
        findings += too_much(baseline(), changed, QUICK_SETTINGS)
    return changed, findings


def checks(edits: Sequence[Change], findings: Sequence[Finding], now: Corridor) -> None:
    """Show the edits and their findings."""
    st.markdown(f"#### {say('data.checks')}")
    if not edits:
        st.caption(say("data.no_edits"))
        return
    st.markdown(f"**{say('data.edits', n=len(edits))}**")
    for change in edits:
        st.caption(plain_text(edit_text(change, now)))
    errors = sum(finding.level == ERROR for finding in findings)
    if not findings:
        st.success(say("data.sound"), icon=":material/check:")
        return
    summary = say("data.found_errors", errors=errors, warnings=len(findings) - errors)
    (st.error if errors else st.warning)(summary)
    for finding in findings[:MOST_FINDINGS]:
        show_finding(finding, now)
    if len(findings) > MOST_FINDINGS:
        st.caption(say("data.more", n=len(findings) - MOST_FINDINGS))


def edit_text(change: Change, now: Corridor) -> str:
    """An edit in words: row, column, value before and after."""
    table, _, rest = change.address.partition(".")
    named = Names.of(now, language())
    if change.op != "set":
        name = called(now, table, rest, named) if rest in now.table(table) else rest
        return say(f"data.edit_{change.op}", table=title(table), row=name)
    id, _, column = rest.rpartition(".")
    field, rows = schema(table)[column], now.table(table)
    before = cell_text(field, getattr(rows[id], column), now, named) if id in rows else NO_VALUE
    row = called(now, table, id, named) if id in rows else id
    values = {"before": before, "after": cell_text(field, change.value, now, named)}
    return say("data.edit_set", row=row, column=text_of(field, "label"), **values)


def show_finding(finding: Finding, now: Corridor) -> None:
    """Show one finding: place, problem, value found, value expected."""
    worded = in_language(finding, language())
    table, row, column = worded.file.removesuffix(".csv"), worded.id, worded.column
    if table not in TABLES and column.count(".") > 1:
        table, _, rest = column.partition(".")
        row, _, column = rest.rpartition(".")
    name = title(table) if table in TABLES else table
    if table in TABLES and row in now.table(table):
        row = called(now, table, row, Names.of(now, language()))
    if table in TABLES and column in schema(table):
        column = text_of(schema(table)[column], "label")
    key = "data.where_column" if column else "data.where"
    lines = [f"**{say(f'data.{finding.level}')}** · {plain_text(say(key, table=name, row=row or '–', column=column))}"]
    if worded.message:
        lines.append(plain_text(worded.message))
    parts = {"found": worded.found, "expected": worded.expected, "nearest": worded.nearest}
    lines += [
        say(f"data.{key}", text=plain_text(text) if key == "expected" or "`" in text else f"`{text}`")
        for key, text in parts.items()
        if text
    ]
    st.markdown("  \n".join(lines))


def actions(
    table: str, rows: Sequence[Any], edits: list[Change], findings: Sequence[Finding], changed: Corridor
) -> None:
    """Show the buttons to apply, discard, download and run the edits."""
    wrong = any(finding.level == ERROR for finding in findings)
    scenario = with_edits(current.scenario(), edits, proposals())
    st.button(
        say("data.take_over"),
        key="data_take",
        width="stretch",
        type="primary",
        disabled=wrong or not edits,
        on_click=take,
        args=(table, rows),
    )
    st.button(say("data.discard"), key="data_discard", width="stretch", disabled=not edits, on_click=discard)
    st.download_button(
        say("data.yaml"),
        to_yaml(scenario),
        "scenario.yaml",
        "text/yaml",
        key="data_yaml",
        width="stretch",
        disabled=wrong,
        on_click="ignore",
    )
    st.download_button(
        say("data.zip"),
        lambda: zipped(changed),
        "data.zip",
        "application/zip",
        key="data_zip",
        width="stretch",
        disabled=wrong,
        on_click="ignore",
    )
    if wrong:
        st.caption(say("data.cannot_run"))
    elif st.button(
        say("data.run"), key="data_run", width="stretch", disabled=not (scenario.changes or scenario.proposals)
    ):
        compare_with_baseline(scenario)


def take(table: str, rows: Sequence[Any]) -> None:
    """Apply the edits to the current scenario, with edits that arrive together with the button.

    ``rows`` are those of ``table`` in the editor. Edits with errors are neither applied nor discarded.
    """
    edits = merged(kept(), changes_of_edits(table, rows, st.session_state.get(editor_key(), {})))
    _, findings = _checked(world_of(current.scenario()), edits)
    if any(finding.level == ERROR for finding in findings):
        return
    scenario = with_edits(current.scenario(), edits, proposals())
    current.use_scenario(scenario)
    discard()
    st.toast(say("data.taken", n=len(scenario.changes)))


def discard() -> None:
    """Discard all edits."""
    for key in (KEPT, LIVE, SHOWN):
        st.session_state.pop(key, None)


def explained(table: str, rows: Sequence[Any]) -> None:
    """Show the meaning of the columns, and the sources that the rows cite."""
    named = names(language())
    with st.expander(say("data.meanings")):
        st.caption(say("data.row_names"))
        meanings = [
            [text_of(field, "label"), named.unit(field.unit), text_of(field, "meaning")]
            for field in schema(table).values()
            if field.name not in unused_columns(table, baseline())
        ]
        show_table([say(f"data.{key}") for key in ("column", "unit", "meaning")], meanings, texts=3)
    quoted = sorted({id for row in rows for id in ids_in(getattr(row, "source", ""))})
    known = [facts()[id] for id in quoted if id in facts()]
    if known:
        with st.expander(say("data.sources", n=len(known))):
            cells = [[f.id, quotation(f), f"{f.value} {f.unit}", f.year, f.url or f.source] for f in known]
            show_table([say(f"data.{key}") for key in ("fact", "what", "value", "year", "source")], cells, texts=5)


def quotation(fact: Fact) -> str:
    """Place and metric of a published figure."""
    return say("data.quotation", place=fact.place, metric=fact.metric)


def current_scenario() -> None:
    """Show the changes of the current scenario, and the reset."""
    scenario = current.scenario()
    with st.expander(say("data.current")):
        all_changes = changes_of(scenario, proposals())
        if not all_changes:
            st.caption(say("data.current_base"))
            return
        st.markdown(say("data.current_changes", n=len(all_changes)))
        found = differences(baseline(), world_of(scenario), language())
        head = [say(f"report.changed_{key}") for key in ("thing", "figure", "before", "after")]
        show_table(head, [[one.thing, one.field, one.before, one.after] for one in found], texts=2, unbroken=0)
        st.button(say("data.reset"), key="data_reset", on_click=current.forget_scenario)
