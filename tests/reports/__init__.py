"""Tests of reports, charts and files."""
