"""Runs the world that ``corridors`` declares, and tells what happened."""

__version__ = "0.1.0"
