"""Experiments: scenarios times replications, run by any executor and stored in a folder of results."""
