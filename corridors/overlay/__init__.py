"""Changes of the world: single changes, proposals, scenarios, futures."""
