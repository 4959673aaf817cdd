"""Texts for users, and nothing else."""
