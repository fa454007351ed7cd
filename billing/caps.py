"""What a subject may spend on one meter: within the installation's month, its credit and its cost limits."""

import logging

from billing.ledger.credit import SubjectCredit
from billing.ledger.meter import LedgerMeter
from billing.plans.catalogue import Meter
from billing.spending import InstallationCap
from billing.usage import Subject, UsageRecord

logger = logging.getLogger(__name__)


class MeterCap:
    """The `SpendCap` of one meter of a subject; without a meter only costs are limited."""

    def __init__(
        self,
        credit: SubjectCredit,
        meter: Meter | None,
        *,
        ledger: LedgerMeter,
        installation: InstallationCap,
        writes_at_once: bool,
    ) -> None:
        self.subject = credit.subject
        self._credit = credit
        self._meter = meter
        self._ledger = ledger
        self._installation = installation
        self._writes_at_once = writes_at_once
        self._was_reached = False

    def record(self, usage: UsageRecord) -> None:
        """Count a use here at once, and in Redis and the ledger soon."""
        self._installation.record(usage)
        self._ledger.record(usage)

    @property
    def is_reached(self) -> bool:
        """Whether nothing more may be spent, as far as is known here."""
        return self._installation.is_reached or self._credit.is_used_up(self._meter)

    async def allows(self) -> bool:
        """Return whether more may be spent. Where no task writes the ledger, it is written now."""
        if self._writes_at_once:
            await self._ledger.flush()
        await self._installation.allows()
        reached = self.is_reached
        if reached and not self._was_reached:
            subject, meter = self.subject, self._meter
            logger.info(
                "nothing more may be spent: tenant=%s live=%s meter=%s",
                subject.tenant_id,
                subject.live_id,
                meter,
            )
        self._was_reached = reached
        return not reached


class SpendCaps:
    """Gives out the caps of a process, which share one ledger meter and one count of the installation.

    `writes_at_once`: no task writes the ledger, as in a page or a job.
    """

    def __init__(self, ledger: LedgerMeter, installation: InstallationCap, *, writes_at_once: bool) -> None:
        self.ledger = ledger
        self._installation = installation
        self._writes_at_once = writes_at_once

    def cap_of(self, subject: Subject, meter: Meter | None = None) -> MeterCap:
        """Return the cap of a meter of a subject."""
        return MeterCap(
            self.ledger.credit_of(subject),
            meter,
            ledger=self.ledger,
            installation=self._installation,
            writes_at_once=self._writes_at_once,
        )
