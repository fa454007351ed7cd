"""What the creator wants to be said, in ready words: a turn with a point goes in, a framed line comes out."""
