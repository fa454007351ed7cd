"""Bounds how long an answer is waited for."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from providers.language_models.errors import LanguageModelError
from providers.language_models.ports import Limits

Item = TypeVar("Item")


class WaitBudget:
    """Counts the time that an answer is waited for against its limits.

    Before `begin` the wait is bounded by `first_text_s`, afterwards by `rest_s`. A server that sends only
    keep-alives uses the budget up too, which a read timeout would not notice.
    """

    def __init__(self, limits: Limits, now_s: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now_s = now_s
        self._left_s = limits.first_text_s
        self._has_begun = False

    def begin(self) -> None:
        """Switch to the budget for the rest; only the first call counts."""
        if not self._has_begun:
            self._has_begun = True
            self._left_s = self._limits.rest_s

    async def wait(self, awaitable: Awaitable[Item]) -> Item:
        """Return what is awaited; raise `LanguageModelError` once the budget is used up."""
        started_s = self._now_s()
        try:
            async with asyncio.timeout(self._left_s):
                item = await awaitable
        except TimeoutError as error:
            raise _too_late() from error
        finally:
            self._left_s -= self._now_s() - started_s
        if self._left_s <= 0:
            raise _too_late()
        return item


def _too_late() -> LanguageModelError:
    return LanguageModelError("The language model did not answer in time.")
