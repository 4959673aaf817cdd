"""Simulation of a corridor: one run, experiments, studies and reports."""

__version__ = "0.1.0"
