"""The ready-made policies."""

import pytest

from moderation.models import Policy
from moderation.services import get_default_policy
from moderation.stage.moderator import Moderator
from tenants.models import Tenant


@pytest.mark.parametrize(("language", "line"), [("it", "sei uno stronzo"), ("en", "you are a bitch")])
def test_a_new_tenants_policy_blocks_insults_in_its_language(
    tenant: Tenant, language: str, line: str
) -> None:
    from django_scopes import scope

    with scope(tenant=tenant):
        policy = get_default_policy(tenant=tenant, language=language)

    assert Moderator(policy.blocklist).review(line).blocked
    assert policy.safe_mode


def test_the_policy_is_made_once(tenant: Tenant) -> None:
    from django_scopes import scope

    with scope(tenant=tenant):
        first = get_default_policy(tenant=tenant, language="it")
        second = get_default_policy(tenant=tenant, language="it")
        assert first == second
        assert Policy.objects.filter(name=first.name).count() == 1
