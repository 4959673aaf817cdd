"""Breakdowns and weather of which a run draws none are said to change nothing; those that it draws are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corridors.model import Corridor
from corridors.overlay.applying import lay_over
from corridors.overlay.changes import Change
from sim.compile.assembly import compile_plan
from sim.compile.quiet_chances import quiet_chances
from sim.core.run_settings import RunSettings
from tests.helpers.worlds import duration, facility, itinerary, place, service, step, weather, world

SETTINGS = RunSettings(date(2023, 1, 2), 10)


def gate() -> Corridor:
    return world(
        place("border"),
        facility("gate", 2),
        duration("check", 30.0),
        service("trucks", "trip", 24.0),
        itinerary("trip", step("mark", place="border"), step("serve", facility="gate", duration="check")),
        weather("dust", "gate", 0.001),
    )


def set_to(**values: float) -> list[Change]:
    return [Change(op="set", address=name.replace("__", "."), value=value) for name, value in values.items()]


def told(baseline: Corridor, changes: list[Change], settings: RunSettings = SETTINGS) -> tuple[list[str], bool]:
    """Codes of the findings, and whether the plan with the changes is that without them."""
    changed = lay_over(baseline, changes, in_order=False)
    plans = [compile_plan(corridor, settings).fingerprint() for corridor in (baseline, changed)]
    return [one.code for one in quiet_chances(baseline, changed, changes, settings)], plans[0] == plans[1]


def breakdowns(mtbf_h: float, mttr_h: float = 1.0) -> list[Change]:
    return set_to(facilities__gate__mtbf_h=mtbf_h, facilities__gate__mttr_h=mttr_h)


@pytest.mark.parametrize("replication", range(4))
@pytest.mark.parametrize("mtbf_h", [20.0, 500.0, 1e6])
def test_breakdowns_are_told_where_none_falls_into_the_run(mtbf_h: float, replication: int) -> None:
    codes, equal = told(gate(), breakdowns(mtbf_h), replace(SETTINGS, replication=replication))
    assert codes == (["idle.no_breakdown_drawn"] if equal else [])
    assert equal or mtbf_h < 1e6
    assert not equal or mtbf_h > 20


def test_breakdowns_that_a_change_takes_away_count() -> None:
    fails = lay_over(gate(), breakdowns(20.0), in_order=False)
    assert told(fails, breakdowns(1e6)) == ([], False)


@pytest.mark.parametrize(("spells", "codes"), [(0.002, ["idle.no_spell_drawn"]), (300.0, [])])
def test_weather_is_told_where_no_spell_falls_into_the_run(spells: float, codes: list[str]) -> None:
    assert told(gate(), set_to(weather__dust__spells_per_year=spells)) == (codes, bool(codes))


def test_what_has_a_warning_has_no_second_one() -> None:
    changes = breakdowns(1e6)
    changed = lay_over(gate(), changes, in_order=False)
    assert list(quiet_chances(gate(), changed, changes, SETTINGS, {changes[0].address})) == []
