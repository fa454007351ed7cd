"""Simulates a whole live of a show on a virtual clock and reports how the host behaved."""
