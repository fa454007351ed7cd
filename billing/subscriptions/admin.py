"""Staff pages of Stripe's mirror: a few of dj-stripe's tables, read-only and without secrets.

Its own pages are not loaded (`accounts/apps.py`): they show the secret key and the secrets of webhooks,
and let staff write to Stripe past our services.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from djstripe.models import Customer, Invoice, Subscription, WebhookEventTrigger

from billing.subscriptions.replay import replay
from tenants.admin import ReadOnlyAdmin
from tenants.models import User

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
    list_display = ["id", "customer", "livemode", "created", "djstripe_updated"]
    list_select_related = ["customer__subscriber"]
    search_fields = ["id", "customer__id", "customer__subscriber__name"]


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
