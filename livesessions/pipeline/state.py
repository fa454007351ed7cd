"""The snapshot of a live, which moves to the next worker, and how those of older workers are read."""

from collections.abc import Mapping
from typing import Any, TypedDict, cast

from livesessions.pipeline.host import HostState
from livesessions.pipeline.intake.state import IntakeState
from livesessions.pipeline.selection.director import DirectorState

VERSION = 2


class LiveState(TypedDict):
    """A live as values that JSON can carry. `director` is None where the worker before saved none."""

    version: int
    intake: IntakeState
    host: HostState
    director: DirectorState | None
    planner: list[dict[str, Any]]
    counts: dict[str, int]


class UnreadableState(ValueError):
    """Raised for a snapshot that this release cannot read; the message says why."""


def empty_state() -> LiveState:
    """Return the state of a live that has just begun."""
    return {
        "version": VERSION,
        "intake": {
            "seen": [],
            "unrecorded": [],
            "viewers": None,
            "streaks": {"open": [], "counted": []},
            "thanks": {"groups": {}, "events": {}},
            "deescalation": None,
            "counts": {},
            "first_times": [],
        },
        "host": {"paused": False, "owed": [], "held": []},
        "director": None,
        "planner": [],
        "counts": {},
    }


def read_state(saved: Mapping[str, Any]) -> LiveState:
    """Return a saved state as this release understands it.

    States of release 1, which had no version, are converted. Raise `UnreadableState` for a newer version, and
    for what is no state at all.
    """
    version = saved.get("version", 1)
    if version == VERSION:
        return cast("LiveState", saved)
    if version == 1:
        try:
            return _from_version_1(saved)
        except (KeyError, TypeError) as error:
            raise UnreadableState(f"The snapshot of version 1 has no usable {error}.") from error
    raise UnreadableState(f"The snapshot has version {version}, and this worker reads up to {VERSION}.")


def _from_version_1(saved: Mapping[str, Any]) -> LiveState:
    state = empty_state()
    intake, host = saved["ingest"], saved["host"]
    state["intake"] |= {
        "seen": intake["seen"],
        "unrecorded": intake.get("unwritten", []),
        "viewers": intake["viewers"],
        "streaks": intake["streaks"],
        "counts": intake.get("tally", {}),
    }
    if "crowd" in intake:
        state["intake"]["thanks"] = {
            "groups": intake["crowd"]["tallies"],
            "events": intake["crowd"]["events"],
        }
        state["intake"]["deescalation"] = {
            "toxic": intake["tact"]["toxic"],
            "cooldowns_s": intake["tact"]["pauses_s"],
        }
    held = [{"turn": each["item"], "record": each["record"]} for each in host.get("held", [])]
    state["host"] = cast("HostState", {"paused": host["paused"], "owed": host["owed"], "held": held})
    if "director" in saved:
        director = saved["director"]
        state["director"] = cast(
            "DirectorState",
            {
                "pacer": director["tempo"],
                "answers": director["answers"],
                "last_message_s": director["last_line_s"],
                "cues": director["cues"],
            },
        )
    state["planner"] = saved["words"]
    state["counts"] = saved.get("counts", {})
    return state
