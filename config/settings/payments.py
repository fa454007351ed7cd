"""Settings of Stripe and of its mirror in our tables (dj-stripe); docs/billing.md explains them."""

from config.environment import WEB, Environment

env = Environment()

# The version of Stripe's API whose shapes this code reads. dj-stripe would otherwise take the one of the
# library, which changes with its updates.
STRIPE_API_VERSION = "2026-05-27.dahlia"
STRIPE_LIVE_MODE = env.bool("STRIPE_LIVE_MODE", default=False)
STRIPE_TEST_SECRET_KEY = env.stripe_key("STRIPE_TEST_SECRET_KEY", "test", default="")
STRIPE_LIVE_SECRET_KEY = env.stripe_key("STRIPE_LIVE_SECRET_KEY", "live", default="")
# Stripe computes VAT itself, if its dashboard knows where the operator is registered.
STRIPE_AUTOMATIC_TAX = env.bool("STRIPE_AUTOMATIC_TAX", default=False)
# How long a call waits for Stripe's answer: some run inside a database transaction.
STRIPE_TIMEOUT_S = env.float("STRIPE_TIMEOUT_S", default=8.0)
# The local Stripe of `make run STRIPE=local`. dj-stripe asks whether the setting exists; production refuses
# it.
if _host := env.address("STRIPE_API_HOST", WEB, default=""):
    STRIPE_API_HOST = _host
# Where our forms may lead beside this site: Stripe's hosted pages.
PAYMENT_PAGES = [_host] if _host else []
if not _host and (STRIPE_TEST_SECRET_KEY or STRIPE_LIVE_SECRET_KEY):
    PAYMENT_PAGES = ["https://checkout.stripe.com", "https://billing.stripe.com"]

DJSTRIPE_SUBSCRIBER_MODEL = "tenants.Tenant"
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
# dj-stripe would look the workspace up by whatever text stands in a customer's metadata, and fail if that is
# no UUID. `billing/subscriptions/customers.py: workspace_in` reads it instead.
DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY = ""
# The mirror's tables as they are now, in one migration. dj-stripe's own ones create some five hundred columns
# and remove them again, which takes half a minute for each new database. After an update of dj-stripe,
# `manage.py makemigrations djstripe` adds what has changed; `make check` says so.
MIGRATION_MODULES = {"djstripe": "billing.subscriptions.migrations"}
