"""Other educational and cultural events, counted by head."""
