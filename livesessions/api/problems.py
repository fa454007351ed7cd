"""The errors of shows and lives in the REST API."""

from livesessions.errors import CommandUnreachable, IntakeUnreachable
from tenants.api.problems import Problem

ALREADY_ENDED = Problem("already_ended", 409, "The live has ended. Prepare a new one.")
NOT_ON_AIR = Problem("not_on_air", 409, "The live is not on air yet. Start it first.")
SHOW_IS_TAKEN = Problem("show_is_taken", 409, "The show has a live that has not ended. End it first.")
HANDLE_MISSING = Problem(
    "handle_missing", 409, "The show has no TikTok handle. Add one, or use another source."
)
STREAM_TARGET_MISSING = Problem(
    "stream_target_missing", 409, "The show is in managed mode and has no stream target. Store one first."
)
SHOPPING_LIVE = Problem(
    "shopping_live", 409, "The show is marked as a TikTok Shop live, which an AI voice may not host."
)
TEXT_REFUSED = Problem("text_refused", 409, "The rules block this text. Change it.")
REPLY_UNKNOWN = Problem("reply_unknown", 409, "The answer is not saved yet, or belongs to another live.")
REPLY_EXPIRED = Problem("reply_expired", 409, "Nobody approved the answer within 60 seconds.")
REPLY_DECIDED = Problem("reply_decided", 409, "The answer was approved or rejected before.")
REPLY_REFUSED = Problem(
    "reply_refused", 409, "The rules block the new text. Change it, or reject the answer."
)
COMMAND_UNREACHABLE = Problem(
    CommandUnreachable.code, CommandUnreachable.status, "The live's worker cannot be reached. Try again."
)
INTAKE_UNREACHABLE = Problem(
    IntakeUnreachable.code, IntakeUnreachable.status, "The events could not be stored. Send them again."
)
SHOW_IS_ARCHIVED = Problem("show_is_archived", 409, "The show is in the archive. Take it out first.")
SHOW_IS_LIVE = Problem("show_is_live", 409, "The show has a live that has not ended. End it first.")
CHOICE_IS_GONE = Problem(
    "choice_is_gone", 409, "The persona, voice or policy was deleted in the same instant. Choose another."
)
PLAN_IS_FULL = Problem("plan_is_full", 409, "The plan has too many segments.")
NOT_KILLED = Problem("not_killed", 404, "The kill switch of this live was not pressed.")
