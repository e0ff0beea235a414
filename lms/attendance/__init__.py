"""Registers: who was there, counted and kept with its history."""
