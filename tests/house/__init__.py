"""Tests of the house itself: rooms, docs, wheel, benchmarks."""
