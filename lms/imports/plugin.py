"""What the imports slice gives to the suite."""
