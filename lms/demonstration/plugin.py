"""What the demonstration slice gives to the suite."""
