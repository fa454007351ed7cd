"""Recognises what a comment is about by n-grams, trained on the phrasings beside it."""
