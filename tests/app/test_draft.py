"""Sliders and drafts: declared as data, one scenario for page and command line, restored from an address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.differences import differences
from app.pages.data_edits import merged
from app.session.draft import Draft, RunPeriod, from_parameters, with_proposals
from app.widgets.sliders import GROUPS, Slider, sliders
from corridors.findings import DataError
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal, Scenario, changes_of, load_proposals, load_scenario, to_yaml

CRANES = "facilities.erenhot_transshipment.servers"
EXPRESS = "services.cre_mzl_harbin_moscow.per_day"
PORT = "ports.ganqimaodu"
HORIZON = RunPeriod(date(2023, 7, 1), 59, 31)


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load_corridor()


@pytest.fixture(scope="module")
def proposals() -> dict[str, Proposal]:
    return load_proposals()


def ends(slider: Slider) -> Iterator[object]:
    yield from (slider.times()[0], slider.times()[-1]) if slider.is_time else (slider.low, slider.high)


def test_every_slider_changes_a_number_of_the_data_and_starts_at_its_value(corridor: Corridor) -> None:
    assert {slider.group for slider in sliders().values()} == set(GROUPS)
    assert {slider.port for slider in sliders().values()} == {"", *corridor.ports}
    for slider in sliders().values():
        value = slider.value_in(corridor)
        assert slider.parsed(str(value)) == value, slider.key
        if not slider.is_time:
            low, high = slider.ends(float(value), float(value))
            steps = (float(value) - low) / float(slider.step)
            assert steps == pytest.approx(round(steps)), f"{slider.key} cannot stand at its own value"
            assert float(slider.low) <= low < high <= float(slider.high)
        if slider.op != "set" or slider.group in ("hours",):
            continue
        own = [corridor.table(a.split(".")[0])[a.split(".")[1]] for a in slider.addresses]
        assert len({getattr(row, a.rpartition(".")[2]) for row, a in zip(own, slider.addresses, strict=True)}) == 1


def test_every_port_has_a_slider_of_every_group() -> None:
    ports = {slider.port for slider in sliders().values()} - {""}
    assert {(s.port, s.group) for s in sliders().values() if s.port} == {(p, g) for p in ports for g in GROUPS}


def test_both_ends_of_every_slider_can_be_run(corridor: Corridor) -> None:
    for end in (0, 1):
        made = [c for s in sliders().values() for c in s.changes(list(ends(s))[end], date(2023, 8, 1))]  # type: ignore[arg-type]
        apply(corridor, made)


def test_values_of_proposals_are_within_ranges_of_sliders(corridor: Corridor, proposals: dict[str, Proposal]) -> None:
    outside = [
        (id, slider.key)
        for id, proposal in proposals.items()
        for changed in [apply(corridor, proposal.changes)]
        for slider in sliders().values()
        if slider.op == "set" and slider.parsed(str(slider.value_in(changed))) is None
    ]
    assert outside == []


def test_a_slider_back_where_it_was_is_not_moved(corridor: Corridor) -> None:
    slider = sliders()[CRANES]
    moved = Draft().move(slider, 4, loaded=2)
    assert moved.moved == {CRANES: 4}
    assert not moved.is_base
    assert moved.move(slider, 2, loaded=2) == Draft()


def test_sliders_have_the_last_word_over_proposals(corridor: Corridor, proposals: dict[str, Proposal]) -> None:
    proposal = next(p for p in proposals.values() if any(c.address == CRANES for c in p.changes))
    draft = with_proposals([proposal.id]).move(sliders()[CRANES], 7, loaded=3)
    scenario = draft.scenario(proposals, HORIZON)
    assert scenario.in_order
    changed = apply(corridor, changes_of(scenario, proposals), scenario.in_order)
    assert changed.facilities["erenhot_transshipment"].servers == 7
    untouched = with_proposals([proposal.id]).scenario(proposals, HORIZON)
    assert not untouched.in_order


def test_a_slider_over_a_fitted_number_drops_its_measured_range(
    corridor: Corridor, proposals: dict[str, Proposal]
) -> None:
    slider = sliders()[CRANES]
    row = {"low": 2, "high": 2, "grade": "assumed", "note": "records"}
    number = Change(op="set", address=CRANES, value=2)
    ranges = [Change(op="set", address=f"assumptions.{CRANES}.{name}", value=value) for name, value in row.items()]
    added = [Change(op="add", address=f"assumptions.{CRANES}", row=row)]
    loaded = Scenario(id="fit", changes=(number, *(ranges if CRANES in corridor.assumptions else added)))
    draft = Draft(loaded).move(slider, 5, 2)
    changed = apply(corridor, changes_of(draft.scenario(proposals, HORIZON), proposals))
    assert changed.facilities["erenhot_transshipment"].servers == 5
    edited = merged(loaded.changes, [Change(op="set", address=CRANES, value=5)])
    assert apply(corridor, edited).facilities["erenhot_transshipment"].servers == 5


def test_a_closure_begins_on_the_first_measured_day() -> None:
    (closed,) = Draft(moved={PORT: 3}).scenario({}, HORIZON).changes
    assert (closed.op, closed.first_day, closed.last_day) == ("close", date(2023, 8, 1), date(2023, 8, 3))


def test_the_file_equals_the_draft(tmp_path: Path) -> None:
    draft = Draft(moved={CRANES: 4, EXPRESS: 1.5, PORT: 2, "shifts.ceke_gate_day.closes": "22:00"})
    scenario = draft.scenario({}, HORIZON)
    (tmp_path / "what_if.yaml").write_text(to_yaml(scenario), encoding="utf-8")
    read = load_scenario(tmp_path / "what_if.yaml")
    signed = tuple(change.model_copy(update={"origin": "what_if"}) for change in scenario.changes)
    assert read == scenario.model_copy(update={"changes": signed})


def test_an_address_restores_everything() -> None:
    added = Change(op="add", address="shares.mine", row={"share": 0.5, "name_zh": "我的"})
    loaded = Scenario(id="what_if", proposals=("m11_rail_clearance",), changes=(added,), in_order=True)
    draft = Draft(loaded, {CRANES: 4, EXPRESS: 0.85, PORT: 2, "shifts.ceke_gate_day.closes": "22:00"})
    assert from_parameters(draft.parameters()) == draft
    assert Draft().parameters() == {}
    assert from_parameters({}) == Draft()


@pytest.mark.parametrize(
    "parameters",
    [
        {"set": [f"{CRANES}=100000"]},
        {"set": [f"{CRANES}=2.5"]},
        {"set": [f"{CRANES}=__import__('os')"]},
        {"set": ["facilities.no_such.servers=1"]},
        {"set": ["shifts.ceke_gate_day.closes=25:99"]},
        {"change": ["not json"]},
        {"change": ['{"op":"set","address":"a.b.c"}']},
        {"change": ['{"op":"set","address":"shares.coal_opened.share","value":0.1}'] * 401},
    ],
)
def test_an_address_that_says_nonsense_is_refused(parameters: dict[str, list[str]]) -> None:
    with pytest.raises(DataError):
        from_parameters(parameters)


def test_differences_are_shown_field_by_field_with_names(corridor: Corridor, proposals: dict[str, Proposal]) -> None:
    draft = Draft(moved={CRANES: 4, PORT: 3, "shifts.ceke_gate_day.closes": "22:00"})
    changed = apply(corridor, changes_of(draft.scenario(proposals, HORIZON), proposals))
    answer = {(one.thing, one.field, one.before, one.after) for one in differences(corridor, changed, "en")}
    assert answer == {
        ("Container transshipment lines, inbound (Chinese side)", "servers", "2", "4"),
        ("Coal gate, Chinese side", "closes", "19:00", "22:00"),
        ("Ganqimaodu - Gashuunsukhait: closed, 2023-08-01 to 2023-08-03", "", "", "added"),
    }
    assert differences(corridor, corridor, "zh") == []
    whole = apply(corridor, proposals["m09_ganqimaodu_railway"].changes)
    assert all(one.thing for one in differences(corridor, whole, "zh"))


def test_a_closure_is_shown_with_its_share_and_its_week_days(corridor: Corridor) -> None:
    days = {"first_day": "2023-08-01", "last_day": "2023-08-31"}
    changed = apply(
        corridor,
        [
            Change(op="close", address="calendars.ceke_gate", weekdays="Sat;Sun", **days),
            Change(op="close", address="ports.erenhot", servers_share=0.5, **days),
            Change(op="set", address="shifts.ceke_gate_day.weekdays", value="Mon-Fri"),
        ],
    )
    english, chinese = ({one.thing: one.after for one in differences(corridor, changed, to)} for to in ("en", "zh"))
    assert english == {
        "Coal gate, Chinese side: closed, 2023-08-01 to 2023-08-31 (Sat, Sun)": "added",
        "Erenhot - Zamyn-Uud: 50% open, 2023-08-01 to 2023-08-31": "added",
        "Coal gate, Chinese side": "Mon-Fri",
    }
    assert chinese == {
        "煤炭通道（中方）：2023-08-01至2023-08-31关闭（周六、周日）": "新增",
        "二连浩特—扎门乌德：2023-08-01至2023-08-31开放50%": "新增",
        "煤炭通道（中方）": "周一至周五",
    }


def test_a_threshold_puts_a_rule_for_orders_in_use_and_zero_takes_it_out(corridor: Corridor) -> None:
    slider = sliders()["order_rules.manzhouli_out.above"]
    assert slider.value_in(corridor) == 0
    changed = apply(corridor, slider.changes(60, date(2023, 8, 1)))
    rule = changed.order_rules["manzhouli_out"]
    assert (rule.active, rule.above, rule.below, slider.value_in(changed)) == (True, 60, 30, 60)
    assert slider.value_in(apply(changed, slider.changes(0, date(2023, 8, 1)))) == 0
