"""Chooses the host's next action and the comment that it answers."""
