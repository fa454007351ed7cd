"""The host that needs no service: a comment goes in, a warm line chosen by rules comes out."""

from planner.stage.offline.model import OfflineModel

__all__ = ["OfflineModel"]
