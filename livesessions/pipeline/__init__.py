"""The pipeline of one live: reads events, selects turns, speaks replies and records them."""
