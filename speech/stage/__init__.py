"""Turns text into chunks of audio. Plain async Python."""
