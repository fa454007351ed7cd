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
from billing.models.live_grace import LiveGrace

__all__ = [
    "BillingAccount",
    "CreditWarning",
    "Grant",
    "LiveGrace",
    "Reservation",
    "UsageDay",
    "UsageEntry",
    "UsageLive",
    "UsageMonth",
]
