"""A warning is sent once, to those who see the money."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core import mail
from django_scopes import scopes_disabled

from billing.ledger.warning_mails import claim_warnings, send_warning
from tenants.models import Tenant, User
from tests.accounts.test_mails import html_of
from tests.billing.ledger.usage import entry, give, write


@pytest.fixture(autouse=True)
def across_tenants(db: None) -> Iterator[None]:
    with scopes_disabled():
        yield


def test_the_highest_new_warning_is_sent_once_to_who_sees_the_money(
    tenant: Tenant, alice: User, bob: User, settings: LazySettings
) -> None:
    settings.PUBLIC_URL = "https://vivavoce.example"
    give(tenant.id, 100)
    write(entry(tenant.id, 96))
    assert claim_warnings(send_warning) == 1
    assert claim_warnings(send_warning) == 0
    (sent,) = mail.outbox
    assert sent.to == [alice.email]
    assert "95 %" in sent.subject
    assert "%%" not in sent.body
    assert 'href="https://vivavoce.example/billing/"' in html_of(sent)


def test_a_workspace_without_credit_is_not_warned(tenant: Tenant) -> None:
    write(entry(tenant.id, 96))
    assert claim_warnings(send_warning) == 0
