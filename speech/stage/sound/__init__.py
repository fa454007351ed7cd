"""Masters a provider's audio: one sample rate, one loudness, and clean ends."""
