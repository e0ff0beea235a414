"""What the courses slice gives to the suite."""
