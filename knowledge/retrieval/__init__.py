"""Ranks chunks for a question, in memory. No Django."""
