"""The page of a workspace's audit log, and its export."""

import csv
import json
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tenants import audit
from tenants.access import member_required
from tenants.auditlog.entries import MAX_EXPORTED, Filters, describe, find_entries, people_of, read_page
from tenants.auditlog.sentences import TOPICS
from tenants.http import TenantRequest
from tenants.models import AuditEntry, Membership, Tenant
from tenants.text import escape_formula

ADMIN = Membership.Role.ADMIN
COLUMNS = ["at", "actor", "what", "verb", "object_type", "object_id", "object", "address", "device", "detail"]


class FilterForm(forms.Form):
    person = forms.ChoiceField(label=_("Who"), required=False)
    topic = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("Everything")), *((key, label) for key, (label, _starts) in TOPICS.items())],
    )
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(user.id), user.name or user.email) for user in people_of(tenant)]
        self.fields["person"].choices = [("", _("Everybody")), *people]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """Return the valid filters; a wrong one filters nothing."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) or None for name in ("person", "first", "last")}
        return Filters(topic=self.cleaned_data.get("topic", ""), **found)


@require_safe
@member_required(ADMIN)
def audit_entry_list(request: TenantRequest) -> HttpResponse:
    form = FilterForm(request.GET, tenant=request.tenant)
    filters = form.filters()
    rows, older = read_page(request.tenant, filters, form.cleaned_data.get("before"))
    asked = {
        name: request.GET[name] for name in ("person", "topic", "first", "last") if request.GET.get(name)
    }
    context = {
        "form": form,
        "rows": rows,
        "is_filtered": bool(asked),
        "query": urlencode(asked),
        "older": urlencode({**asked, "before": older}) if older else "",
    }
    return render(request, "tenants/audit_entry_list.html", context)


@require_safe
@member_required(ADMIN)
def audit_entry_export(request: TenantRequest, kind: str) -> HttpResponse:
    """Return the filtered entries as CSV or JSON, the newest `MAX_EXPORTED` of them."""
    filters = FilterForm(request.GET, tenant=request.tenant).filters()
    entries = list(find_entries(request.tenant, filters)[:MAX_EXPORTED])
    table = [_columns(row.entry, row.who, row.what) for row in describe(entries)]
    audit.record("audit.exported", request.tenant, detail={"entries": len(table), "format": kind})
    if kind == "csv":
        response = HttpResponse(_as_csv(table), content_type="text/csv; charset=utf-8")
    else:
        text = json.dumps(table, ensure_ascii=False, indent=1)
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-log.{kind}"'
    return response


def _columns(entry: AuditEntry, who: str, what: str) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "actor": who,
        "what": what,
        "verb": entry.verb,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "object": entry.object_label,
        "address": entry.address or "",
        "device": entry.device,
        "detail": entry.detail,
    }


def _as_csv(table: list[dict[str, Any]]) -> str:
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in table:
        cells = {**row, "detail": json.dumps(row["detail"], ensure_ascii=False) if row["detail"] else ""}
        writer.writerow([escape_formula(str(cells[name])) for name in COLUMNS])
    return file.getvalue()
