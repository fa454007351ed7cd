"""Staff pages of Stripe's mirror: a few of dj-stripe's tables, read-only and without secrets.

Its own pages are not loaded (`accounts/apps.py`): they show the secret key and the secrets of webhooks,
and let staff write to Stripe past our services.
"""

from django.contrib import admin
from djstripe.models import Customer, Invoice, Subscription, WebhookEventTrigger

from tenants.admin import ReadOnlyAdmin


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
