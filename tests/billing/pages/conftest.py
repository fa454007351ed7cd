from tests.billing.subscriptions.conftest import catalogue, deliver, server, synced

__all__ = ["catalogue", "deliver", "server", "synced"]
