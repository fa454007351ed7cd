"""What is known of written language: pure functions and word lists that several apps share."""
