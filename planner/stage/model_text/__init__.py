"""Reads what a language model streams, and takes out the words that it means to be said."""
