"""Loads the rows that a URL names, within the request's tenant; 404 for all others."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from livesessions.models.kills import EmergencyLink
from livesessions.models.plans import QuizQuestion, Segment
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.worker.leases import end_stopped
from tenants.http import TenantRequest


def get_show_for(request: TenantRequest, show_id: UUID) -> Show:
    shows = Show.objects.filter(tenant=request.tenant).select_related(
        "persona", "voice", "policy", "overlay__tenant"
    )
    show: Show = get_object_or_404(shows, id=show_id)
    return show


def get_segment_for(request: TenantRequest, show_id: UUID, segment_id: UUID) -> Segment:
    segments = Segment.objects.filter(tenant=request.tenant, show_id=show_id).select_related("show")
    segment: Segment = get_object_or_404(segments, id=segment_id)
    return segment


def get_question_for(request: TenantRequest, show_id: UUID, question_id: UUID) -> QuizQuestion:
    questions = QuizQuestion.objects.filter(tenant=request.tenant, show_id=show_id).select_related("show")
    question: QuizQuestion = get_object_or_404(questions, id=question_id)
    return question


def get_session_for(request: TenantRequest, session_id: UUID) -> LiveSession:
    sessions = LiveSession.objects.filter(tenant=request.tenant).select_related("show__overlay")
    session: LiveSession = get_object_or_404(sessions, id=session_id)
    # A stopped live whose worker is gone ends with its lease; nobody else may be there to record it.
    if session.is_open and session.stop_requested_at and end_stopped(id=session.id):
        session.refresh_from_db()
    return session


def get_emergency_link_for(request: TenantRequest, link_id: UUID) -> EmergencyLink:
    links = EmergencyLink.objects.filter(tenant=request.tenant).select_related("show")
    link: EmergencyLink = get_object_or_404(links, id=link_id)
    return link


def get_reply_for(request: TenantRequest, session_id: UUID, reply_id: UUID) -> Reply:
    replies = Reply.objects.filter(tenant=request.tenant, session_id=session_id).select_related("session")
    reply: Reply = get_object_or_404(replies, id=reply_id)
    return reply
