"""Files of the world: CSV tables and YAML documents, read into typed values with every finding, and written."""
