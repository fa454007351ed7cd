"""Who is who in the room, as the tenant has decided: a user id goes in, a standing comes out."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache

REMEMBERED_VIEWERS = 2_000


class ViewerRole(StrEnum):
    """What was decided about a viewer; nothing of most."""

    NONE = ""
    BLOCKED = "blocked"
    TRUSTED = "trusted"
    MODERATOR = "moderator"


# Whose lines are not held to safe mode.
RELIED_ON = frozenset({ViewerRole.TRUSTED, ViewerRole.MODERATOR})


class ViewerRoles:
    """The standings of one live, by the hash under which the tenant knows a viewer.

    What the viewers met last are is remembered, for hashing costs a µs and each of them writes many lines.
    """

    def __init__(self, rules: Mapping[str, str], hash_of: Callable[[str], str]) -> None:
        self._hash_of = hash_of
        self.of = lru_cache(maxsize=REMEMBERED_VIEWERS)(self._look_up)
        self.replace(rules)

    def replace(self, rules: Mapping[str, str]) -> None:
        """Forget all that was decided, and know these rules instead; raise ValueError for what is none."""
        self._rules = {
            viewer_hash: ViewerRole(standing) for viewer_hash, standing in rules.items() if standing
        }
        self.of.cache_clear()

    def set(self, viewer_hash: str, standing: str) -> None:
        """Take in one decision; raise ValueError for what is none."""
        self.replace({**self._rules, viewer_hash: standing})

    def _look_up(self, viewer_id: str) -> ViewerRole:
        if not self._rules:
            return ViewerRole.NONE
        return self._rules.get(self._hash_of(viewer_id), ViewerRole.NONE)


def nobody() -> ViewerRoles:
    """Return standings by which nobody is anything, for a live whose tenant is not known."""
    return ViewerRoles({}, str)
