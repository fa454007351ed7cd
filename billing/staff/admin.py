"""The staff page of a workspace's billing account, where the staff also give credit."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from billing.models.account import BillingAccount
from billing.pages.words import quantity_text
from billing.plans.catalogue import Meter
from billing.staff.credit_form import CreditForm
from tenants.admin import ReadOnlyAdmin, across_tenants
from tenants.models import User


def may_give_credit(request: HttpRequest) -> bool:
    """Return whether the request's user may add grants. The staff site has asked for the second factor."""
    return isinstance(request.user, User) and request.user.has_perm("billing.add_grant")


@admin.register(BillingAccount)
class BillingAccountAdmin(ReadOnlyAdmin):
    """Shows what a workspace has bought. Only the projector and the trial's services write it."""

    list_display = [
        "tenant",
        "plan",
        "state",
        "interval",
        "trial_ends_at",
        "period_end",
        "grace_until",
        "cancel_at",
    ]
    list_filter = ["plan", "state"]
    search_fields = ["tenant__name", "company_name", "vat_id"]

    def get_urls(self) -> list[URLPattern]:
        give = self.admin_site.admin_view(self.give_credit)
        return [path("<uuid:tenant_id>/credit/", give, name="billing_give_credit"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Show the form for credit below the account, to those who may give it."""
        account = kwargs.get("obj")
        if account is not None and settings.BILLING_ENABLED and may_give_credit(request):
            context |= {"credit_form": CreditForm(account.tenant), "account": account}
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(require_POST)
    @across_tenants
    def give_credit(self, request: HttpRequest, tenant_id: UUID) -> HttpResponse:
        """Give credit and return to the account; 422 with the form where something is wrong with it."""
        if not may_give_credit(request):
            raise PermissionDenied
        account = get_object_or_404(BillingAccount.objects.select_related("tenant"), tenant_id=tenant_id)
        form = CreditForm(account.tenant, request.POST)
        if form.is_valid():
            given = form.give(by=str(request.user))
            words = {
                "quantity": quantity_text(Meter(given.meter), given.quantity),
                "name": account.tenant.name,
            }
            messages.success(request, _("%(name)s got %(quantity)s.") % words)
            return redirect("admin:billing_billingaccount_change", account.pk)
        context = {
            **self.admin_site.each_context(request),
            "credit_form": form,
            "account": account,
            "title": _("Give %(name)s credit") % {"name": account.tenant.name},
        }
        return render(request, "admin/billing/billingaccount/give_credit.html", context, status=422)
