"""The event log's monthly partitions, by the month in which a session was made; see docs/decisions/0002."""

from providers.partitions import MonthlyPartitions

EVENT_LOG = MonthlyPartitions("livesessions_chatevent", "session_month")
