"""Tests of experiments and their store."""
