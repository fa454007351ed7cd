"""The public pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from livesessions.shows.views.shows import show_list


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """Show visitors what Vivavoce is, and members their shows."""
    if request.user.is_authenticated:
        answer: HttpResponse = show_list(request)
        return answer
    return render(request, "website/landing.html")
