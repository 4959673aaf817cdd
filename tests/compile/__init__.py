"""Tests of the compile step."""
