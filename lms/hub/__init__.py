"""Consultations without names, and the hub’s lines of the report."""
