from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django_scopes import scopes_disabled

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking function in a thread, across all tenants, and close its database connection."""
    return await sync_to_async(partial(_run, partial(work, *args, **kwargs)), thread_sensitive=False)()


async def in_thread_of(
    threads: ThreadPoolExecutor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a function as `in_thread` does, in one of these threads: no other work is in front of it."""
    run = partial(_run, partial(work, *args, **kwargs))
    return await sync_to_async(run, thread_sensitive=False, executor=threads)()


def _run(work: Callable[[], T]) -> T:
    close_old_connections()
    try:
        with scopes_disabled():
            return work()
    finally:
        close_old_connections()
