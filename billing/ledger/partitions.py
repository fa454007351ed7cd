"""The usage ledger's monthly partitions. Months are UTC's; none is dropped by itself."""

from providers.partitions import MonthlyPartitions
from tenants.audit import ALLOW_ERASURE

USAGE_LEDGER = MonthlyPartitions("billing_usageentry", "month", moving=ALLOW_ERASURE)
