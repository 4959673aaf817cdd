"""Where and how the command line prints: tables and colours on a terminal, plain lines and columns in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corridors.findings import ERROR, Finding, capped
from sim.text.cli import language, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.text.findings import WordedFinding

PIPE_COLUMNS = 160
"""A pipe has no width; tables are laid out for this one unless COLUMNS says otherwise."""


def out() -> Console:
    """Results go to standard output."""
    return _console(stderr=False)


def err() -> Console:
    """Findings, notes and progress go to standard error."""
    return _console(stderr=True)


def _console(stderr: bool) -> Console:
    from rich.console import Console

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = None if terminal or os.environ.get("COLUMNS") else PIPE_COLUMNS
    return Console(stderr=stderr, highlight=False, markup=False, soft_wrap=not terminal, width=width)


def table(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> Table:
    """A table of finished texts. The first ``texts`` columns are words, the others figures to the right."""
    from rich import box
    from rich.table import Table

    terminal = console.is_terminal
    gap = (0, 1 if terminal else 2, 0, 0)  # On a terminal the box adds a column of its own.
    made = Table(box=box.SIMPLE_HEAD if terminal else None, padding=gap, pad_edge=False, header_style="bold")
    for k, column in enumerate(columns):
        made.add_column(column, justify="left" if k < texts else "right", no_wrap=k >= texts, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def findings(found: Sequence[Finding]) -> None:
    """The findings up to a limit: a table on a terminal, one line each in a pipe. Always on standard error."""
    from sim.text.findings import in_language, lines, more_findings

    console = err()
    if console.is_terminal:
        columns = [say(key) for key in ("level", "where", "wrong", "expected", "nearest")]
        rows = [
            [say(f.level), _where(f), ": ".join(filter(None, (f.message, f.found))), f.expected, f.nearest]
            for f in (in_language(one, language()) for one in capped(found)[0])
        ]
        console.print(table(console, columns, rows, texts=len(columns)))
        if more := capped(found)[1]:
            console.print(more_findings(more, language()))
    else:
        for text in lines(found, language()):
            console.print(text)
    errors = sum(f.level == ERROR for f in found)
    console.print(say("findings", errors=errors, warnings=len(found) - errors))


def in_a_line(found: Finding) -> str:
    """A finding as a line of a pipe, in the language of this run."""
    from sim.text.findings import line

    return line(found, language())


def _where(finding: WordedFinding) -> str:
    line = say("line", row=finding.row) if finding.row else ""
    place = " ".join(filter(None, (finding.file, line)))
    return "\n".join(filter(None, (place, finding.id, finding.column)))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function to tell the phase of long work with (a key of the words): a spinner on a terminal, else silent."""
    console = err()
    if not console.is_terminal:
        yield lambda key: None
        return
    with console.status("") as status:
        yield lambda key: status.update(say(key))
