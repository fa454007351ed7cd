from livesessions.models.events import ChatEvent
from livesessions.models.plans import QuizQuestion, Segment
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show

__all__ = ["ChatEvent", "LiveSession", "QuizQuestion", "Reply", "Segment", "Show"]
