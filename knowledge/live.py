"""Answers viewers' questions in a live from its workspace's knowledge: the planner's port `Retriever`."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import DatabaseError, connection
from django_scopes import scopes_disabled

from knowledge.answering import answer_question
from knowledge.answers.extraction import Outcome
from knowledge.answers.speech import speakable
from knowledge.answers.topics import topic_of
from knowledge.querysets import version_of
from knowledge.services.unanswered import note_unanswered
from planner.stage.documents.port import DocumentAnswer
from tenants.threads import in_thread

logger = logging.getLogger(__name__)
# A first search after a change builds the index; the reply does not wait for more than this.
TIMEOUT_S = 0.5


class KnowledgeRetriever:
    """A `Retriever` that works in threads, beside the event loop. `notes`: questions without an answer are
    put on the workspace's list."""

    def __init__(self, tenant_id: UUID, *, notes: bool = True) -> None:
        self._tenant_id = tenant_id
        self._notes = notes

    async def answer(self, question: str, language: str) -> DocumentAnswer | None:
        """Return what the documents say; None as well when they do not answer in time."""
        if not topic_of(question).is_question:
            return None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await in_thread(answer_viewer, self._tenant_id, question, language, notes=self._notes)
        except (TimeoutError, DatabaseError) as error:
            logger.info("knowledge did not answer: %s", type(error).__name__)
            return None


class RehearsalRetriever:
    """A `Retriever` for a virtual clock, which would run on while a thread works: it waits for the thread."""

    def __init__(self, tenant_id: UUID) -> None:
        self._tenant_id = tenant_id

    async def answer(self, question: str, language: str) -> DocumentAnswer | None:
        """Return what the documents say. Blocks the loop, of which the clock is part."""
        if not topic_of(question).is_question:
            return None
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(_answer_once, self._tenant_id, question, language).result()


def answer_viewer(
    tenant_id: UUID, question: str, language: str, *, notes: bool = False
) -> DocumentAnswer | None:
    """Return what a workspace's documents say to a viewer's line; None when it is no question for them."""
    topic = topic_of(question)
    if not topic.is_question or not version_of(tenant_id):
        return None
    reply = answer_question(tenant_id, question)
    if reply.answer.outcome is Outcome.REFUSED or (
        reply.answer.outcome is Outcome.DOUBTFUL and not topic.is_for_documents
    ):
        if not topic.is_for_documents or not reply.is_any_knowledge:
            return None
        if notes:
            note_unanswered(tenant_id=tenant_id, question=question, language=language)
        return DocumentAnswer()
    return DocumentAnswer(
        sentences=tuple(
            speakable(sentence.text, asks_price=topic.asks_price) for sentence in reply.answer.sentences
        ),
        source=reply.answer.source,
        is_doubtful=reply.answer.outcome is Outcome.DOUBTFUL,
    )


def _answer_once(tenant_id: UUID, question: str, language: str) -> DocumentAnswer | None:
    try:
        with scopes_disabled():
            return answer_viewer(tenant_id, question, language)
    finally:
        connection.close()
