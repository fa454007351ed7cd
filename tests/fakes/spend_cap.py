"""A spend cap that the test opens and closes."""

from billing.usage import Subject, UsageKind, UsageRecord


class FakeSpendCap:
    """Allows spending while `is_open`; `records` is what was reported, `written` what `allows` saw."""

    def __init__(self, *, is_open: bool = True, subject: Subject | None = None) -> None:
        self.subject = subject or Subject()
        self.is_open = is_open
        self.records: list[UsageRecord] = []
        self.written: list[UsageRecord] = []

    def record(self, usage: UsageRecord) -> None:
        self.records.append(usage)

    @property
    def is_reached(self) -> bool:
        return not self.is_open

    async def allows(self) -> bool:
        self.written = list(self.records)
        return self.is_open

    @property
    def quantities(self) -> list[tuple[UsageKind, int]]:
        return [(usage.kind, usage.quantity) for usage in self.records]
