"""Finds what a reply of a model states although nobody has given it: prices, addresses, advice, demands."""
