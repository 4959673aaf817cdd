"""Experiments: scenarios times replications, run by any executor and kept in a folder of results."""
