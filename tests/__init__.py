"""Tests: the stories that the model must get right. Small worlds are built with :mod:`tests.helpers.worlds`."""
