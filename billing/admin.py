"""The staff pages of this app, from the folders that own the models."""

from billing.ledger import admin as ledger
from billing.plans import admin as plans
from billing.subscriptions import admin as subscriptions

__all__ = ["ledger", "plans", "subscriptions"]
