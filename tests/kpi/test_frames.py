"""Tables from plain rows are those that pandas makes by grouping, sorting and joining, to the last bit."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.core.wait_causes import CAUSES, DEMAND
from sim.kpi.bottlenecks import bottleneck_table
from sim.kpi.frames import rows_of, sums_by_key, typed_table
from sim.kpi.waiting_roots import COLUMNS, MAIN, with_main_root, with_stocks

KEYS = ["port", "direction", "class"]


def random_rows(random: Random, n: int) -> list[tuple[Any, ...]]:
    """Waiting at few places, with values of very different size."""
    return [
        (
            *(random.choice(("", "east", "west")), random.choice(("in", "out")), random.choice(("coal", "box"))),
            random.choice("abc"),
            random.choice(CAUSES),
            random.uniform(0, 1) * 10.0 ** random.randint(-6, 9),
        )
        for _ in range(n)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_sums_of_groups_are_those_of_pandas(seed: int) -> None:
    table = pd.DataFrame(random_rows(Random(seed), 300), columns=[*KEYS, "at", "cause", "hours"])
    found = sums_by_key((row[:4], row[5]) for row in rows_of(table, list(table)))
    grouped = table.groupby([*KEYS, "at"])["hours"].sum()
    assert {key: found[key] for key in sorted(found)} == grouped.to_dict()


FROM_31 = pytest.mark.skipif(pd.__version__ < "3.1", reason="an older pandas adds up otherwise where keys are in order")


@pytest.mark.parametrize("in_order", [False, pytest.param(True, marks=FROM_31)])
def test_sums_are_those_of_pandas_whether_keys_are_in_order_and_values_are_there(in_order: bool) -> None:
    random = Random(1)
    for n in range(200):
        keys = [random.randint(0, 6) for _ in range(random.randint(1, 60))]
        values = [random.uniform(-1, 1) * 10.0 ** random.randint(-8, 12) for _ in keys]
        if n % 5 == 0:
            values = [random.choice((value, -0.0, math.nan)) for value in values]
        keys = sorted(keys) if in_order else keys
        wanted = pd.Series(values).groupby(np.array(keys), sort=False).sum()
        found = sums_by_key(zip(keys, values, strict=True))
        assert list(found) == wanted.index.tolist()
        assert [value.hex() for value in found.values()] == [value.hex() for value in wanted.tolist()]


def test_rounding_errors_are_carried_along() -> None:
    """Added one by one, each 1 is lost beside 1e16."""
    assert sums_by_key([("a", 1e16), *[("a", 1.0)] * 10]) == {"a": 1e16 + 10}


def expected_bottlenecks(waiting: pd.DataFrame, momentary: pd.DataFrame, roots: pd.DataFrame) -> pd.DataFrame:
    """The table of bottlenecks with main roots as pandas makes it."""
    places = [*KEYS, "facility"]
    waiting = waiting[(waiting["port"] != "") & (waiting["cause"] != DEMAND)].rename(columns={"at": "facility"})
    table = waiting.groupby(places, as_index=False)[["hours"]].sum()
    table["share_of_waiting"] = table["hours"] / table.groupby(KEYS)["hours"].transform("sum")
    table = table.merge(momentary[[*places, "momentary_share"]], on=places, how="left")
    table = table.sort_values([*KEYS, "share_of_waiting", "facility"], ascending=[True, True, True, False, True])
    table = table[[*places, "share_of_waiting", "momentary_share"]]
    hours = with_stocks(roots).rename(columns={"at": "facility"})
    hours = hours.groupby([*places, "root", "root_state"], as_index=False)[["hours"]].sum()
    hours["root_share"] = hours["hours"] / hours.groupby(places)["hours"].transform("sum")
    hours = hours.sort_values([*places, "hours", "root", "root_state"], ascending=[True] * 4 + [False, True, True])
    main = hours.drop_duplicates(places)[[*places, *MAIN]]
    return table.merge(main, on=places, how="left")


@pytest.mark.parametrize("seed", range(6))
def test_bottlenecks_and_their_roots_are_those_of_pandas(seed: int) -> None:
    """Some facilities have no momentary share, some no root."""
    random = Random(seed)
    waiting = pd.DataFrame(random_rows(random, 60), columns=[*KEYS, "at", "cause", "hours"])
    places = sorted({row[:4] for row in random_rows(random, 20)})
    momentary = pd.DataFrame(
        [(*place, random.random()) for place in places], columns=[*KEYS, "facility", "momentary_share"]
    )
    roots = pd.DataFrame(
        [
            (*row[:4], random.choice("xyz"), random.choice(("at_work", "hours")), stock, stock and "full", "", row[5])
            for row in random_rows(random, 60)
            for stock in (random.choice(("", "yard")),)
        ],
        columns=COLUMNS,
    )
    found = with_main_root(bottleneck_table(waiting, momentary), roots)
    pd.testing.assert_frame_equal(found, expected_bottlenecks(waiting, momentary, roots), check_exact=True)


def test_columns_keep_their_type_without_rows_and_values() -> None:
    one, none, missing = (
        typed_table(["text", "value"], rows, ["value"]) for rows in ([("a", 1.0)], [], [(math.nan, math.nan)])
    )
    assert one.dtypes.to_list() == none.dtypes.to_list() == missing.dtypes.to_list()
    assert one["text"].dtype == pd.Series(["a"]).dtype
    assert len(none) == 0
    assert missing.isna().to_numpy().all()
