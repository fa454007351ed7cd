"""The public pages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from website.home.views import home
from website.pricing import pricing_context
from website.samples import samples_from

PUBLIC_PAGES = ("website:front_page", "website:pricing", "website:privacy", "website:ai_notice")


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """Show visitors what Vivavoce is, and members their home."""
    if request.user.is_authenticated:
        answer: HttpResponse = home(request)
        return answer
    samples = samples_from(get_language() or "en")
    return _page(request, "landing", samples=samples, shown=samples[0])


@require_safe
def pricing(request: HttpRequest) -> HttpResponse:
    """Show the prices of the plans; an installation that sells nothing says so."""
    context = pricing_context(request.GET.get("every", ""))
    return _page(request, "pricing" if "bills" in context else "pricing_self_hosted", **context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is stored for how long, with the periods of this installation."""
    return _page(
        request,
        "privacy",
        text_days=settings.CHAT_TEXT_RETENTION_DAYS,
        event_months=settings.CHAT_EVENT_RETENTION_MONTHS,
        audit_days=settings.AUDIT_RETENTION_DAYS,
        contact=settings.CONTACT_EMAIL,
    )


@require_safe
def ai_notice(request: HttpRequest) -> HttpResponse:
    return _page(request, "ai_notice", contact=settings.CONTACT_EMAIL)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read the public pages and nothing else."""
    allowed = [f"Allow: {reverse(name)}{'$' if reverse(name) == '/' else ''}" for name in PUBLIC_PAGES]
    lines = ["User-agent: *", *allowed, "Allow: /static/", "Disallow: /", ""]
    lines.append(f"Sitemap: {public_address(request, reverse('website:sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    addresses = [public_address(request, reverse(name)) for name in PUBLIC_PAGES]
    return render(request, "website/sitemap.xml", {"addresses": addresses}, content_type="application/xml")


def public_address(request: HttpRequest, path: str) -> str:
    """Return the address under which the world sees a path of this site."""
    return settings.PUBLIC_URL.rstrip("/") + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    context["address"] = public_address(request, request.path)
    context["card"] = public_address(request, f"{settings.STATIC_URL}img/card.png")
    return render(request, f"website/{name}.html", context)
