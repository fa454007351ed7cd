"""The only door from a URL to a row."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from knowledge.models import Source, UnansweredQuestion
from tenants.http import TenantRequest


def get_source_for(request: TenantRequest, source_id: UUID) -> Source:
    source: Source = get_object_or_404(Source.objects.filter(tenant=request.tenant), id=source_id)
    return source


def get_unanswered_for(request: TenantRequest, question_id: UUID) -> UnansweredQuestion:
    rows = UnansweredQuestion.objects.filter(tenant=request.tenant)
    row: UnansweredQuestion = get_object_or_404(rows, id=question_id)
    return row
