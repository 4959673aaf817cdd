"""Where and how the command line prints: tables and colours on a terminal, plain lines and columns in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corridors.findings import ERROR, Finding
from sim.cli.words import language, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

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
    """Every finding at once: a table on a terminal, one line each in a pipe. Always on standard error."""
    console = err()
    if console.is_terminal:
        columns = [say(key) for key in ("level", "where", "wrong", "expected", "nearest")]
        rows = [
            [say(f.level), _where(f), ": ".join(filter(None, (f.message, f.found))), f.expected, f.nearest]
            for f in map(_told, found)
        ]
        console.print(table(console, columns, rows, texts=len(columns)))
    else:
        for finding in found:
            console.print(in_a_line(finding))
    errors = sum(f.level == ERROR for f in found)
    console.print(say("findings", errors=errors, warnings=len(found) - errors))


def in_a_line(found: Finding) -> str:
    """A finding as a line of a pipe, in the language of this run."""
    if language() == "en":
        return str(found)
    found = _told(found)
    told = (
        ("{}", found.message),
        ("发现“{}”", found.found),
        ("应为：{}", found.expected),
        ("是否为“{}”？", found.nearest),
    )
    parts = (text.format(value.removesuffix("。")) for text, value in told if value)
    return f"{say(found.level)}：{'，'.join(_where(found).splitlines())}：{'；'.join(parts)}"


def _told(found: Finding) -> Finding:
    from sim.text.findings import in_language

    return in_language(found, language())


def _where(finding: Finding) -> str:
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
