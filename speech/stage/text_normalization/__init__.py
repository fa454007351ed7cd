"""Reads a text as a person would say it: written signs go in, words come out."""
