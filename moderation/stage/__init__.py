"""The gate: a text goes in, a verdict comes out. The same gate stands before the host and after it."""
