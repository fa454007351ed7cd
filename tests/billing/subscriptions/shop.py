"""What a person does in Checkout and in the portal of the local Stripe."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from billing.subscriptions.checkout import start_checkout
from billing.subscriptions.portal import open_portal
from tenants.models import Tenant
from tests.fakes.stripe_server.checkout import complete
from tests.fakes.stripe_server.pages import respond
from tests.fakes.stripe_server.server import LocalStripe


def buy(
    server: LocalStripe,
    tenant: Tenant,
    lookup_key: str,
    *,
    card: str = "4242",
    promotion: str = "",
    add_ons: Mapping[str, int] | None = None,
) -> str:
    """Go through Checkout; return where the browser ends."""
    done = "https://vivavoce.example/done/?session={CHECKOUT_SESSION_ID}"
    url = start_checkout(tenant, lookup_key, success_url=done, cancel_url="https://x/", add_ons=add_ons)
    with server.world.lock:
        session = server.world.get(urlsplit(url).path.rpartition("/")[2])
        return complete(server.world, session, card, promotion)


def use_card(server: LocalStripe, tenant: Tenant, card: str) -> None:
    """Give another card in the portal, which pays what is open with it."""
    path = urlsplit(open_portal(tenant, return_url="https://x/")).path
    assert respond(server.world, "POST", path, {"do": "card", "card": card}).status == 303
