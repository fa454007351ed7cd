from livesessions.services.lives import (
    create_session,
    mute_session,
    say_line,
    skip_reply,
    start_session,
    stop_session,
    unmute_session,
)
from livesessions.services.shows import change_show, create_show

__all__ = [
    "change_show",
    "create_session",
    "create_show",
    "mute_session",
    "say_line",
    "skip_reply",
    "start_session",
    "stop_session",
    "unmute_session",
]
