"""A chat that nobody wrote: a seed and a rate go in, believable viewers come out."""
