"""Carries out the commands that moderators give in the chat, through the console's services."""

import logging
from dataclasses import replace
from uuid import UUID

from django.db import DatabaseError

from livesessions.errors import SessionConflict
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.intake.game_controller import Controls
from livesessions.services.sessions import mute_session, stop_session, unmute_session
from overlay.errors import OverlayUnreachable
from planner.stage.games.commands import Control
from tenants.acting import SYSTEM, acting_as
from tenants.threads import in_thread

logger = logging.getLogger(__name__)

CHAT_MODERATOR = replace(SYSTEM, label="chat moderator")
SERVICES = {
    Control.MUTE: mute_session,
    Control.UNMUTE: unmute_session,
    Control.STOP: stop_session,
}


def chat_controls(session_id: UUID) -> Controls:
    """Return the function that carries out a live's chat commands; it logs failures and never raises them."""

    async def carry_out(control: Control) -> None:
        try:
            await in_thread(run_chat_control, session_id, control)
        except (SessionConflict, OverlayUnreachable, DatabaseError) as error:
            logger.warning(
                "chat command failed: session=%s control=%s error=%s",
                session_id,
                control.value,
                type(error).__name__,
            )

    return carry_out


def run_chat_control(session_id: UUID, control: Control) -> None:
    """Mute, unmute or stop a live. Blocks."""
    session = LiveSession.objects.select_related("show__overlay").get(id=session_id)
    with acting_as(CHAT_MODERATOR):
        SERVICES[control](session=session)
