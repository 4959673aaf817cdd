"""Tests of the world and its files."""
