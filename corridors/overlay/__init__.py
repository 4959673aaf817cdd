"""Changes of the world: single changes, proposals, scenarios and demand scenarios laid over a Corridor."""
