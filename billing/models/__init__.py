from billing.models.account import BillingAccount
from billing.models.ledger import (
    CreditWarning,
    Grant,
    Reservation,
    UsageDay,
    UsageEntry,
    UsageLive,
    UsageMonth,
)

__all__ = [
    "BillingAccount",
    "CreditWarning",
    "Grant",
    "Reservation",
    "UsageDay",
    "UsageEntry",
    "UsageLive",
    "UsageMonth",
]
