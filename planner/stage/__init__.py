"""Decides what the host does next and writes its sentences."""
