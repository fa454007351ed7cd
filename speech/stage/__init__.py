"""How the host sounds: text goes in, chunks of audio come out."""
