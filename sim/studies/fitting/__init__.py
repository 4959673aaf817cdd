"""Numbers of the model estimated from visits: arrays in, estimates with intervals out, and their scenario."""
