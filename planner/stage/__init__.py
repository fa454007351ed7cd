"""What the host says: a turn goes in, short sentences come out."""
