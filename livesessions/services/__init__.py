from livesessions.services.approvals import approve_reply, reject_reply
from livesessions.services.lives import (
    create_session,
    mute_session,
    say_line,
    skip_reply,
    start_session,
    stop_session,
    unmute_session,
)
from livesessions.services.notes import note_on_viewer_of
from livesessions.services.plans import (
    SegmentValues,
    add_segment,
    change_segment,
    delete_segment,
    fill_plan,
    move_segment,
    replace_plan,
)
from livesessions.services.shows import change_show, create_show
from livesessions.services.viewers import set_viewer_standing

__all__ = [
    "SegmentValues",
    "add_segment",
    "approve_reply",
    "change_segment",
    "change_show",
    "create_session",
    "create_show",
    "delete_segment",
    "fill_plan",
    "move_segment",
    "mute_session",
    "note_on_viewer_of",
    "reject_reply",
    "replace_plan",
    "say_line",
    "set_viewer_standing",
    "skip_reply",
    "start_session",
    "stop_session",
    "unmute_session",
]
