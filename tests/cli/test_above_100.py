"""A utilisation above 100% has its reason below the tables: work in hand is finished when the servers have gone."""

from __future__ import annotations

import pytest
from rich.console import Console

from corridors.model import Corridor
from sim.cli import words
from sim.cli.port_tables import show
from sim.run import prepare, run_scenario
from sim.text.catalogue import complete_languages, say
from sim.text.names import Names
from tests.helpers.worlds import (
    calendar,
    duration,
    facility,
    itinerary,
    parameter,
    place,
    port,
    service,
    shift,
    step,
    world,
)


def gate(opens: str, closes: str, share: float, per_day: float) -> Corridor:
    """A gate with one server and jobs of an hour."""
    usual = {"run_start": 20250101, "run_days": 20, "run_warmup_days": 0}
    across = {"port": "gate", "direction": "outbound", "place": "border"}
    return world(
        place("border"),
        port("gate"),
        calendar("hours"),
        shift("hours", opens, closes, servers_share=share),
        facility("lane", port="gate", side="cn", kind="gate", calendar="hours"),
        duration("long", 60),
        itinerary("trip", step("mark", place="border"), step("serve", facility="lane", duration="long", **across)),
        service("trucks", "trip", per_day),
        [parameter(name, value) for name, value in usual.items()],
    )


@pytest.mark.parametrize("language", complete_languages())
@pytest.mark.parametrize(
    ("opens", "closes", "share", "per_day", "above"),
    [
        ("00:00", "24:00", 0.25, 40, True),
        ("08:00", "12:30", 1.0, 40, True),
        ("08:00", "12:00", 1.0, 2, False),
        ("00:00", "24:00", 1.0, 40, False),
    ],
)
def test_a_utilisation_above_100_has_its_reason(
    opens: str,
    closes: str,
    share: float,
    per_day: float,
    above: bool,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(words, "_language", language)
    result = run_scenario(prepare(gate(opens, closes, share, per_day)))
    assert (result.facilities["utilisation"].max() > 1.005) == above
    console = Console(width=1000)
    with console.capture() as captured:
        show(console, result, Names.of(result.case.corridor, language))
    assert (say("cli.above_100_is", language) in captured.get()) == above
