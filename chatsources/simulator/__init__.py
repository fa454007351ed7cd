"""A simulated chat, generated from a language, a rate and a seed."""
