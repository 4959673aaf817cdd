"""Tables of a fit name things, distributions, days and units in the language; ids and addresses are in the files."""

from __future__ import annotations

import math
import re
from typing import Final

import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.records.mapping import RecordMap
from sim.reports import fit_tables
from sim.reports.fit_names import FitNames
from sim.studies.fitting.causes import CAUSES
from sim.studies.fitting.estimate import Estimate, word
from sim.studies.fitting.fitting import Fit
from sim.studies.fitting.replaying import Checked

GATE: Final = "durations.truck_ern_in_gate_own"
LANES: Final = "facilities.erenhot_road_in"
MADE: Final = Fit(
    (
        Estimate(
            f"{GATE}.mean_min", 7.5, 7.25, 7.75, 1234, method="gamma", words=(word("tied", names=("lognormal",)),)
        ),
        Estimate(f"{GATE}.distribution", "gamma", n=1234, method="gamma"),
        Estimate(f"{GATE}.values_min", "1.5;7;12.25", n=1234, method="empirical"),
        Estimate("durations.road_inspection.cv", 0.5, 0.4, 0.6, 300, method="weibull"),
        Estimate("shares.truck_ern_in_tier_inspect_own.share", 0.0879, 0.0785, 0.0974, 3619, method="jeffreys"),
        Estimate("services.truck_ern_in.per_day", 12345.6, 12000.0, 12700.0, 99, method="poisson"),
        Estimate("services.truck_ern_in.load_t", 21.0, 20.9, 21.1, 99, method="mean"),
        Estimate("profiles.truck_ern_in_hours_own.weights", ";".join(["1"] * 9 + ["2", "0.5"] + ["1"] * 13)),
        Estimate("profiles.truck_ern_in_weekdays_own.weights", "1;1;1.5;1;1;1;0.5"),
        Estimate("profiles.truck_ern_in_months_own.weights", "1;1;1;1;1;1.5;1;1;0.5;1;1;1"),
        Estimate(f"{LANES}.calendar", "Mon-Fri 08:00-18:00; Sat 09:00-12:00; Sun -").refused(word("hours_same")),
        Estimate(f"{LANES}.servers", math.nan, 2.0, math.inf).refused(word("other_traffic", names=("truck_ern_in",))),
    ),
    own_rows={
        "truck_ern_in.gate": "truck_ern_in_gate_own",
        "truck_ern_in.tier_inspect": "truck_ern_in_tier_inspect_own",
    },
)
CHECKED: Final = [
    Checked("truck_ern_in.gate", "dwell_min", 156.8, 156.6, 0.0089, 900, True),
    Checked("truck_ern_in", "per_day", 50.0, 44.0, math.nan, 14, False, within_error=True, cause="traffic"),
    Checked("truck_ern_in", "cover_80", 3 / 5, 0.8, math.nan, 14, False, cause="days"),
]


@pytest.fixture(scope="module")
def world() -> Corridor:
    return load_corridor(data_root() / "baseline")


def test_a_fit_is_in_chinese_without_ids_and_with_units(world: Corridor) -> None:
    named = FitNames(MADE, world, "zh")
    rows = fit_tables.numbers(MADE, named).rows
    lane = "公路进境通道（中方）：公路卡口（单证与过磅）"
    assert rows[0] == (
        lane,
        "作业时间均值",
        "伽马分布",
        "记录不能排除：对数正态分布。",
        "7.5分钟",
        "7.25～7.75",
        "1,234",
    )
    assert rows[1][1:3] == ("作业时间分布", "伽马分布")
    assert [row[4] for row in rows[1:]] == [
        *("伽马分布", "1.5～12.25分钟", "0.5", "8.79%", "12,350", "21吨", "09:00最忙，10:00最闲"),
        *("周三最忙，周日最闲", "6月最忙，9月最闲"),
    ]
    assert rows[4][5] == "7.85%～9.74%"
    hours, servers = fit_tables.refused(MADE, named).rows
    assert hours[3] == "周一至周五08:00-18:00；周六09:00-12:00；周日不作业"
    assert servers[1:5] == ("同时作业能力", "未在记录中的其他车流也使用该设施：二连浩特公路货车进境。", "—", "不低于2")
    check = fit_tables.check(CHECKED, named).rows
    assert check[0] == (
        "公路进境通道（中方）",
        "到达至作业结束（分钟）",
        "相符",
        "",
        "156.8",
        "156.6",
        "-0.1%",
        "0.0089",
    )
    assert check[1][2:] == ("超限，在抽样误差之内", "车流与此前各周不同，如季节变化", "50", "44", "-12.0%", "—")
    assert check[2][4:7] == ("60%", "80%", "—")
    said = fit_tables.verdict(CHECKED, 2, named)
    assert "二连浩特公路货车进境" in said
    cells = [cell for table in (rows, (hours, servers), check) for row in table for cell in row]
    assert [cell for cell in (*cells, said) if re.search("[A-Za-z]", cell)] == []


def test_a_fit_is_in_english_without_ids(world: Corridor) -> None:
    named = FitNames(MADE, world, "en")
    rows = fit_tables.numbers(MADE, named).rows
    lane = "Road lanes into China (Chinese side): Chinese road lane, documents and weighing"
    assert (rows[0][0], rows[0][4], rows[0][5]) == (lane, "7.5 min", "7.25 to 7.75")
    assert fit_tables.refused(MADE, named).rows[0][3] == "Mon-Fri 08:00-18:00; Sat 09:00-12:00; Sun closed"
    tables = (rows, fit_tables.refused(MADE, named).rows, fit_tables.check(CHECKED, named).rows)
    assert [cell for table in tables for row in table for cell in row if "_" in cell] == []


def test_the_verdict_of_a_check_says_by_how_much_it_is_off_and_the_likeliest_cause(world: Corridor) -> None:
    """For a planner "49.6 against 44.4 a day agrees" is no verdict: 5% is the limit, whatever the sampling error."""
    named = FitNames(MADE, world, "en")
    dwell, rate, _ = CHECKED
    said = fit_tables.verdict([dwell], 2, named)
    assert said.startswith("The fit can be used: it agrees with 2 weeks that it has not seen: ")
    assert said.endswith("minutes from arrival to the end of work -0.1%.")
    said = fit_tables.verdict([dwell, rate], 2, named)
    assert said.startswith("The fit can be used. In 2 weeks that it has not seen it is outside of the limits")
    assert "sampling error alone" in said
    assert said.endswith("vehicles per day -12.0%.")
    assert "-0.1%" not in said
    said = fit_tables.verdict(CHECKED, 2, named)
    assert said.startswith("The fit should not be used before the cause of the difference is found")
    assert "does not agree with 2 weeks" in said
    assert "vehicles per day -12.0%, within the sampling error of so few days" in said
    assert "share of days in the 80% band 60% (likeliest cause: days differ more than fitted)" in said
    for cause in CAUSES:
        assert named.say(f"cause.{cause}")


def test_a_fit_names_the_columns_that_its_map_leaves_out(world: Corridor) -> None:
    """A first map with its guesses decided left two columns of times and the arrivals out, and the fit agreed."""
    step = {"step": "truck_ern_in.gate", "arrived": "joined", "left": "left"}
    given = {"vehicle": {"column": "plate"}, "steps": [step], "keep": {"state": ["actual"]}}
    map_ = RecordMap.model_validate(given)
    headers = [("plate", "state", "joined", "left", "from", "to"), ("plate", "from", "driver", "")]
    assert map_.unused(headers) == ("from", "to", "driver")
    assert map_.uses["left"] == (("left", "truck_ern_in.gate"),)
    named = FitNames(MADE, world, "en")
    columns, arrivals = fit_tables.left_out(map_, map_.unused(headers), named)
    assert columns == "Columns of the log that the map does not use: from, to, driver."
    assert arrivals.startswith("The map has no arrivals")
    whole = RecordMap.model_validate(given | {"arrivals": {"of": "truck_ern_in", "counted_at": "gate"}})
    assert fit_tables.left_out(whole, (), named) == []
    assert RecordMap.model_validate({"preset": "xes"}).unused(headers) == ()
