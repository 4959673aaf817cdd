"""Whole numbers sorted by their digits are in the order of numpy's sort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.output import integer_sort
from sim.output.integer_sort import FEW, PLAIN, ascending, by_digits
from sim.output.machine_loops import machine_code


@given(arrays(np.int64, st.integers(1, 50), elements=st.integers(0, 2**62)), st.integers(0, 62))
def test_digits_put_keys_in_order(key: np.ndarray, bits: int) -> None:
    key &= 2**bits - 1
    expected, room = np.sort(key), np.empty_like(key)
    assert (room if by_digits(key, room, bits) else key).tolist() == expected.tolist()


@pytest.mark.parametrize("bits", [1, 8, 9, 24, 38, 62])
def test_machine_code_does_the_same_with_many(bits: int) -> None:
    key = np.random.default_rng(bits).integers(0, 2**bits, 3 * FEW)
    assert machine_code(PLAIN) is not PLAIN
    assert np.array_equal(ascending(key.copy()), np.sort(key))


@pytest.mark.parametrize("key", [[-3, 5, -4], []])
def test_times_before_the_run_and_no_times_are_sorted_too(key: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integer_sort, "FEW", 1)
    assert ascending(np.array(key, np.int64)).tolist() == sorted(key)


def test_without_machine_code_numpy_sorts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integer_sort, "suiting", lambda n, plain: plain)
    monkeypatch.setattr(integer_sort, "by_digits", None)
    key = np.arange(FEW + 1)[::-1].copy()
    assert np.array_equal(ascending(key), np.arange(FEW + 1))
