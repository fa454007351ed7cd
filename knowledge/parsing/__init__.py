"""Reads documents in a child process with hard limits. No Django."""
