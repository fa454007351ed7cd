"""Every service that changes rights, keys, policies, hosts or lives leaves one entry in the audit log."""

import ast
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from encoder import services as streams
from encoder.models import StreamTarget
from encoder.signals import StreamUse
from livesessions.kill import links
from livesessions.kill.services import kill_session
from livesessions.models.checks import CheckKind
from livesessions.models.kills import EmergencyLink, Kill
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services import approvals, lines, queue, sessions
from livesessions.shows.services import lifecycle
from livesessions.shows.services.shows import change_show, create_show
from livesessions.worker.chat_controls import run_chat_control
from moderation import services as moderation
from moderation.models import ViewerRule
from overlay.services import rotate_token
from planner import services as planner
from planner.errors import PersonaInUse
from planner.services import PersonaTraits
from planner.stage.games.commands import Control
from providers import services as providers
from providers.models import Credential
from speech.services import pronunciations, voices
from tenants import services as tenants
from tenants.models import ApiToken, AuditEntry, Invitation, Membership, Tenant, User
from tenants.team import invitations, members
from tests.architecture.sources import APPS, files, tree
from website.golive import services as golive

HASH = "ab" * 32
RULE: dict[str, Any] = {"viewer_hash": HASH, "role": ViewerRule.Role.BLOCKED}
DORA: dict[str, Any] = {"email": "dora@example.com", "role": Membership.Role.VIEWER}
STREAM: dict[str, Any] = {"url": "rtmp://push.example.com/live/", "key": "secret-key"}
KEY: dict[str, Any] = {"kind": Credential.Kind.VOICE, "provider": "elevenlabs"}
# Recorded elsewhere: the staff's pages, retention, and what deletes a tenant.
TESTED_WITH_THE_LOG = {"staff.added", "staff.changed", "staff.deleted", "audit.erased", "tenant.deleted"}
# On pages of their own: tests/tenants/test_audit_page.py, tests/accounts.
TESTED_WITH_THE_LOG |= {"audit.exported", "account.deleted", "log_in.ended", "impersonation.request"}
TESTED_WITH_THE_LOG |= {"impersonation.started", "impersonation.ended"}
# By the clock: tests/billing/test_states.py.
TESTED_WITH_THE_LOG.add("billing.state_changed")
# Against the local Stripe and on the pages of money: tests/billing.
TESTED_WITH_THE_LOG |= {"checkout.started", "plan.changed", "plan.cancelled", "plan.resumed", "portal.opened"}
TESTED_WITH_THE_LOG |= {"company.changed", "live_cap.changed", "credit.granted", "webhook.replayed"}
TESTED_WITH_THE_LOG.add("invoices.exported")
# With files that a child process reads: tests/knowledge/test_sources.py.
TESTED_WITH_THE_LOG |= {"source.added", "source.deleted", "source.released", "unanswered_question.dismissed"}


@pytest.fixture
def on_air(session: LiveSession, monkeypatch: pytest.MonkeyPatch) -> LiveSession:
    """A live whose worker is reached by nobody: commands end here."""
    monkeypatch.setattr(sessions, "send_command", lambda *args: None)
    with scope(tenant=session.tenant):
        LiveSession.objects.filter(id=session.id).update(status="active", started_at=session.created_at)
        session.refresh_from_db()
    return session


class Scene:
    """What the services act on."""

    def __init__(self, session: LiveSession, alice: User) -> None:
        self.session, self.show, self.tenant, self.alice = session, session.show, session.tenant, alice

    def token(self) -> ApiToken:
        return tenants.create_api_token(tenant=self.tenant, user=self.alice, name="Mine")[0]

    def word(self) -> Any:
        return pronunciations.add_pronunciation(tenant=self.tenant, written="Nike", spoken="naichi")

    def link(self) -> EmergencyLink:
        return links.create_link(tenant=self.tenant, user=self.alice, name="Phone").link

    def member(self) -> Membership:
        bob = User.objects.create_user("bob@example.com", name="Bob")
        return Membership.objects.create(tenant=self.tenant, user=bob, role=Membership.Role.VIEWER)

    def owner(self) -> Membership:
        return Membership.objects.get(tenant=self.tenant, user=self.alice)

    def dora(self) -> User:
        dora = User.objects.create_user("dora@example.com", name="Dora")
        EmailAddress.objects.create(user=dora, email=dora.email, verified=True)
        return dora

    def invitation(self) -> Invitation:
        invitation, _key = invitations.create_invitation(tenant=self.tenant, by=self.alice, **DORA)
        Invitation.objects.update(sent_at=timezone.now() - timedelta(hours=1))
        return invitation

    def voice(self) -> Any:
        return voices.create_voice(tenant=self.tenant, name="Second", language="it")

    def persona(self) -> Any:
        return planner.create_persona(tenant=self.tenant, traits=PersonaTraits("Nota", "Hi.", "it"))

    def another_show(self) -> Show:
        return create_show(tenant=self.tenant, name="Second", language="it")

    def held(self) -> Reply:
        reply: Reply = Reply.objects.create(
            id=uuid4(),
            tenant=self.tenant,
            session=self.session,
            status="held",
            text="Ciao",
            created_at=timezone.now(),
        )
        return reply

    def stream_use(self) -> StreamUse:
        return StreamUse(self.show.id, self.show.name, "/")

    def stream(self) -> StreamTarget:
        return streams.save_target(tenant=self.tenant, use=self.stream_use(), **STREAM)

    def prepared(self) -> LiveSession:
        LiveSession.objects.filter(id=self.session.id).update(status="pending", started_at=None)
        self.session.refresh_from_db()
        return self.session


# By verb: what must be there before, and the act; what the first returns is handed to the second.
Act = tuple[Callable[[Scene], Any], Callable[[Scene, Any], Any]]
ACTS: dict[str, Act] = {
    "tenant.created": (
        lambda s: None,
        lambda s, _: tenants.create_tenant(owner=s.alice, name="Another", language="it"),
    ),
    "stream.saved": (lambda s: None, lambda s, _: s.stream()),
    "stream.deleted": (
        lambda s: s.stream(),
        lambda s, target: streams.delete_target(tenant=s.tenant, use_id=target.use_id),
    ),
    "tenant.closed": (
        lambda s: LiveSession.objects.update(start_requested_at=None),
        lambda s, _: tenants.close_tenant(tenant=s.tenant),
    ),
    "invitation.sent": (
        lambda s: None,
        lambda s, _: invitations.create_invitation(tenant=s.tenant, by=s.alice, **DORA),
    ),
    "invitation.sent_again": (
        Scene.invitation,
        lambda s, row: invitations.renew_invitation(invitation=row),
    ),
    "invitation.revoked": (Scene.invitation, lambda s, row: invitations.revoke_invitation(invitation=row)),
    "member.joined": (
        Scene.invitation,
        lambda s, row: invitations.accept_invitation(invitation=row, user=s.dora()),
    ),
    "member.role_changed": (Scene.member, lambda s, row: members.change_role(member=row, role="admin")),
    "member.removed": (Scene.member, lambda s, row: members.remove_member(member=row, by=s.owner())),
    "member.left": (Scene.member, lambda s, row: members.leave_tenant(member=row)),
    "ownership.transferred": (
        Scene.member,
        lambda s, row: members.transfer_ownership(owner=s.owner(), to=row),
    ),
    "token.created": (lambda s: None, lambda s, _: s.token()),
    "token.revoked": (Scene.token, lambda s, token: tenants.revoke_api_token(token=token)),
    "credential.saved": (
        lambda s: None,
        lambda s, _: providers.save_credential(tenant=s.tenant, secret="sk-secret-1234567", **KEY),
    ),
    "credential.deleted": (
        lambda s: providers.save_credential(tenant=s.tenant, secret="sk-secret-1234567", **KEY),
        lambda s, _: providers.delete_credential(tenant=s.tenant, **KEY),
    ),
    "policy.changed": (
        lambda s: s.show.policy,
        lambda s, policy: moderation.block_term(policy=policy, term="parolaccia"),
    ),
    "viewer_rule.set": (lambda s: None, lambda s, _: moderation.set_viewer_rule(tenant=s.tenant, **RULE)),
    "viewer_rule.noted": (
        lambda s: moderation.set_viewer_rule(tenant=s.tenant, **RULE),
        lambda s, rule: moderation.set_viewer_note(rule=rule, note="The neighbour"),
    ),
    "viewer_rule.removed": (
        lambda s: moderation.set_viewer_rule(tenant=s.tenant, **RULE),
        lambda s, _: moderation.remove_viewer_rule(tenant=s.tenant, viewer_hash=HASH),
    ),
    "persona.created": (lambda s: None, lambda s, _: s.persona()),
    "persona.changed": (
        Scene.persona,
        lambda s, persona: planner.change_persona(persona=persona, system_prompt="Hello."),
    ),
    "persona.deleted": (Scene.persona, lambda s, persona: planner.delete_persona(persona=persona)),
    "voice.created": (lambda s: None, lambda s, _: s.voice()),
    "voice.changed": (Scene.voice, lambda s, voice: voices.change_voice(voice=voice, speed=1.2)),
    "voice.deleted": (Scene.voice, lambda s, voice: voices.delete_voice(voice=voice)),
    "pronunciation.created": (lambda s: None, lambda s, _: s.word()),
    "pronunciation.changed": (
        Scene.word,
        lambda s, word: pronunciations.change_pronunciation(pronunciation=word, spoken="naik"),
    ),
    "pronunciation.deleted": (
        Scene.word,
        lambda s, word: pronunciations.delete_pronunciation(pronunciation=word),
    ),
    "overlay.address_renewed": (lambda s: s.show.overlay, lambda s, overlay: rotate_token(overlay=overlay)),
    "show.created": (lambda s: None, lambda s, _: create_show(tenant=s.tenant, name="Second", language="it")),
    "show.changed": (lambda s: None, lambda s, _: change_show(show=s.show, holds_replies=True)),
    "show.duplicated": (lambda s: None, lambda s, _: lifecycle.duplicate_show(show=s.show)),
    "show.archived": (Scene.another_show, lambda s, show: lifecycle.archive_show(show=show)),
    "show.unarchived": (
        lambda s: lifecycle.archive_show(show=s.another_show()),
        lambda s, show: lifecycle.unarchive_show(show=show),
    ),
    "show.deleted": (Scene.another_show, lambda s, show: lifecycle.delete_show(show=show)),
    "show.check_passed": (
        lambda s: None,
        lambda s, _: golive.pass_check(show=s.show, kind=CheckKind.RULES, user=s.alice, of="x"),
    ),
    "session.checks_waived": (
        Scene.another_show,
        lambda s, show: golive.go_on_air(
            show=show, user=s.alice, source="simulator", source_options={}, waived=[CheckKind.VOICE]
        ),
    ),
    "session.started": (Scene.prepared, lambda s, row: sessions.start_session(session=row)),
    "session.stopped": (lambda s: None, lambda s, _: sessions.stop_session(session=s.session)),
    "session.muted": (lambda s: None, lambda s, _: sessions.mute_session(session=s.session)),
    "session.unmuted": (
        lambda s: sessions.mute_session(session=s.session),
        lambda s, _: sessions.unmute_session(session=s.session),
    ),
    "session.killed": (
        lambda s: None,
        lambda s, _: kill_session(session=s.session, way=Kill.Way.CONSOLE),
    ),
    "emergency_link.created": (lambda s: None, lambda s, _: s.link()),
    "emergency_link.rotated": (Scene.link, lambda s, link: links.rotate_link(link=link)),
    "emergency_link.deleted": (Scene.link, lambda s, link: links.delete_link(link=link)),
    "emergency_link.used": (
        Scene.link,
        lambda s, link: links.press(link=link, address=None, pressed_at=timezone.now()),
    ),
    "session.host_paused": (lambda s: None, lambda s, _: queue.pause_host(session=s.session)),
    "session.host_resumed": (lambda s: None, lambda s, _: queue.resume_host(session=s.session)),
    "session.reply_skipped": (lambda s: None, lambda s, _: sessions.skip_reply(session=s.session)),
    "session.text_said": (
        lambda s: None,
        lambda s, _: lines.say_line(session=s.session, text="Buonasera"),
    ),
    "session.reply_approved": (
        Scene.held,
        lambda s, reply: approvals.approve_reply(session=s.session, reply_id=reply.id),
    ),
    "session.reply_rejected": (
        Scene.held,
        lambda s, reply: approvals.reject_reply(session=s.session, reply_id=reply.id),
    ),
}


def count(verb: str) -> int:
    with scopes_disabled():
        return AuditEntry.objects.filter(verb=verb).count()


@pytest.mark.parametrize("verb", ACTS)
def test_each_change_is_recorded_once_and_only_when_it_is_committed(
    verb: str, on_air: LiveSession, alice: User
) -> None:
    prepare, act = ACTS[verb]
    scene = Scene(on_air, alice)
    with scope(tenant=on_air.tenant):
        given = prepare(scene)
        before = count(verb)
        with transaction.atomic():
            act(scene, given)
            assert count(verb) == before + 1
            transaction.set_rollback(True)
        assert count(verb) == before


def recorded_verbs() -> set[str]:
    """Return the verbs that the product's sources record."""
    return {
        node.value
        for path in files(*APPS)
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("audit.record", "record")
        for node in ast.walk(call.args[0])
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_verb_of_the_product_is_tested() -> None:
    assert recorded_verbs() == set(ACTS) | TESTED_WITH_THE_LOG


def test_a_change_of_a_policy_says_what_it_was_before(session: LiveSession) -> None:
    with scope(tenant=session.tenant):
        moderation.change_policy(policy=session.show.policy, safe_mode=False)
        moderation.change_policy(policy=session.show.policy, safe_mode=False)
        (entry,) = AuditEntry.objects.filter(verb="policy.changed")
    assert entry.detail == {"safe_mode": {"before": True, "after": False}}


def test_a_change_of_a_show_says_what_it_was_before(session: LiveSession) -> None:
    show = session.show
    with scope(tenant=session.tenant):
        before = str(show.persona_id)
        other = planner.create_persona(tenant=session.tenant, traits=PersonaTraits("Nota", "Hi.", "it"))
        show.cooldown_max_s = 50.0  # as a form does
        change_show(show=show, cooldown_max_s=50.0, persona=other)
        change_show(show=show, cooldown_max_s=50.0, persona=other)
        (entry,) = AuditEntry.objects.filter(verb="show.changed")
    assert entry.detail["persona"] == {"before": before, "after": str(other.id)}
    assert entry.detail.keys() == {"persona", "cooldown_max_s"}


def test_a_mute_given_twice_is_one_change(on_air: LiveSession) -> None:
    with scope(tenant=on_air.tenant):
        sessions.mute_session(session=on_air)
        sessions.mute_session(session=on_air)
    assert count("session.muted") == 1


def test_a_chat_moderators_command_is_the_systems(on_air: LiveSession) -> None:
    with scope(tenant=on_air.tenant):
        run_chat_control(on_air.id, Control.STOP)
        (entry,) = AuditEntry.objects.filter(verb="session.stopped")
    assert (entry.actor_kind, entry.actor_label) == (AuditEntry.ActorKind.SYSTEM, "chat moderator")


def test_a_secret_is_in_no_entry(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        providers.save_credential(tenant=tenant, secret="sk-secret-1234567", **KEY)
        (entry,) = AuditEntry.objects.filter(verb="credential.saved")
    assert "sk-secret" not in f"{entry.detail} {entry.object_label}"


def test_a_show_that_nobody_may_leave_without_a_host_records_nothing(show: Show) -> None:
    with scope(tenant=show.tenant):
        with pytest.raises(PersonaInUse):
            planner.delete_persona(persona=show.persona)
        assert not AuditEntry.objects.filter(verb="persona.deleted").exists()
