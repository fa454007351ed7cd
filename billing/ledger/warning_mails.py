"""Says that a workspace's credit is nearly used up: by mail, each warning once, and during a live."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_scopes import scopes_disabled

from billing.mails import readers_of, send_money_mail, words_of
from billing.models.ledger import CreditWarning
from billing.plans.catalogue import Meter

VERY_NEAR = 95  # from this percent on a warning says what follows
WHAT_IS_USED: dict[Meter, Promise] = {
    Meter.LIVE_SECONDS: gettext_lazy("live hours"),
    Meter.ENCODER_SECONDS: gettext_lazy("encoder hours"),
    Meter.VOICE_CHARACTERS: gettext_lazy("voice characters"),
    Meter.TOKENS: gettext_lazy("tokens"),
    Meter.MEDIA_SECONDS: gettext_lazy("media minutes"),
}
WHAT_FOLLOWS: dict[Meter, Promise] = {
    Meter.LIVE_SECONDS: gettext_lazy("When all are used, no new live can start."),
    Meter.VOICE_CHARACTERS: gettext_lazy("When all are used, your host goes on with a built-in voice."),
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
                for address in readers_of(warning.tenant_id):
                    send(warning.id, address)
    return claimed


def send_warning(warning_id: int, to: str) -> None:
    """Send one warning to one address, in the workspace's language."""
    with scopes_disabled():
        warning = CreditWarning.objects.select_related("tenant").filter(id=warning_id).first()
    if warning is None:
        return
    meter = Meter(warning.meter)
    with words_of(warning.tenant):
        values = {"percent": warning.percent, "what": WHAT_IS_USED[meter]}
        text = _("%(percent)d %% of your %(what)s of this period are used.") % values
        send_money_mail(
            warning.tenant,
            to=to,
            subject=_("%(percent)d %% of your %(what)s are used") % values,
            text=f"{text} {WHAT_FOLLOWS.get(meter, '')}".strip(),
            page="billing:usage",
            action=_("See what is left"),
        )


def credit_warning_text(warnings: Mapping[str, int]) -> str:
    """Return what the creator of a running live reads of its credit; `warnings` are percents by meter."""
    lines = []
    for meter in sorted(WHAT_FOLLOWS, key=lambda meter: -warnings.get(meter, 0)):
        percent = warnings.get(meter, 0)
        if percent:
            words = {"percent": percent, "what": WHAT_IS_USED[meter]}
            lines.append(_("%(percent)d %% of your %(what)s are used.") % words)
        if percent >= VERY_NEAR:
            lines.append(str(WHAT_FOLLOWS[meter]))
    return " ".join(lines)
