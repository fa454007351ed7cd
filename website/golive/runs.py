"""Runs a check now: each returns whether it was passed, and what the user is told."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chatsources.errors import SourceFault
from encoder.models import StreamTarget
from encoder.rtmp.errors import PublishFault
from encoder.services import check_target
from encoder.words import FAULTS
from livesessions.models.checks import CheckKind
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.tiktok import why_not_live
from livesessions.shows.services.overlay_tests import run_show_overlay_test
from overlay.testing.outcome_messages import MESSAGES
from overlay.testing.services import OverlaySample
from overlay.testing.spoken_line import OverlayTestOutcome
from speech.defaults import sample_sentence
from speech.services.voice_resolution import resolve_voices
from tenants.errors import AppError
from tenants.http import TenantRequest
from website.golive.checks import rules_identity, voice_identity
from website.golive.services import pass_check
from website.shows.hearing import Hearing, hear


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run found. `heard` is the sound of a tested voice."""

    passed: bool
    text: str
    heard: Hearing | None = None


def run_check(request: TenantRequest, show: Show, kind: CheckKind) -> RunResult:
    """Run a check and record it when it was passed. Blocks: up to 20 seconds for the overlay."""
    return RUNS[kind](request, show)


def _run_tiktok(request: TenantRequest, show: Show) -> RunResult:
    if not show.handle:
        return RunResult(False, _("This show has no TikTok handle."))
    fault = why_not_live(show.handle)
    if fault is None:
        pass_check(show=show, kind=CheckKind.TIKTOK, user=request.user, of=show.handle)
        return RunResult(True, _("@%(handle)s is live.") % {"handle": show.handle})
    if fault is SourceFault.USER_OFFLINE:
        text = _("@%(handle)s is not live. Go live in the TikTok app, then check again.")
        return RunResult(False, text % {"handle": show.handle})
    if fault is SourceFault.HANDLE_NOT_FOUND:
        return RunResult(False, str(LiveSession.EndReason.HANDLE_NOT_FOUND.label))
    return RunResult(False, _("TikTok did not answer. Try again in a moment."))


def _run_stream(request: TenantRequest, show: Show) -> RunResult:
    target = StreamTarget.objects.filter(tenant=request.tenant, use_id=show.id).first()
    if target is None:
        return RunResult(False, _("No server URL and key are stored."))
    try:
        checked = check_target(target=target)
    except AppError as refusal:
        return RunResult(False, refusal.user_message)
    if checked.check_fault:
        return RunResult(False, str(FAULTS[PublishFault(checked.check_fault)]))
    return RunResult(True, _("The server accepts the key."))


def _run_overlay(request: TenantRequest, show: Show) -> RunResult:
    try:
        outcome = run_show_overlay_test(show=show, sample=OverlaySample.VOICE)
    except AppError as refusal:
        return RunResult(False, refusal.user_message)
    message = MESSAGES[outcome]
    if outcome is OverlayTestOutcome.HEARD:
        pass_check(show=show, kind=CheckKind.OVERLAY, user=request.user, of=str(show.overlay_id))
    return RunResult(outcome is OverlayTestOutcome.HEARD, f"{message.title} {message.text}")


def _run_voice(request: TenantRequest, show: Show) -> RunResult:
    heard = hear(request, voice=show.voice, text=sample_sentence(show.language))
    if heard.problem:
        return RunResult(False, heard.problem, heard)
    identity = voice_identity(show.voice, resolve_voices(show.voice))
    pass_check(show=show, kind=CheckKind.VOICE, user=request.user, of=identity)
    return RunResult(True, _("The voice works."), heard)


def _run_rules(request: TenantRequest, show: Show) -> RunResult:
    pass_check(show=show, kind=CheckKind.RULES, user=request.user, of=rules_identity(show.policy))
    return RunResult(True, "")


RUNS: dict[CheckKind, Callable[[TenantRequest, Show], RunResult]] = {
    CheckKind.TIKTOK: _run_tiktok,
    CheckKind.STREAM: _run_stream,
    CheckKind.OVERLAY: _run_overlay,
    CheckKind.VOICE: _run_voice,
    CheckKind.RULES: _run_rules,
}
