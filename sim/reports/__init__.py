"""Reports, charts, tables and files that people read."""
