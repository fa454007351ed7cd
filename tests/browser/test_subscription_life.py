"""A subscription clicked through in the app and at the local Stripe; the staff site shows each step."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled
from playwright.sync_api import BrowserContext, Page, expect

from billing.ledger.reservations import reserve, settle
from billing.models.account import BillingAccount
from billing.plans.catalogue import HOUR_S, Meter
from tenants.models import Tenant, User
from tenants.services import create_tenant
from tests.accounts.codes import give_second_factor, prove_second_factor
from tests.fakes.stripe_server.server import LocalStripe
from tests.patience import PATIENCE_MS, PATIENCE_S, POLL_S

GOOD_CARD, FAILING_CARD = "4242", "0341"


class Life:
    """One browser of the owner, and one client of the staff."""

    def __init__(self, page: Page, staff: Client, tenant: Tenant, site: str, stripe: LocalStripe) -> None:
        self.page, self._staff, self.tenant = page, staff, tenant
        self._site, self._stripe = site, stripe

    def open(self, path: str) -> None:
        self.page.goto(f"{self._site}{path}")

    def press(self, words: str) -> None:
        self.page.locator("a, button").filter(has_text=words).locator("visible=true").first.click()

    def reads(self, words: str) -> None:
        expect(self.page.locator("body")).to_contain_text(words)

    def pay_with(self, card: str, button: str) -> None:
        """Choose a card on one of Stripe's pages."""
        self.page.locator(f"input[name=card][value='{card}']").check()
        self.press(button)

    def month_passes(self) -> None:
        """Press on the local Stripe's desk; the renewal happens, or the subscription ends."""
        self.page.goto(self._stripe.url)
        self.press("31 days later")

    def becomes(self, plan: str, state: str) -> None:
        """Wait until the webhooks have brought a plan and a state, and see them on the staff site."""
        until = time.monotonic() + PATIENCE_S
        while self._account() != (plan, state):
            assert time.monotonic() < until, f"still {self._account()}, not {(plan, state)}"
            time.sleep(POLL_S)
        accounts = "/staff/billing/billingaccount/"
        self.staff_see(accounts, f'field-plan">{plan}<', f'field-state">{BillingAccount.State(state).label}<')

    def staff_see(self, path: str, *parts: str) -> None:
        """Check that a page of the staff site has these parts."""
        shown = self._staff.get(path).content.decode()
        assert [part for part in parts if part not in shown] == []

    def will_end(self) -> None:
        """Check that the account has a day on which it ends, and that staff see it."""
        with scopes_disabled():
            assert BillingAccount.objects.get(tenant=self.tenant).cancel_at is not None
        assert (
            'field-cancel_at nowrap">-<'
            not in self._staff.get("/staff/billing/billingaccount/").content.decode()
        )

    def _account(self) -> tuple[str, str]:
        with scopes_disabled():
            account = BillingAccount.objects.get(tenant=self.tenant)
        return account.plan, account.state


@pytest.fixture
def life(
    alice: User,
    charlie: User,
    selling_site: str,
    stripe: LocalStripe,
    new_context: Callable[..., BrowserContext],
    redis_client: object,
) -> Life:
    tenant = create_tenant(owner=alice, name="Alice's lives", language="en")
    User.objects.filter(id=charlie.id).update(is_staff=True, is_superuser=True)
    give_second_factor(charlie)
    staff, owner = Client(), Client()
    staff.force_login(charlie)
    prove_second_factor(staff, charlie)
    owner.force_login(alice)
    context = new_context(locale="en")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": owner.cookies[name].value, "url": selling_site}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return Life(page, staff, tenant, selling_site, stripe)


def test_a_subscription_is_bought_fails_is_paid_grows_and_ends(life: Life) -> None:
    life.open("/")
    life.reads("Trial: 14 days left.")
    life.becomes("trial", "trial")

    life.press("Choose a plan")
    life.press("Choose Self")
    life.reads("You pay now")
    life.press("Go to payment")
    life.pay_with(GOOD_CARD, "Pay")
    life.reads("The plan Self is active.")
    life.becomes("self", "active")

    use_three_hours(life)
    life.press("Plan and usage")
    life.reads("3 h of 30 h")
    life.staff_see("/staff/billing/reservation/", f'field-used">{3 * HOUR_S}<')
    life.staff_see("/staff/billing/grant/", f'field-used">{3 * HOUR_S}<')
    life.reads("Renews on")

    life.press("Payment method")
    life.pay_with(FAILING_CARD, "Use this card")
    life.month_passes()
    life.becomes("self", "past_due")
    life.open("/")
    life.reads("The last payment failed. 7 days left")

    life.press("Fix the payment")
    life.page.locator("form[action='/billing/portal/'] button").click()
    life.pay_with(GOOD_CARD, "Use this card")
    life.becomes("self", "active")
    life.press("Return to Vivavoce")
    expect(life.page.locator(".plan-card .pill")).to_have_text("Active")

    life.press("Change plan")
    life.press("Choose Managed")
    life.press("Confirm")
    life.reads("Plan Managed")
    life.becomes("managed", "active")

    life.press("Cancel the plan")
    life.press("Cancel at the end of the period")
    life.reads("Ends soon")
    life.will_end()
    life.month_passes()
    life.becomes("managed", "ended")
    life.open("/billing/")
    life.reads("The plan has ended. Nothing is deleted.")
    life.press("Invoices")
    life.reads("Paid")
    life.staff_see("/staff/djstripe/invoice/", ">in_")


def use_three_hours(life: Life) -> None:
    """Use three hours of the plan, as a live does."""
    tenant_id = life.tenant.id
    assert reserve(tenant_id, Meter.LIVE_SECONDS, 3 * HOUR_S, "a live", timedelta(hours=4))
    settle("a live", 3 * HOUR_S)
