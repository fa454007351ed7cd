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
from livesessions.services.viewers import set_viewer_standing

__all__ = [
    "change_show",
    "create_session",
    "create_show",
    "mute_session",
    "say_line",
    "set_viewer_standing",
    "skip_reply",
    "start_session",
    "stop_session",
    "unmute_session",
]
