"""Widgets that several pages show: tables, sliders, findings, the replay."""
