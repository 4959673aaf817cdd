"""Tests of the tables of a run."""
