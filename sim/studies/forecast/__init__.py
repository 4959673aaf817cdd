"""States of a world at an instant, forecasts of the coming days from them, and their check on past days."""
