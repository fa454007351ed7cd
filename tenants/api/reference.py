"""The page that documents the REST API, rendered from its OpenAPI document."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenants.api.schema import read_document


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show every route with its parameters, examples and errors; public."""
    return render(request, "tenants/api_reference.html", {"document": read_document()})
