"""The checks before a live goes on air, each with its state and what to do about it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from billing.ledger.balances import balances_of
from billing.ledger.reports import month_cost_of
from billing.ledger.warning_mails import WHAT_IS_USED
from billing.pages.words import AT_LIMIT, quantity_text
from billing.plans import doors
from billing.plans.catalogue import Meter
from billing.plans.entitlements import Entitlements, entitlements_for
from encoder.models import StreamTarget
from encoder.rtmp.errors import PublishFault
from encoder.services import has_key
from encoder.words import FAULTS
from livesessions.kill.acknowledgements import PartState, progress_of
from livesessions.models.checks import CheckKind, PassedCheck
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from moderation.models import Policy
from overlay.layout import FORMATS, LABEL
from overlay.presence import OpenPage, read_pages
from speech.models import VoiceProfile
from speech.services.voice_resolution import VoiceLineup, resolve_voices
from speech.services.voices import Provider

# How long a passed check is believed.
LIVE_FOR = timedelta(minutes=10)
HEARD_FOR = timedelta(hours=12)
SPOKEN_FOR = timedelta(hours=24)
KILLED_FOR = timedelta(days=30)
CREDIT_OF_A_LIVE = (Meter.LIVE_SECONDS, Meter.VOICE_CHARACTERS, Meter.TOKENS)
BAD_SOUND = ("blocked", "stalled", "silent")


class CheckState(StrEnum):
    """The state of a check: passed, not done yet, or failed."""

    DONE = "done"
    OPEN = "open"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist.

    - `text`: what was found, and what to do.
    - `run`: the label of the button that runs the check now; empty where nothing can be run.
    - `url`, `link`: a page that helps.
    """

    kind: CheckKind
    state: CheckState
    text: str
    run: str = ""
    url: str = ""
    link: str = ""

    @property
    def title(self) -> str:
        return str(self.kind.label)

    @property
    def is_done(self) -> bool:
        return self.state is CheckState.DONE


@dataclass(frozen=True, slots=True)
class Findings:
    """What the checks look at, read once."""

    show: Show
    passed: Mapping[str, PassedCheck]
    pages: list[OpenPage]
    lineup: VoiceLineup

    @property
    def is_managed(self) -> bool:
        """Whether our servers send the picture."""
        return self.show.mode == Show.Mode.MANAGED

    def passes(self, kind: CheckKind, *, of: str, within: timedelta | None = None) -> bool:
        """Return whether a check was passed for what it is about now, and recently enough."""
        check = self.passed.get(kind)
        if check is None or check.of != of:
            return False
        return within is None or timezone.now() - check.passed_at < within


def checks_of(show: Show, *, source: str) -> list[Check]:
    """Return a show's checks for a live with this chat, in the order of the checklist."""
    findings = Findings(
        show,
        {check.kind: check for check in PassedCheck.objects.filter(show=show)},
        read_pages(show.overlay_id),
        resolve_voices(show.voice),
    )
    skipped = {CheckKind.OVERLAY} if findings.is_managed else {CheckKind.STREAM}
    if source != LiveSession.Source.TIKTOK:
        skipped.add(CheckKind.TIKTOK)
    return [check(findings) for kind, check in CHECKS.items() if kind not in skipped]


def _tiktok(findings: Findings) -> Check:
    handle = findings.show.handle
    if not handle:
        link = reverse("livesessions:show_edit", args=[findings.show.id])
        text = _("This show has no TikTok handle.")
        return Check(CheckKind.TIKTOK, CheckState.ATTENTION, text, url=link, link=_("Add your handle"))
    if findings.is_managed:
        text = _("@%(handle)s goes live with our stream. Your host waits for it.") % {"handle": handle}
        return Check(CheckKind.TIKTOK, CheckState.DONE, text)
    if findings.passes(CheckKind.TIKTOK, of=handle, within=LIVE_FOR):
        return Check(CheckKind.TIKTOK, CheckState.DONE, _("@%(handle)s is live.") % {"handle": handle})
    text = _("Go live in the TikTok app as @%(handle)s, then check.") % {"handle": handle}
    return Check(CheckKind.TIKTOK, CheckState.OPEN, text, run=_("Check now"))


def _stream(findings: Findings) -> Check:
    kind, show = CheckKind.STREAM, findings.show
    page = {"url": reverse("encoder:stream_edit", args=[show.id]), "link": _("Server URL and key")}
    target = StreamTarget.objects.filter(tenant=show.tenant_id, use_id=show.id).first()
    now = timezone.now()
    if target is None or not has_key(show.tenant_id, show.id):
        return Check(kind, CheckState.ATTENTION, _("No server URL and key are stored."), **page)
    if target.key_expires_at is not None and target.key_expires_at <= now:
        return Check(kind, CheckState.ATTENTION, _("The key has expired. Paste a new one."), **page)
    if target.check_fault:
        text = str(FAULTS[PublishFault(target.check_fault)])
        return Check(kind, CheckState.ATTENTION, text, run=_("Check again"), **page)
    if target.checked_at is not None and now - target.checked_at < LIVE_FOR:
        return Check(kind, CheckState.DONE, _("The server accepts the key."))
    return Check(
        kind, CheckState.OPEN, _("Check that the server takes your stream."), run=_("Check now"), **page
    )


def _overlay(findings: Findings) -> Check:
    kind, show = CheckKind.OVERLAY, findings.show
    setup = {"url": reverse("livesessions:show_setup", args=[show.id]), "link": _("Put it in OBS")}
    if not findings.pages:
        text = _("No overlay is open. Nobody would hear your host.")
        return Check(kind, CheckState.ATTENTION, text, **setup)
    if all(page["sound"] in BAD_SOUND for page in findings.pages):
        text = _("The overlay is open, but its sound does not work.")
        return Check(kind, CheckState.ATTENTION, text, run=_("Send a test sentence"), **setup)
    if findings.passes(kind, of=str(show.overlay_id), within=HEARD_FOR):
        return Check(kind, CheckState.DONE, _("Your host was heard on the open overlay."))
    return Check(
        kind, CheckState.OPEN, _("The overlay is open. Test its sound."), run=_("Send a test sentence")
    )


def voice_identity(voice: VoiceProfile, lineup: VoiceLineup) -> str:
    """Return what identifies the voice that speaks first now."""
    return f"{voice.id}:{lineup.options[0].name if lineup.options else ''}"[:160]


def _voice(findings: Findings) -> Check:
    voice, lineup = findings.show.voice, findings.lineup
    speakers = " → ".join(str(Provider(option.provider).label) for option in lineup.options)
    link = reverse("website:show_voice", args=[findings.show.id])
    if findings.passes(CheckKind.VOICE, of=voice_identity(voice, lineup), within=SPOKEN_FOR):
        return Check(CheckKind.VOICE, CheckState.DONE, _("It speaks: %(voices)s.") % {"voices": speakers})
    text = _("Voices in order: %(voices)s. Test the first one.") % {"voices": speakers}
    return Check(CheckKind.VOICE, CheckState.OPEN, text, _("Test the voice"), link, _("Choose another"))


def _badge(findings: Findings) -> Check:
    if findings.is_managed:
        return Check(CheckKind.BADGE, CheckState.DONE, _("Our picture shows that your host is an AI."))
    layout = findings.show.overlay.whole_layout
    shown: list[dict[str, Any]] = [layout["tall"], layout["wide"]]
    if len(shown) == len(FORMATS) and all(boxes[LABEL]["on"] for boxes in shown):
        return Check(CheckKind.BADGE, CheckState.DONE, _("Viewers see that your host is an AI."))
    link = reverse("overlay:overlay_edit", args=[findings.show.id])
    text = _("The overlay hides that your host is an AI. TikTok asks you to show it.")
    return Check(CheckKind.BADGE, CheckState.ATTENTION, text, url=link, link=_("Open the overlay's editor"))


def _kill(findings: Findings) -> Check:
    kills = Kill.objects.filter(session__show=findings.show).select_related("session")
    kill = kills.order_by("-pressed_at").first()
    progress = progress_of(kill.session) if kill is not None else None
    link = {"url": reverse("livesessions:emergency_link_list"), "link": _("Emergency links")}
    if progress is None or timezone.now() - progress.kill.pressed_at > KILLED_FOR:
        text = _("Start a rehearsal with the simulated chat and press the kill switch once.")
        return Check(CheckKind.KILL, CheckState.OPEN, text, **link)
    if any(part.state is PartState.WAITING for part in progress.parts):
        text = _("Part of the live did not answer when it was last pressed. Test it again in a rehearsal.")
        return Check(CheckKind.KILL, CheckState.ATTENTION, text, **link)
    day = date_format(timezone.localtime(progress.kill.pressed_at), "MONTH_DAY_FORMAT")
    return Check(CheckKind.KILL, CheckState.DONE, _("It worked on %(day)s.") % {"day": day})


def _limits(findings: Findings) -> Check:
    """Check the plan's credit first, as it ends a live; then the installation's limit of costs."""
    tenant = findings.show.tenant
    found = entitlements_for(tenant)
    month = month_cost_of(tenant)
    if not found.is_self_hosted and not month.is_reached:
        return _credit(findings, found)
    if month.is_reached:
        text = _("This month's limit is used up: your host would only use free voices and answers.")
        return Check(CheckKind.LIMITS, CheckState.ATTENTION, text)
    if not month.limit_eur:
        return Check(CheckKind.LIMITS, CheckState.DONE, _("No monthly limit is set."))
    used = {"spent": number_format(month.spent_eur, 2), "limit": number_format(month.limit_eur, 2)}
    return Check(CheckKind.LIMITS, CheckState.DONE, _("€ %(spent)s of € %(limit)s used this month.") % used)


def _credit(findings: Findings, found: Entitlements) -> Check:
    """Check that the plan lets a live start, and that no credit of a live is used up; say what is left."""
    kind, balances = CheckKind.LIMITS, balances_of(findings.show.tenant)
    closed = doors.refusal(doors.START_LIVE, found, in_use=-1, left=balances[Meter.LIVE_SECONDS].left)
    if closed is not None:
        return Check(kind, CheckState.ATTENTION, closed.user_message)
    given = [(meter, balances[meter]) for meter in CREDIT_OF_A_LIVE if balances[meter].granted]
    spent = [(meter, balance) for meter, balance in given if balance.left <= 0]
    if spent:
        what = ", ".join(str(WHAT_IS_USED[meter]) for meter, _balance in spent)
        follows = [str(AT_LIMIT[meter]) for meter, _balance in spent]
        text = _("Used up in this period: %(what)s.") % {"what": what}
        return Check(kind, CheckState.ATTENTION, " ".join([text, *follows]))
    left = " · ".join(quantity_text(meter, balance.left) for meter, balance in given)
    return Check(kind, CheckState.DONE, _("Left until the end of the period: %(left)s.") % {"left": left})


def rules_identity(policy: Policy) -> str:
    """Return what identifies the content of rules: it changes with every change of them."""
    content = [policy.blocklist, policy.allowlist, policy.safe_mode, policy.asks_model]
    return f"{policy.id}:{hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]}"


def _rules(findings: Findings) -> Check:
    policy = findings.show.policy
    link = {"url": reverse("moderation:policy_edit", args=[policy.id]), "link": _("Read the rules")}
    if findings.passes(CheckKind.RULES, of=rules_identity(policy)):
        return Check(CheckKind.RULES, CheckState.DONE, _("Read, and unchanged since."))
    known = CheckKind.RULES in findings.passed
    text = _("The rules have changed. Read them again.") if known else _("Know what is blocked and allowed.")
    return Check(CheckKind.RULES, CheckState.OPEN, text, run=_("I have read them"), **link)


CHECKS: dict[CheckKind, Callable[[Findings], Check]] = {
    CheckKind.TIKTOK: _tiktok,
    CheckKind.STREAM: _stream,
    CheckKind.OVERLAY: _overlay,
    CheckKind.VOICE: _voice,
    CheckKind.BADGE: _badge,
    CheckKind.KILL: _kill,
    CheckKind.LIMITS: _limits,
    CheckKind.RULES: _rules,
}
