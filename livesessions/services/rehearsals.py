from typing import Any

from livesessions.assembly import build_moderator
from livesessions.models import Show
from livesessions.rehearsal.chat import OpenChat
from livesessions.rehearsal.conduct import Rates
from livesessions.rehearsal.report import make_report
from livesessions.rehearsal.run import Wishes, rehearse

SETTINGS_OF_A_SHOW = ("tenant", "persona", "voice", "policy", "overlay")


def rehearse_show(*, show: Show, open_chat: OpenChat, wishes: Wishes) -> dict[str, Any]:
    """Play a live of a show through, and return its report. The show's settings must be loaded. Blocks."""
    policy = show.policy
    rates = Rates(
        policy.cooldown_min_s, policy.cooldown_max_s, policy.answers_per_minute, policy.thanks_per_minute
    )
    notes = rehearse(show, open_chat, wishes)
    return make_report(notes, gate=build_moderator(policy), rates=rates)
