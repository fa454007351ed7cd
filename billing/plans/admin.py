from django.contrib import admin

from billing.models.account import BillingAccount
from tenants.admin import ReadOnlyAdmin


@admin.register(BillingAccount)
class BillingAccountAdmin(ReadOnlyAdmin):
    list_display = ["tenant", "plan", "state", "interval", "trial_ends_at", "period_end", "grace_until"]
    list_filter = ["plan", "state"]
    search_fields = ["tenant__name", "company_name", "vat_id"]
