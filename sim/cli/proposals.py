"""``bridgehead proposals``: what is proposed, to serve which measure of policy, at what cost and from when."""

from __future__ import annotations

from sim.cli import console
from sim.cli.options import Data, Speak
from sim.text import cli
from sim.text.cli import figure, say


def proposals(data: Data = None, language: Speak = "en") -> None:
    """List the proposals that `run --proposal ID` can apply."""
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import folder_of

    cli.use(language)
    folder = folder_of("proposals", data)
    found = load_proposals(folder)
    out = console.out()
    if not found:
        out.print(say("no_proposals", folder=folder))
        return
    columns = [say(key) for key in ("proposal", "name", "measure", "opening", "capital", "running")]
    rows = [
        [
            one.id,
            one.title_zh if language == "zh" else one.title_en,
            one.measure,
            str(one.opening_date or "-"),
            *(figure(cost.value) if cost else "-" for cost in (one.capital_musd, one.yearly_musd)),
        ]
        for one in found.values()
    ]
    out.print(console.table(out, columns, rows, texts=4))
