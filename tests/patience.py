"""How long a test waits for what must come: long enough for a busy machine, and no claim about time."""

PATIENCE_S = 120.0
PATIENCE_MS = 1000 * PATIENCE_S
POLL_S = 0.02  # between two looks at what tells nobody that it changes
