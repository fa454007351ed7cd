"""Answers questions that the live itself, the show's facts or the host's tastes can answer."""
