"""Viewers whom a tenant has blocked or trusts."""

from django_scopes import scope

from moderation.models import ViewerRule
from moderation.services import remove_viewer_rule, set_viewer_rule, viewer_standings
from tenants.models import Tenant

BLOCKED, TRUSTED = ViewerRule.Role.BLOCKED, ViewerRule.Role.TRUSTED


def test_the_last_word_about_a_viewer_holds(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        set_viewer_rule(tenant=tenant, viewer_hash="a", role=TRUSTED)
        set_viewer_rule(tenant=tenant, viewer_hash="a", role=BLOCKED, note="spam")
        set_viewer_rule(tenant=tenant, viewer_hash="b", role=TRUSTED)

        assert viewer_standings(tenant=tenant, viewer_hashes=["a", "b", "c"]) == {"a": BLOCKED, "b": TRUSTED}


def test_a_rule_can_be_taken_back(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        set_viewer_rule(tenant=tenant, viewer_hash="a", role=BLOCKED)

        assert remove_viewer_rule(tenant=tenant, viewer_hash="a")
        assert not remove_viewer_rule(tenant=tenant, viewer_hash="a")
        assert viewer_standings(tenant=tenant, viewer_hashes=["a"]) == {}


def test_charlies_rules_are_charlies_alone(tenant: Tenant, other_tenant: Tenant) -> None:
    with scope(tenant=other_tenant):
        set_viewer_rule(tenant=other_tenant, viewer_hash="a", role=BLOCKED)
    with scope(tenant=tenant):
        assert viewer_standings(tenant=tenant, viewer_hashes=["a"]) == {}
        assert not ViewerRule.objects.exists()
        assert not remove_viewer_rule(tenant=tenant, viewer_hash="a")
    with scope(tenant=other_tenant):
        assert ViewerRule.objects.count() == 1
