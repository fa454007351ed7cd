from livesessions.models.checks import PassedCheck, WaivedCheck
from livesessions.models.events import ChatEvent
from livesessions.models.kills import EmergencyLink, Kill, StopAcknowledgement
from livesessions.models.plans import QuizQuestion, Segment
from livesessions.models.replies import Reply, ReplyAudio
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show

__all__ = [
    "ChatEvent",
    "EmergencyLink",
    "Kill",
    "LiveSession",
    "PassedCheck",
    "QuizQuestion",
    "Reply",
    "ReplyAudio",
    "Segment",
    "Show",
    "StopAcknowledgement",
    "WaivedCheck",
]
