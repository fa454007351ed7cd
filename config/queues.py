"""The two Huey queues: `lives` carries sessions to the workers, `background` all background jobs."""

from huey import Huey, RedisHuey

# A request that queues a job waits no longer. Longer than a consumer's blocking read, which takes a second.
TIMEOUTS = "socket_timeout=3&socket_connect_timeout=2"


def make_queues(redis_url: str) -> dict[str, Huey]:
    """Return the queues by name. `immediate` is off in tests too: a live must not run inside a request."""
    url = f"{redis_url}{'&' if '?' in redis_url else '?'}{TIMEOUTS}"
    return {name: RedisHuey(f"vivavoce-{name}", url=url, immediate=False) for name in ("lives", "background")}
