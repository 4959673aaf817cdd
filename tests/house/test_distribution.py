"""Tests are given to workers by file, the longest first."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.distribution import LONGEST, longest_first

ROOT = Path(__file__).parents[2]


def test_files_named_as_the_longest_exist_and_are_named_once() -> None:
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_longest_files_come_first_then_those_with_most_tests_and_a_file_stays_together() -> None:
    tests = ["a.py::one", f"{LONGEST[1]}::x", "b.py::z[0]", f"{LONGEST[0]}::y", "b.py::a", f"{LONGEST[1]}::a"]
    expected = [f"{LONGEST[0]}::y", f"{LONGEST[1]}::x", f"{LONGEST[1]}::a", "b.py::z[0]", "b.py::a", "a.py::one"]
    assert longest_first(tests) == expected
