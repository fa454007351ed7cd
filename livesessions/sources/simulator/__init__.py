"""A chat that nobody wrote: a seed and a rate go in, believable viewers come out."""

from livesessions.sources.simulator.source import SimulatorSource

__all__ = ["SimulatorSource"]
