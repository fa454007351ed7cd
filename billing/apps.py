from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        """Connect the receivers and the jobs, bound the calls to Stripe, and read the prices.

        A malformed price file must stop the start, not a live.
        """
        from billing import receivers  # noqa: F401
        from billing.configured import configured_prices
        from billing.plans import tasks  # noqa: F401
        from billing.prices import PricesMalformed
        from billing.subscriptions import receivers as stripe_receivers  # noqa: F401
        from billing.subscriptions.api import configure_stripe

        configure_stripe()
        try:
            configured_prices()
        except PricesMalformed as error:
            raise ImproperlyConfigured(f"PRICES_FILE in the environment: {error}") from error
