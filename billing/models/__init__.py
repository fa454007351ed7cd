from billing.models.account import BillingAccount
from billing.models.live_grace import LiveGrace

__all__ = ["BillingAccount", "LiveGrace"]
