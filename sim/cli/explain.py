"""``bridgehead explain``: rules of the check, each with a bad and a good example and the way to mend it."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.messages import message
from sim.cli import console
from sim.cli.words import language

EXAMPLE: Final = "cell.not_integer"


def explain(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]")] = None,
) -> None:
    """Explain a rule of the check: its meaning, a bad and a good example, and the way to mend it."""
    from sim.text.rules import codes, page, short_page, title, without_page

    out = console.out()
    if code is None:
        for one in codes():
            out.print(f"{one}: {title(one, language())}")
    elif code in codes():
        out.print(page(code, language()))
        if code in without_page():  # A run has another finding of this code.
            out.print(f"\n{short_page(code, language())}")
    elif unknown := unknown_code("CODE", code):
        raise DataError([unknown])
    else:
        out.print(short_page(code, language()))


def unknown_code(where: str, code: str, families: bool = False) -> Finding | None:
    """The finding about an unknown code with the nearest one; None for a code, or family of codes if allowed."""
    from sim.text.rules import codes, without_page

    known = {*codes(), *without_page()}
    if families:
        known |= {one.partition(".")[0] for one in known}
    if code in known:
        return None
    what, expected = message("check.unknown_code", "runs"), message("want.code", "runs", example=EXAMPLE)
    return Finding(ERROR, where, None, "", code, expected, nearest(code, known), what)
