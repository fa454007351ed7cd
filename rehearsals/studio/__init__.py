"""Where a persona is tried out before it goes on air: what a live would do, for one line at a time."""
