"""Moderation: judges viewers' lines and the host's own replies with the same rules."""
