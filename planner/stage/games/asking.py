"""Recognises a viewer who asks for a game in words."""

import re

from planner.stage.lines import template_language
from planner.stage.rule_based.intents import recognise

GAME = "game"
_MAY_BE = re.compile(
    r"gam|quiz|play|gioc|indovin|spiel|ratsel|rätsel|riddle|trivia|domand|frage", re.IGNORECASE
)


def asks_for_game(text: str, language: str) -> bool:
    """Return whether a comment asks to play; most comments are ruled out by a glance."""
    return bool(_MAY_BE.search(text)) and recognise(text, template_language(language)) == GAME
