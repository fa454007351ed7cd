"""Divides documents into chunks, and looks at what they say. No Django."""
