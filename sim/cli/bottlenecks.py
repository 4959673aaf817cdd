"""``bridgehead bottlenecks``: one run, and from it who makes whom wait, for every port, direction and class."""

from __future__ import annotations

from pathlib import Path

from sim.cli import console, words
from sim.cli.options import (
    Data,
    Days,
    Engine,
    Json,
    Proposals,
    Replication,
    ScenarioName,
    Seed,
    Settings,
    Speak,
    Start,
    WarmupDays,
)
from sim.cli.words import percent, say

LEAST_SHARE = 0.005
"""What takes less of the waiting is left out of the table on the screen (JSON has it all)."""


def bottlenecks(
    scenario: ScenarioName = None,
    proposal: Proposals = None,
    setting: Settings = None,
    data: Data = None,
    start: Start = None,
    days: Days = None,
    warmup_days: WarmupDays = None,
    seed: Seed = 1,
    replication: Replication = 0,
    engine: Engine = None,
    json: Json = None,
    language: Speak = "en",
) -> None:
    """Run once and rank, for each port, direction and class, what its vehicles wait for."""
    from sim.cli.files import check_files, json_text, write_files
    from sim.cli.running import Request, carry_out
    from sim.names import Names

    words.use(language)
    files = {"--json": Path(json)} if json and json != "-" else {}
    check_files(files)
    asked = (data, scenario, proposal or (), setting or (), start, days, warmup_days, seed, replication, engine)
    result = carry_out(Request(*asked))
    if json == "-":
        print(json_text(result.as_json()), end="")
        return
    names = Names.of(result.case.corridor, language)
    columns = [say(key) for key in ("port", "direction", "class", "facility", "share_of_waiting", "momentary_share")]
    rows = [
        [
            names.port(row["port"]),
            names.direction(row["direction"]),
            names.klass(row["class"]),
            names.thing(row["facility"]),
            percent(row["share_of_waiting"]),
            percent(row["momentary_share"]),
        ]
        for row in result.bottlenecks.to_dict("records")
        if row["share_of_waiting"] >= LEAST_SHARE
    ]
    out = console.out()
    out.print(console.table(out, columns, rows, texts=4))
    write_files(result, files)
