"""The two Huey queues: `lives` hands a session to a worker at once, `chores` does everything else."""

from huey import Huey, RedisHuey


def make_queues(redis_url: str) -> dict[str, Huey]:
    """Return the queues by name. `immediate` is never on: a live must not run inside a request."""
    return {
        name: RedisHuey(f"vivavoce-{name}", url=redis_url, immediate=False) for name in ("lives", "chores")
    }
