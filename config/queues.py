"""The two Huey queues: `lives` carries sessions to the workers, `chores` all background jobs."""

from huey import Huey, RedisHuey


def make_queues(redis_url: str) -> dict[str, Huey]:
    """Return the queues by name. `immediate` is off in tests too: a live must not run inside a request."""
    return {
        name: RedisHuey(f"vivavoce-{name}", url=redis_url, immediate=False) for name in ("lives", "chores")
    }
