"""Tests of the published facts, read a second time."""
