"""Writes a text out as a person says it."""
