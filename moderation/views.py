"""The pages of policies and viewer rules."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from moderation.access import get_policy_for, get_viewer_rule_for
from moderation.errors import BlocklistError
from moderation.forms import BlocklistFileForm, LineForm, NoteForm, PolicyForm
from moderation.labels import ACTION_LABELS, RISK_LABELS, category_label
from moderation.line_check import LineCheck, check_line
from moderation.models import Policy, ViewerRule
from moderation.services import (
    change_policy,
    clean_terms,
    import_blocklist,
    remove_viewer_rule,
    set_viewer_note,
)
from moderation.signals import PolicyUse, policy_uses_asked, viewer_rule_removed
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.models import Membership

EDITOR = Membership.Role.EDITOR
PAGE = "moderation/policy_edit.html"
RULES_A_PAGE = 100


@require_safe
@member_required()
def policy_list(request: TenantRequest) -> HttpResponse:
    policies = list(Policy.objects.filter(tenant=request.tenant).order_by("created_at"))
    if len(policies) == 1:
        return redirect("moderation:policy_edit", policies[0].id)
    uses = _uses_of(policies)
    rows = [{"policy": policy, "uses": uses.get(policy.id, [])} for policy in policies]
    return render(request, "moderation/policy_list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def policy_edit(request: TenantRequest, policy_id: UUID) -> HttpResponse:
    policy = get_policy_for(request, policy_id)
    if request.method != "POST":
        return _page(request, policy, _form(policy))
    if not _may_edit(request):
        raise PermissionDenied
    form = _form(policy, request.POST)
    if not form.is_valid():
        return _page(request, policy, form, status=422, line=request.POST.get("line", ""))
    change_policy(policy=policy, **form.cleaned_data)
    messages.success(request, _("Saved. Running lives apply it at once."))
    return redirect("moderation:policy_edit", policy.id)


@require_POST
@member_required()
def policy_try(request: TenantRequest, policy_id: UUID) -> HttpResponse:
    """Check a line against the settings in the form. It is neither stored nor logged."""
    policy = get_policy_for(request, policy_id)
    line_form = LineForm(request.POST)
    line = line_form.cleaned_data["line"] if line_form.is_valid() else ""
    try:
        tried = _verdict(line, **_sent_settings(request.POST, policy)) if line.strip() else {}
    except BlocklistError as error:
        tried = {"problem": str(error)}
    if request.htmx:
        return render(request, f"{PAGE}#verdict", tried)
    form = _form(policy, request.POST if "has_settings" in request.POST else None)
    return _page(request, policy, form, **tried, line=line)


def _sent_settings(sent: QueryDict, policy: Policy) -> dict[str, Any]:
    """Return the lists and safe mode as sent; the page's script sends only changes to the saved lists."""
    lists = {name: _sent_list(sent, name, getattr(policy, name)) for name in ("blocklist", "allowlist")}
    return {**lists, "safe_mode": "safe_mode" in sent if "has_settings" in sent else policy.safe_mode}


def _sent_list(sent: QueryDict, name: str, saved: list[str]) -> list[str]:
    if name in sent:
        return clean_terms(sent.get(name, "").splitlines())
    removed = {term.casefold() for term in sent.get(f"{name}_removed", "").splitlines()}
    added = sent.get(f"{name}_added", "").splitlines()
    if not removed and not added:
        return saved
    return clean_terms([*(term for term in saved if term.casefold() not in removed), *added])


def _verdict(line: str, *, blocklist: list[str], allowlist: list[str], safe_mode: bool) -> dict[str, Any]:
    trial = check_line(line, blocklist=blocklist, allowlist=allowlist, safe_mode=safe_mode)
    return {
        "trial": trial,
        "risk_words": RISK_LABELS[trial.verdict.risk],
        "action_words": ACTION_LABELS[trial.verdict.action],
        "otherwise_words": ACTION_LABELS[trial.otherwise.action],
        "findings": _findings(trial),
        "tried_safely": safe_mode,
    }


def _findings(trial: LineCheck) -> list[dict[str, str]]:
    reasons = trial.verdict.reasons
    rows = [{"words": category_label(reason.category), "term": reason.term} for reason in reasons]
    return [row for number, row in enumerate(rows) if row not in rows[:number]]


def _form(policy: Policy, sent: QueryDict | None = None) -> PolicyForm:
    return PolicyForm(sent, instance=policy, has_model=bool(settings.OPENAI_API_KEY))


def _page(
    request: TenantRequest, policy: Policy, form: PolicyForm, status: int = 200, **more: Any
) -> HttpResponse:
    uses = _uses_of([policy]).get(policy.id, [])
    stored = Policy.objects.get(pk=policy.pk)  # the form may have changed the instance
    context: dict[str, Any] = {
        "policy": policy,
        "name": stored.name,
        "blocked_size": len(stored.blocklist),
        "allowed_size": len(stored.allowlist),
        "first_wrong": form.first_wrong_id if form.is_bound else "",
        "form": form,
        "file_form": more.pop("file_form", BlocklistFileForm()),
        "may_edit": _may_edit(request),
        "uses": uses,
        "logs": [use for use in uses if use.decisions_address],
        "has_model": bool(settings.OPENAI_API_KEY),
        "several": Policy.objects.filter(tenant=request.tenant).count() > 1,
        **more,
    }
    return render(request, PAGE, context, status=status)


def _uses_of(policies: list[Policy]) -> dict[UUID, list[PolicyUse]]:
    found: dict[UUID, list[PolicyUse]] = {}
    for _receiver, answer in policy_uses_asked.send(sender=Policy, policies=policies):
        uses = cast("dict[UUID, list[PolicyUse]]", answer)
        for policy_id, of_one in uses.items():
            found.setdefault(policy_id, []).extend(of_one)
    return found


def _may_edit(request: TenantRequest) -> bool:
    return request.membership.may_act_as(EDITOR)


@require_POST
@member_required(EDITOR)
def blocklist_import(request: TenantRequest, policy_id: UUID) -> HttpResponse:
    policy = get_policy_for(request, policy_id)
    file_form = BlocklistFileForm(request.POST, request.FILES)
    if file_form.is_valid():
        try:
            new = import_blocklist(policy=policy, content=file_form.cleaned_data["file"])
        except BlocklistError as error:
            file_form.add_error("file", str(error))
        else:
            said = ngettext("One new blocked word was added.", "%(new)d new blocked words were added.", new)
            messages.success(request, said % {"new": new})
            return redirect("moderation:policy_edit", policy.id)
    return _page(request, policy, _form(policy), status=422, file_form=file_form)


@require_safe
@member_required()
def blocklist_export(request: TenantRequest, policy_id: UUID) -> HttpResponse:
    policy = get_policy_for(request, policy_id)
    text = "".join(f"{term}\n" for term in policy.blocklist)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = slugify(policy.name) or "policy"
    response["Content-Disposition"] = f'attachment; filename="{name}-blocked-words.txt"'
    return response


# --- viewers ---------------------------------------------------------------------------------------


@require_safe
@member_required()
def viewer_rule_list(request: TenantRequest) -> HttpResponse:
    rules = ViewerRule.objects.filter(tenant=request.tenant).order_by("-created_at", "id")
    page = Paginator(rules, RULES_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": page.object_list, "may_edit": _may_edit(request)}
    return render(request, "moderation/viewer_rule_list.html", context)


@require_POST
@member_required(EDITOR)
def viewer_rule_note(request: TenantRequest, rule_id: UUID) -> HttpResponse:
    rule = get_viewer_rule_for(request, rule_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        set_viewer_note(rule=rule, note=form.cleaned_data["note"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(error) for error in form["note"].errors))
    return redirect("moderation:viewer_rule_list")


@require_POST
@member_required(EDITOR)
def viewer_rule_remove(request: TenantRequest, rule_id: UUID) -> HttpResponse:
    rule = get_viewer_rule_for(request, rule_id)
    if remove_viewer_rule(tenant=request.tenant, viewer_hash=rule.viewer_hash):
        viewer_rule_removed.send(sender=ViewerRule, rule=rule)
    messages.success(request, _("Removed. This viewer has no special role now."))
    return redirect("moderation:viewer_rule_list")
