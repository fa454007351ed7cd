"""A passkey from its creation to the log-in with it, on Chromium's virtual authenticator."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import running_server
from tests.conftest import PASSWORD

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_created_and_logs_in_without_a_password(
    server_url: str, new_context: Callable[..., BrowserContext], alice: User, tenant: Tenant
) -> None:
    # A passkey belongs to a name: browsers refuse it at a bare address.
    site = server_url.replace("127.0.0.1", "localhost")
    page = new_context().new_page()
    attach_authenticator(page)
    page.goto(f"{site}/accounts/login/")
    page.fill("input[name=login]", alice.email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{site}/")

    # A new member meets the offer in the first step of the set-up.
    page.goto(f"{site}/start/you/")
    page.get_by_role("link", name="Create a passkey").click()
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{site}/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Laptop")

    page.context.clear_cookies()
    page.goto(f"{site}/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url(re.compile(f"{re.escape(site)}/$"))
    expect(page.locator(".menu .label").first).to_have_text(alice.email)


def attach_authenticator(page: Page) -> None:
    """Give the page's browser a fingerprint reader that always answers yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def test_somebody_signs_up_with_a_passkey_and_logs_in_again_with_it(
    server_environment: dict[str, str], new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    environment = {**server_environment, "TEST_MAILBOX_DIR": str(tmp_path / "mails")}
    with running_server(environment, tmp_path / "server.log") as url:
        site = url.replace("127.0.0.1", "localhost")
        page = new_context().new_page()
        attach_authenticator(page)
        page.goto(f"{site}/accounts/signup/")
        page.get_by_role("link", name="Sign up with a passkey").click()
        page.fill("input[name=email]", "dora@example.com")
        page.get_by_role("button", name="Create an account").click()
        page.locator("a[href='/mails/']").click()
        page.locator(".mail a[href*='/accounts/confirm-email/']").first.click()
        expect(page.get_by_role("heading", name="Now create your passkey")).to_be_visible()
        page.get_by_role("button", name="Add passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        page.get_by_role("link", name="Continue").click()
        page.wait_for_url(f"{site}/start/you/")

        page.context.clear_cookies()
        page.goto(f"{site}/accounts/login/")
        page.get_by_role("button", name="Log in with a passkey").click()
        page.wait_for_url(re.compile(f"{re.escape(site)}/$"))
        expect(page.locator(".menu .label").first).to_have_text("dora@example.com")
    assert not User.objects.get(email="dora@example.com").has_usable_password()
