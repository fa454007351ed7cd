"""Staff pages of Stripe's mirror: a few of dj-stripe's tables, read-only and without secrets.

Its own pages are not loaded (`accounts/apps.py`): they show the secret key and the secrets of webhooks,
and let staff write to Stripe past our services.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from djstripe.models import Customer, Invoice, Subscription, WebhookEventTrigger

from billing.subscriptions.export_form import ExportForm
from billing.subscriptions.replay import replay
from tenants.admin import ReadOnlyAdmin
from tenants.models import User

# An export holds the invoices and the company data of all workspaces.
RIGHTS_TO_EXPORT = ("djstripe.view_invoice", "billing.view_billingaccount")
# As many webhooks as one request replays: each may wait some seconds for Stripe.
MOST = 10


class MirrorAdmin(ReadOnlyAdmin):
    """Shows what Stripe has told about an object, as it is there."""

    ordering = ["-created"]
    search_fields = ["id"]
    fields = ["id", "livemode", "created", "djstripe_updated", "stripe_data"]


@admin.register(Customer)
class CustomerAdmin(MirrorAdmin):
    list_display = ["id", "subscriber", "livemode", "created", "djstripe_updated"]
    list_select_related = ["subscriber"]
    search_fields = ["id", "subscriber__name", "subscriber__slug"]
    fields = ["id", "subscriber", "livemode", "created", "djstripe_updated", "stripe_data"]


@admin.register(Subscription)
class SubscriptionAdmin(MirrorAdmin):
    list_display = ["id", "customer", "status", "livemode", "created", "djstripe_updated"]
    list_select_related = ["customer__subscriber"]
    search_fields = ["id", "customer__id", "customer__subscriber__name"]


@admin.register(Invoice)
class InvoiceAdmin(MirrorAdmin):
    """Shows invoices, and exports those of a time for the bookkeeper."""

    list_display = ["id", "customer", "livemode", "created", "djstripe_updated"]
    list_select_related = ["customer__subscriber"]
    search_fields = ["id", "customer__id", "customer__subscriber__name"]

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="billing_export_invoices"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list with a link to the export, to those who may export."""
        context = {**(extra_context or {}), "may_export": may_export(request)}
        return super().changelist_view(request, context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def export(self, request: HttpRequest) -> HttpResponse:
        """Ask for the first and last day, then answer with the CSV; 422 where a day is wrong."""
        if not settings.BILLING_ENABLED:
            raise Http404("Nothing is sold on this installation.")
        if not may_export(request):
            raise PermissionDenied
        form = ExportForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            headers = {"Content-Disposition": f'attachment; filename="{form.file_name}"'}
            return HttpResponse(form.export(), content_type="text/csv; charset=utf-8", headers=headers)
        context = {**self.admin_site.each_context(request), "form": form, "title": _("Export invoices")}
        status = 422 if form.errors else 200
        return render(request, "admin/djstripe/invoice/export.html", context, status=status)


def may_export(request: HttpRequest) -> bool:
    """Return whether the request's user may export. The staff site has asked for the second factor."""
    user = request.user
    return settings.BILLING_ENABLED and isinstance(user, User) and user.has_perms(RIGHTS_TO_EXPORT)


@admin.register(WebhookEventTrigger)
class WebhookAdmin(MirrorAdmin):
    """Shows the webhooks that Stripe has signed. Their headers, with the signature, are left out."""

    list_display = ["created", "event", "valid", "processed", "exception"]
    list_filter = ["processed", "valid"]
    list_select_related = ["event"]
    search_fields = ["event__id"]
    fields = ["created", "event", "valid", "processed", "exception", "traceback", "body"]
    actions = ["replay"]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Return whether the request's user may replay. The staff site has asked for the second factor."""
        return isinstance(request.user, User) and request.user.has_perm("djstripe.change_webhookeventtrigger")

    @admin.action(description=_("Replay the chosen webhooks"), permissions=["replay"])
    def replay(self, request: HttpRequest, triggers: Any) -> None:
        """Process the chosen webhooks again, oldest first; those that Stripe did not sign are left out."""
        results = [replay(trigger) for trigger in triggers.filter(valid=True).order_by("created")[:MOST]]
        worked, failed = results.count(True), results.count(False)
        if worked:
            text = ngettext("%(count)d webhook was replayed.", "%(count)d webhooks were replayed.", worked)
            messages.success(request, text % {"count": worked})
        if failed:
            text = ngettext(
                "%(count)d webhook failed again. Its page says why.",
                "%(count)d webhooks failed again. Their pages say why.",
                failed,
            )
            messages.error(request, text % {"count": failed})
        if left_out := triggers.count() - len(results):
            text = ngettext(
                "%(count)d webhook was left out: unsigned, or more than %(most)d were chosen.",
                "%(count)d webhooks were left out: unsigned, or more than %(most)d were chosen.",
                left_out,
            )
            messages.warning(request, text % {"count": left_out, "most": MOST})
