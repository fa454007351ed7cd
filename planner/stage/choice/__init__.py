"""What the host does next, and which line it answers: what waits goes in, a state and a choice come out."""
