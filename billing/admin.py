"""The staff pages of this app, from the folders that own the models."""

from billing.ledger import admin as ledger
from billing.staff import admin as staff
from billing.subscriptions import admin as subscriptions

__all__ = ["ledger", "staff", "subscriptions"]
