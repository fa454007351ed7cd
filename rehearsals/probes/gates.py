"""Builds the gate that a new show has."""

from moderation.defaults import LANGUAGES, default_blocklist, shipped_lexicon
from moderation.stage.moderator import Moderator
from planner.stage.language_detection import primary_language


def gate_for(language: str) -> Moderator:
    """Return the gate of a new show: the shipped lists, and the default list of its language."""
    tongue = primary_language(language)
    listed = default_blocklist(tongue) if tongue in LANGUAGES else []
    return Moderator(listed, shipped=shipped_lexicon(), safe_mode=True)
