"""Changes of the world: single changes, proposals, scenarios, demand scenarios."""
