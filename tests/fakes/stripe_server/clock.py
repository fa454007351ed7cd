"""The clock: whoever moves it forward makes happen, in order, what falls into that time."""

from collections.abc import Callable, Iterator

from tests.fakes.stripe_server.invoices import pay, subscription_of
from tests.fakes.stripe_server.subscriptions import LIVING, follow_payment, period_of, renew
from tests.fakes.stripe_server.world import Obj, World

Due = tuple[int, Callable[[], object]]


def advance(world: World, seconds: int) -> None:
    """Move the clock; renewals, ends of trials, ends and retries happen at their own times."""
    with world.lock:
        until = world.now + seconds
        while due := min(_due(world, until), key=lambda each: each[0], default=None):
            at, happen = due
            world.clock_offset_s += max(0, at - world.now)
            happen()
        world.clock_offset_s += max(0, until - world.now)


def _due(world: World, until: int) -> Iterator[Due]:
    for subscription in world.all("subscription"):
        if subscription["status"] in LIVING and period_of(subscription)[1] <= until:
            yield period_of(subscription)[1], _renewal(world, subscription)
    for invoice in world.all("invoice", status="open"):
        if invoice["next_payment_attempt"] and invoice["next_payment_attempt"] <= until:
            yield invoice["next_payment_attempt"], _retry(world, invoice)


def _renewal(world: World, subscription: Obj) -> Callable[[], object]:
    return lambda: renew(world, subscription)


def _retry(world: World, invoice: Obj) -> Callable[[], object]:
    return lambda: pay_again(world, invoice)


def pay_again(world: World, invoice: Obj) -> bool:
    """Try to pay an open invoice once more; its subscription follows."""
    paid = pay(world, invoice)
    subscription = subscription_of(world, invoice)
    if subscription is not None:
        follow_payment(world, subscription, invoice, paid)
    return paid
