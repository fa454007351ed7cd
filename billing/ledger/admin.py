from django.contrib import admin

from billing.models.ledger import (
    CreditWarning,
    Grant,
    Reservation,
    UsageDay,
    UsageEntry,
    UsageLive,
    UsageMonth,
)
from tenants.admin import ReadOnlyAdmin


@admin.register(UsageEntry)
class UsageEntryAdmin(ReadOnlyAdmin):
    """The ledger is long: its rows are not counted, and found by their workspace, live or key."""

    list_display = ["at", "tenant", "kind", "quantity", "cost_micro_eur", "provider", "model", "live_id"]
    list_filter = ["kind"]
    list_select_related = ["tenant"]
    search_fields = ["=key", "=live_id", "=tenant__id", "=tenant__slug"]
    show_full_result_count = False
    ordering = ["-at"]


@admin.register(UsageDay)
class UsageDayAdmin(ReadOnlyAdmin):
    list_display = ["day", "tenant", "kind", "provider", "model", "quantity", "cost_micro_eur"]
    list_filter = ["kind"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "tenant__slug"]
    ordering = ["-day"]


@admin.register(UsageMonth)
class UsageMonthAdmin(ReadOnlyAdmin):
    list_display = ["month", "tenant", "kind", "provider", "model", "quantity", "cost_micro_eur"]
    list_filter = ["kind"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "tenant__slug"]
    ordering = ["-month"]


@admin.register(UsageLive)
class UsageLiveAdmin(ReadOnlyAdmin):
    list_display = ["live_id", "tenant", "kind", "quantity", "cost_micro_eur", "last_at"]
    list_filter = ["kind"]
    list_select_related = ["tenant"]
    search_fields = ["=live_id", "tenant__name", "tenant__slug"]
    ordering = ["-last_at"]


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ["tenant", "source", "meter", "quantity", "used", "starts_at", "expires_at", "reason"]
    list_filter = ["source", "meter"]
    list_select_related = ["tenant"]
    search_fields = ["=key", "tenant__name", "tenant__slug"]


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = ["key", "tenant", "meter", "quantity", "used", "uncovered", "state", "expires_at"]
    list_filter = ["state", "meter"]
    list_select_related = ["tenant"]
    search_fields = ["=key", "tenant__name", "tenant__slug"]
    ordering = ["-created_at"]


@admin.register(CreditWarning)
class CreditWarningAdmin(ReadOnlyAdmin):
    list_display = ["tenant", "meter", "percent", "at", "mailed_at"]
    list_filter = ["percent", "meter"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "tenant__slug"]
    ordering = ["-at"]
