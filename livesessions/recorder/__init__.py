from livesessions.recorder.pacing import PacedSource
from livesessions.recorder.recorder import Recorder
from livesessions.recorder.rows import EventRow

__all__ = ["EventRow", "PacedSource", "Recorder"]
