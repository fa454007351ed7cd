from django.db.models import QuerySet

from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import Status, send_if_redis_answers
from livesessions.worker.commands import ReloadRules


def send_rules_to_lives(lives: QuerySet[LiveSession]) -> None:
    """Have the running lives reload their rules; an unreachable worker does so when it reconnects."""
    for session_id in lives.exclude(status=Status.ENDED).values_list("id", flat=True):
        send_if_redis_answers(session_id, ReloadRules())
