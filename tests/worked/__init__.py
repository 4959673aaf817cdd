"""Traces worked by hand: one small world a file.

Each file has its story and the calculation in its docstring, builds the world in ``plan()``, and gives the expected
result, typed in by hand: ``ROWS`` (the trace in its order; '-' is what had not happened by the horizon) and
``LEFT`` (when each vehicle leaves), and, where there are any, ``REPAIRS`` (when they begin) and ``CHECKS`` (what
controllers count). All times are seconds. Vehicles are numbered in the order in which their
services are opened.
"""
