"""Turns the text that a language model streams into the text that it means to be said."""
