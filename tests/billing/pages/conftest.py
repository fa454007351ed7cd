from tests.billing.subscriptions.conftest import catalogue, deliver, server

__all__ = ["catalogue", "deliver", "server"]
