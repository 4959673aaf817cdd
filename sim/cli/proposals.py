"""``bridgehead proposals``: proposals with opening date and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.cli import console
from sim.cli.options import Data
from sim.cli.words import language, own_text, say
from sim.reports import money
from sim.reports.number_format import NO_VALUE

if TYPE_CHECKING:
    from corridors.overlay.proposals import Estimate


def proposals(data: Data = None) -> None:
    """List the proposals that `run --proposal ID` can apply."""
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import data_folder, folder_of

    folder = folder_of("proposals", data)
    found = load_proposals(folder)
    out = console.out()
    if not found:
        inside = data_folder(data) / "proposals"
        if folder == inside:
            out.print(say("no_proposals", folder=inside))
        else:
            out.print(say("no_proposals_beside", folder=inside, beside=folder))
        return
    columns = [say(key) for key in ("proposal", "name", "measure", "opening", "capital", "running")]
    rows = [
        [
            one.id,
            own_text(one, "title"),
            one.measure,
            str(one.opening_date or NO_VALUE),
            *(_million_usd(cost) for cost in (one.capital_musd, one.yearly_musd)),
        ]
        for one in found.values()
    ]
    out.print(console.table(out, columns, rows, texts=4))


def _million_usd(cost: Estimate | None) -> str:
    return money.figure_of(cost.value if cost else None, language())
