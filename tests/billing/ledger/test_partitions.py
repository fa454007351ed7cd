"""The ledger lies in parts, one a month, made ahead; what had none is moved, although nobody may delete."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django_scopes import scopes_disabled

from billing.ledger.partitions import USAGE_LEDGER
from billing.models.ledger import UsageEntry
from providers.partitions import shift_month
from tenants.models import Tenant
from tests.billing.ledger.usage import entry, write


@pytest.fixture(autouse=True)
def across_tenants(db: None) -> Iterator[None]:
    with scopes_disabled():
        yield


def test_this_month_and_the_next_three_have_a_part() -> None:
    today = datetime.now(UTC).date()
    assert USAGE_LEDGER.existing_months() == [shift_month(today, ahead) for ahead in range(4)]


def test_what_had_no_part_is_moved_into_one_that_refuses_changes_too(tenant: Tenant) -> None:
    write(entry(tenant.id, 10, at=datetime(2031, 5, 31, tzinfo=UTC)))
    assert date(2031, 5, 1) in USAGE_LEDGER.make(datetime.now(UTC).date())
    assert UsageEntry.objects.get().quantity == 10
    with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"):
        cursor.execute("DELETE FROM billing_usageentry_2031_05")
