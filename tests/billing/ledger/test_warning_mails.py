"""A warning is sent once, to those who see the money."""

from collections.abc import Iterator

import pytest
from django.core import mail
from django_scopes import scopes_disabled

from billing.ledger.reports import warnings_of
from billing.ledger.warning_mails import claim_warnings, send_warning
from billing.plans.catalogue import Meter
from tenants.models import Tenant, User
from tests.billing.ledger.usage import NOW, entry, give, write


@pytest.fixture(autouse=True)
def across_tenants(db: None) -> Iterator[None]:
    with scopes_disabled():
        yield


def test_the_highest_new_warning_is_sent_once_to_who_sees_the_money(
    tenant: Tenant, alice: User, bob: User
) -> None:
    give(tenant.id, 100)
    write(entry(tenant.id, 96))
    assert claim_warnings(send_warning) == 1
    assert claim_warnings(send_warning) == 0
    (sent,) = mail.outbox
    assert sent.to == [alice.email]
    assert "95 %" in sent.subject
    assert "%%" not in sent.body
    assert warnings_of(tenant.id, now=NOW) == {Meter.TOKENS: 95}


def test_a_workspace_without_credit_is_not_warned(tenant: Tenant) -> None:
    write(entry(tenant.id, 96))
    assert claim_warnings(send_warning) == 0
    assert warnings_of(tenant.id, now=NOW) == {}
