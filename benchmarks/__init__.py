"""Ours beside peers, on one model, in one run: ``python -m benchmarks``; see ``docs/benchmarks.md``."""
