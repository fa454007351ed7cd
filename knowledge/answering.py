"""Answers a workspace's questions from its knowledge."""

from dataclasses import dataclass
from uuid import UUID

from knowledge.answers.extraction import REFUSAL, Answer, Passage, extract
from knowledge.answers.topics import Topic, topic_of
from knowledge.search import FoundChunk, has_chunks, search


@dataclass(frozen=True, slots=True)
class DocumentReply:
    """A question's topic, what was found for it, and the answer."""

    topic: Topic
    found: tuple[FoundChunk, ...]
    answer: Answer
    is_any_knowledge: bool


def answer_question(tenant_id: UUID, question: str) -> DocumentReply:
    """Return what a workspace's documents answer to a question. Blocks."""
    topic = topic_of(question)
    asked = topic.subject or question
    found = tuple(search(tenant_id, asked))
    passages = [_passage(each) for each in found]
    answer = extract(topic, passages) if found else REFUSAL
    return DocumentReply(topic, found, answer, has_chunks(tenant_id))


def _passage(found: FoundChunk) -> Passage:
    chunk = found.chunk
    return Passage(chunk.id, chunk.heading, chunk.text, found.hit.support, chunk.source.name)
