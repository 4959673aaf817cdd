"""Files of the world: CSV tables and YAML documents, read and written."""
