"""Turns a creator's talking points into spoken lines with templates."""
