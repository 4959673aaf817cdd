"""What one visitor has in hand: the scenario, its draft and the last comparison."""
