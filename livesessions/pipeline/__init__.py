"""One live from its first chat line to its last word: events go in, replies and records come out."""
