"""Probes: the parts of a host, each tried on lines of text without a live."""
