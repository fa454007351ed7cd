"""What the host says by itself, with no language model: thanks for gifts and follows, and help."""
