"""Mentors: category, hours led, the volunteer’s credential."""
