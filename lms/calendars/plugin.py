"""What the calendars slice gives to the suite."""
