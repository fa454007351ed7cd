"""Notes questions that the knowledge does not answer, in clusters, and takes their answers."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rapidfuzz import fuzz

from knowledge.models import Source, UnansweredQuestion
from knowledge.services.sources import add_question
from tenants import audit
from tenants.models import Tenant

MAX_QUESTIONS = 500  # of a workspace; the least asked and oldest ones go
MAX_VARIANTS = 10
MAX_LENGTH = 300
# Of the words in common: "quanto costa la luna" and "ma la luna quanto costa?" are one question.
SAME = 85.0


@transaction.atomic
def note_unanswered(*, tenant_id: UUID, question: str, language: str) -> UnansweredQuestion:
    """Count a question; one that is worded almost like another is counted there."""
    text = " ".join(question.replace("\0", "").split())[:MAX_LENGTH]
    # One after the other, so that the same question at the same instant makes one row.
    Tenant.objects.select_for_update(no_key=True).get(id=tenant_id)
    rows = list(UnansweredQuestion.objects.filter(tenant_id=tenant_id))
    same = next((row for row in rows if _is_same(row, text)), None)
    if same is None:
        for row in rows[MAX_QUESTIONS - 1 :]:
            row.delete()
        return UnansweredQuestion.objects.create(
            tenant_id=tenant_id, question=text, language=language[:6], asked_at=timezone.now()
        )
    same.count += 1
    same.asked_at = timezone.now()
    if text != same.question and text not in same.variants:
        same.variants = [*same.variants, text][-MAX_VARIANTS:]
    same.save(update_fields=["count", "asked_at", "variants"])
    return same


def _is_same(row: UnansweredQuestion, text: str) -> bool:
    wordings = [row.question, *row.variants]
    return any(fuzz.token_sort_ratio(text.lower(), each.lower()) >= SAME for each in wordings)


@transaction.atomic
def answer_unanswered(*, row: UnansweredQuestion, answer: str) -> Source:
    """Store the answer to a question, and take it off the list. Raise `KnowledgeRefused` or `PlanRefused`."""
    tenant = Tenant.objects.get(id=row.tenant_id)
    source = add_question(tenant=tenant, question=row.question, answer=answer)
    row.delete()
    return source


@transaction.atomic
def dismiss_unanswered(*, row: UnansweredQuestion) -> None:
    """Take a question off the list without an answer."""
    audit.record("unanswered_question.dismissed", row)
    row.delete()
