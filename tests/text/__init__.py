"""Tests of sim/text: catalogues and names."""
