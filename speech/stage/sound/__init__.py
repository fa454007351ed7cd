"""A provider's audio goes in, what the audience should hear comes out: one rate, one loudness, clean ends."""
