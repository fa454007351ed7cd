"""Says in a sentence what an entry of the audit log records: "Alice created the show Friday night"."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.models import AuditEntry, User

Kind = AuditEntry.ActorKind

# By verb, what follows the actor's name. `%(what)s` is the object's name.
SENTENCES: dict[str, Any] = {
    "account.deleted": gettext_lazy("deleted their account"),
    "audit.erased": gettext_lazy("erased old entries of the audit log"),
    "audit.exported": gettext_lazy("exported the audit log"),
    "billing.state_changed": gettext_lazy("changed the state of the plan"),
    "company.changed": gettext_lazy("changed the company data for invoices"),
    "checkout.started": gettext_lazy("went to the checkout"),
    "credential.deleted": gettext_lazy("removed the provider's key %(what)s"),
    "credential.saved": gettext_lazy("saved the provider's key %(what)s"),
    "credit.given_back": gettext_lazy("gave credit back, because a dispute was won"),
    "credit.granted": gettext_lazy("gave the workspace credit"),
    "credit.taken_back": gettext_lazy("took unused credit back, because its payment was refunded"),
    "emergency_link.created": gettext_lazy("created the emergency link %(what)s"),
    "emergency_link.deleted": gettext_lazy("deleted the emergency link %(what)s"),
    "emergency_link.rotated": gettext_lazy("renewed the emergency link %(what)s"),
    "emergency_link.used": gettext_lazy("used the emergency link %(what)s"),
    "impersonation.ended": gettext_lazy("left the account of %(what)s"),
    "impersonation.request": gettext_lazy("opened a page or made a change as %(what)s"),
    "impersonation.started": gettext_lazy("entered the account of %(what)s"),
    "invitation.revoked": gettext_lazy("withdrew the invitation of %(what)s"),
    "invitation.sent": gettext_lazy("invited %(what)s"),
    "invitation.sent_again": gettext_lazy("sent the invitation of %(what)s again"),
    "invoices.exported": gettext_lazy("exported the invoices of all workspaces"),
    "live_cap.changed": gettext_lazy("changed the limit of what a live may cost"),
    "log_in.ended": gettext_lazy("logged out one of their devices"),
    "member.joined": gettext_lazy("joined the team"),
    "member.left": gettext_lazy("left the team"),
    "member.removed": gettext_lazy("removed %(what)s from the team"),
    "member.role_changed": gettext_lazy("changed the role of %(what)s"),
    "overlay.address_renewed": gettext_lazy("renewed the overlay's address"),
    "ownership.transferred": gettext_lazy("transferred the ownership to %(what)s"),
    "persona.changed": gettext_lazy("changed the host %(what)s"),
    "persona.created": gettext_lazy("created the host %(what)s"),
    "persona.deleted": gettext_lazy("deleted the host %(what)s"),
    "plan.cancelled": gettext_lazy("cancelled the plan"),
    "plan.changed": gettext_lazy("changed the plan"),
    "plan.resumed": gettext_lazy("took back the cancellation of the plan"),
    "policy.changed": gettext_lazy("changed the rules %(what)s"),
    "portal.opened": gettext_lazy("opened the payment portal"),
    "pronunciation.changed": gettext_lazy("changed how %(what)s is said"),
    "pronunciation.created": gettext_lazy("set how %(what)s is said"),
    "pronunciation.deleted": gettext_lazy("removed how %(what)s is said"),
    "second_factor.added": gettext_lazy("added a second factor"),
    "second_factor.removed": gettext_lazy("removed a second factor"),
    "second_factor.renewed": gettext_lazy("created new recovery codes"),
    "session.checks_waived": gettext_lazy("went on air without all checks"),
    "session.host_paused": gettext_lazy("paused the host of a live"),
    "session.host_resumed": gettext_lazy("let the host of a live go on"),
    "session.killed": gettext_lazy("pressed the kill switch of a live"),
    "session.muted": gettext_lazy("muted the host of a live"),
    "session.reply_approved": gettext_lazy("approved a reply"),
    "session.reply_rejected": gettext_lazy("rejected a reply"),
    "session.reply_skipped": gettext_lazy("skipped a reply"),
    "session.started": gettext_lazy("started a live"),
    "session.stopped": gettext_lazy("ended a live"),
    "session.text_said": gettext_lazy("made the host say a text"),
    "session.unmuted": gettext_lazy("unmuted the host of a live"),
    "show.archived": gettext_lazy("archived the show %(what)s"),
    "show.changed": gettext_lazy("changed the show %(what)s"),
    "show.check_passed": gettext_lazy("checked the show %(what)s before a live"),
    "show.created": gettext_lazy("created the show %(what)s"),
    "show.deleted": gettext_lazy("deleted the show %(what)s"),
    "show.duplicated": gettext_lazy("duplicated the show %(what)s"),
    "show.unarchived": gettext_lazy("restored the show %(what)s"),
    "source.added": gettext_lazy("gave the hosts %(what)s to know"),
    "source.deleted": gettext_lazy("deleted %(what)s from what the hosts know"),
    "source.released": gettext_lazy("let the hosts quote %(what)s"),
    "staff.added": gettext_lazy("added %(what)s"),
    "staff.changed": gettext_lazy("changed %(what)s"),
    "staff.deleted": gettext_lazy("deleted %(what)s"),
    "tenant.closed": gettext_lazy("deleted the workspace"),
    "tenant.created": gettext_lazy("created the workspace"),
    "tenant.deleted": gettext_lazy("deleted a workspace"),
    "token.created": gettext_lazy("created the API token %(what)s"),
    "token.revoked": gettext_lazy("revoked the API token %(what)s"),
    "unanswered_question.dismissed": gettext_lazy("took the question %(what)s off the list"),
    "viewer_rule.noted": gettext_lazy("changed the note on a viewer"),
    "stream.deleted": gettext_lazy("deleted the stream target %(what)s"),
    "stream.saved": gettext_lazy("saved the stream target %(what)s"),
    "viewer_rule.removed": gettext_lazy("removed a viewer's special role"),
    "viewer_rule.set": gettext_lazy("blocked, trusted or promoted a viewer"),
    "voice.changed": gettext_lazy("changed the voice %(what)s"),
    "voice.created": gettext_lazy("created the voice %(what)s"),
    "voice.deleted": gettext_lazy("deleted the voice %(what)s"),
    "webhook.replayed": gettext_lazy("processed Stripe's message %(what)s again"),
}

# What the filter offers: by the first part of a verb, or several of them.
TOPICS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "team": (gettext_lazy("Team and workspace"), ("invitation.", "member.", "ownership.", "tenant.")),
    "lives": (gettext_lazy("Lives"), ("session.", "emergency_link.")),
    "shows": (gettext_lazy("Shows and overlays"), ("show.", "overlay.", "stream.")),
    "hosts": (gettext_lazy("Hosts and voices"), ("persona.", "voice.", "pronunciation.", "source.")),
    "rules": (gettext_lazy("Rules and viewers"), ("policy.", "viewer_rule.")),
    "keys": (gettext_lazy("Tokens and keys"), ("token.", "credential.")),
    "staff": (gettext_lazy("Vivavoce staff"), ("staff.", "impersonation.")),
    "log": (gettext_lazy("Audit log"), ("audit.",)),
}


def what_happened(entry: AuditEntry) -> str:
    """Return what follows the actor's name; a verb without a sentence is shown as it is."""
    sentence = SENTENCES.get(entry.verb)
    if sentence is None:
        return f"{entry.verb} {entry.object_label}".strip()
    return str(sentence) % {"what": entry.object_label or _("(no name)")}


def who_acted(entry: AuditEntry, people: Mapping[UUID, User]) -> str:
    """Return the actor's name: a person, a token with its creator, the staff, or Vivavoce itself."""
    person = people.get(entry.user_id) if entry.user_id else None
    name = person.get_short_name() if person else _("A deleted account")
    match entry.actor_kind:
        case Kind.USER:
            return name
        case Kind.TOKEN:
            return _("API token %(token)s (%(person)s)") % {"token": entry.actor_label, "person": name}
        case Kind.STAFF:
            return _("Vivavoce staff")
        case _:
            return entry.actor_label.capitalize() or "Vivavoce"


def changes_of(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Return the changed fields with their values before and after, as texts."""
    found = []
    for name, value in entry.detail.items():
        if isinstance(value, dict) and value.keys() == {"before", "after"}:
            found.append((name.replace("_", " "), _as_text(value["before"]), _as_text(value["after"])))
    return found


def _as_text(value: Any) -> str:
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return _("on") if value else _("off")
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)
