"""Output of the command line: tables and colours on a terminal, plain lines and columns in a pipe."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from corridors.findings import ERROR, Finding, capped
from sim.cli.words import language, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.reports.text_table import Table as TextTable
    from sim.text.findings import WordedFinding

PIPE_COLUMNS = 160
"""Width of tables in a pipe, which has none, unless COLUMNS sets it."""
LONG_CELL = 40
"""Letters of a cell of figures from which on it has one part a line."""
LIST_SEPARATOR = re.compile("(;) |(\uff1b)")
"""Between the parts of a cell in English, and in Chinese."""

UNKNOWN = frozenset(
    {
        *("change.unknown_row", "change.unknown_table", "option.unknown_id", "option.unknown_file"),
        *("map.unknown_service", "map.unknown_step", "state.service", "state.step", "state.stock"),
    }
)
"""Codes of findings about a name that is none of the ids: `bridgehead ids` lists these."""


class StudyTables(Protocol):
    """What the screen shows of a study."""

    title: str

    def answer(self) -> Iterable[str]:
        """Sentences."""

    def tables(self) -> Iterable[TextTable]:
        """Tables, the most important first."""


def out() -> Console:
    """The console of results, standard output."""
    return _console(stderr=False)


def err() -> Console:
    """The console of findings, notes and progress, standard error."""
    return _console(stderr=True)


def _console(stderr: bool) -> Console:
    from rich.console import Console

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = None if terminal or os.environ.get("COLUMNS") else PIPE_COLUMNS
    return Console(stderr=stderr, highlight=False, markup=False, soft_wrap=not terminal, width=width)


def table(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> Table | str:
    """A table of finished texts, or a word instead of one without rows.

    The first ``texts`` columns are words, the others figures to the right, one part of a long list a line.
    """
    from rich import box
    from rich.table import Table

    if not rows:
        return say("no_rows")
    terminal = console.is_terminal
    gap = (0, 1 if terminal else 2, 0, 0)  # On a terminal the box adds a column.
    made = Table(box=box.SIMPLE_HEAD if terminal else None, padding=gap, pad_edge=False, header_style="bold")
    for k, column in enumerate(columns):
        made.add_column(column, justify="left" if k < texts else "right", no_wrap=k >= texts, overflow="fold")
    for row in rows:
        made.add_row(*row[:texts], *map(_in_lines, row[texts:]))
    return made


def _in_lines(cell: str) -> str:
    """A cell that does not wrap; a long list, such as hours by weekday, with one part a line."""
    return LIST_SEPARATOR.sub(lambda found: found[0].strip() + "\n", cell) if len(cell) > LONG_CELL else cell


def section(console: Console, made: TextTable) -> None:
    """A table with its title, note and what its rows leave out."""
    console.print()
    console.print(made.title, style="bold")
    console.print(made.note)
    console.print(table(console, made.columns, made.rows, texts=made.texts))
    if made.rest:
        console.print(made.rest)


def study(made: StudyTables, warnings: Iterable[str] = ()) -> None:
    """The title of a study, its answer in sentences, warnings on standard error, and its tables."""
    to = out()
    to.print(made.title, style="bold")
    for sentence in made.answer():
        to.print(sentence)
    for warning in warnings:
        err().print(warning)
    for one in made.tables():
        section(to, one)


def findings(found: Sequence[Finding]) -> None:
    """Print the first findings on standard error, and the number of the others: a table, or lines in a pipe."""
    from sim.text.findings import explained, in_language, lines, more_findings

    console = err()
    shown, more = capped(found)
    if console.is_terminal:
        columns = [say(key) for key in ("level", "where", "wrong", "expected", "nearest")]
        rows = [
            [say(f.level), _where(f), _problem(f, explained(one)), f.expected, f.nearest]
            for one in shown
            for f in [in_language(one, language())]
        ]
        console.print(table(console, columns, rows, texts=len(columns)))
        if more:
            console.print(more_findings(more, language()))
    else:
        for text in lines(found, language()):
            console.print(text)
    errors = sum(f.level == ERROR for f in found)
    console.print(say("findings", errors=errors, warnings=len(found) - errors))
    if any(map(explained, shown)):
        console.print(say("explain_code"))
    if any(one.code in UNKNOWN for one in shown):
        console.print(say("ids_hint"))


def in_a_line(found: Finding) -> str:
    """A finding as one line, in the language of the command."""
    from sim.text.findings import line

    return line(found, language())


def _problem(finding: WordedFinding, with_code: bool) -> str:
    """The problem with the value found, and below it the code in brackets."""
    problem = say("problem_separator").join(filter(None, (finding.message, finding.found)))
    return "\n".join(filter(None, (problem, finding.used_by, f"[{finding.code}]" if with_code else "")))


def _where(finding: WordedFinding) -> str:
    line = say("line", row=finding.row) if finding.row else ""
    place = " ".join(filter(None, (finding.file, line)))
    return "\n".join(filter(None, (place, finding.id, finding.column)))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that shows the phase of long work, by the key of its name: a spinner on a terminal, else nothing."""
    console = err()
    if not console.is_terminal:
        yield lambda key: None
        return
    with console.status("") as status:
        yield lambda key: status.update(say(key))
