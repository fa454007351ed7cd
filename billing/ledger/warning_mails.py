"""Sends the warnings that a workspace's credit is nearly used up, each once."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django_scopes import scopes_disabled

from billing.models.ledger import CreditWarning
from billing.plans.catalogue import Meter
from tenants.models import Membership

WHAT_IS_USED: dict[Meter, Promise] = {
    Meter.LIVE_SECONDS: gettext_lazy("live hours"),
    Meter.ENCODER_SECONDS: gettext_lazy("encoder hours"),
    Meter.VOICE_CHARACTERS: gettext_lazy("voice characters"),
    Meter.TOKENS: gettext_lazy("tokens"),
    Meter.MEDIA_SECONDS: gettext_lazy("media minutes"),
}
WHAT_FOLLOWS: dict[Meter, Promise] = {
    Meter.LIVE_SECONDS: gettext_lazy("When all are used, no new live can start."),
    Meter.VOICE_CHARACTERS: gettext_lazy("When all are used, your host goes on with an embedded voice."),
    Meter.TOKENS: gettext_lazy("When all are used, your host goes on with ready lines."),
}


def claim_warnings(send: Callable[[int, str], None]) -> int:
    """Call `send(warning_id, address)` for each warning that nobody has sent; return their number.

    When a meter passed several percentages at once, only the highest is sent.
    """
    claimed = 0
    with scopes_disabled():
        new = CreditWarning.objects.filter(mailed_at=None).order_by("-percent")
        sent: set[tuple[UUID, str]] = set()
        for warning in list(new[:100]):
            mine = CreditWarning.objects.filter(id=warning.id, mailed_at=None)
            if not mine.update(mailed_at=timezone.now()):
                continue
            about = (warning.tenant_id, warning.meter)
            if about not in sent:
                sent.add(about)
                claimed += 1
                for address in _recipients_of(warning.tenant_id):
                    send(warning.id, address)
    return claimed


def send_warning(warning_id: int, to: str) -> None:
    """Send one warning to one address, in the workspace's language."""
    with scopes_disabled():
        warning = CreditWarning.objects.select_related("tenant").filter(id=warning_id).first()
    if warning is None:
        return
    meter = Meter(warning.meter)
    with override(warning.tenant.language):
        values = {"percent": warning.percent, "what": WHAT_IS_USED[meter], "name": warning.tenant.name}
        subject = _("%(percent)d %% of your %(what)s are used") % values
        text = [
            _("The workspace %(name)s has used %(percent)d %% of its %(what)s of this period.") % values,
            str(WHAT_FOLLOWS.get(meter, "")) if warning.percent < 100 else "",
            _("The page “Plan and usage” shows what is left and how to get more."),
        ]
        send_mail(subject, "\n\n".join(filter(None, text)), settings.DEFAULT_FROM_EMAIL, [to])


def _recipients_of(tenant_id: UUID) -> list[str]:
    """Return the addresses of those who see the workspace's money."""
    roles = (Membership.Role.OWNER, Membership.Role.ADMIN)
    members = Membership.objects.filter(tenant_id=tenant_id, role__in=roles, user__is_active=True)
    return sorted(members.values_list("user__email", flat=True))
