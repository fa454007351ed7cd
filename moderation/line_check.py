"""Checks one line against a policy's settings. The line is neither stored nor logged."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import MAX_LENGTH, Moderator
from moderation.stage.verdict import Reason, Verdict, judge

MAX_CACHED = 8  # moderators; one with 20,000 words takes 0.25 s to build


@dataclass(frozen=True, slots=True)
class LinePart:
    """A part of the line; `found` if a finding covers it."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class LineCheck:
    """The verdict with these settings, the verdict with safe mode switched, and the line in parts."""

    verdict: Verdict
    otherwise: Verdict
    parts: tuple[LinePart, ...]

    @property
    def safe_mode_matters(self) -> bool:
        return self.verdict.action is not self.otherwise.action


def check_line(
    line: str, *, blocklist: Sequence[str], allowlist: Sequence[str], safe_mode: bool
) -> LineCheck:
    """Judge a line as a live with these settings would, without a moderation model."""
    reasons = moderator_for(blocklist, allowlist).review(line).reasons
    return LineCheck(
        judge(reasons, safe_mode=safe_mode),
        judge(reasons, safe_mode=not safe_mode),
        tuple(_parts(line[:MAX_LENGTH], reasons)),
    )


_cached: OrderedDict[bytes, Moderator] = OrderedDict()
_lock = Lock()


def moderator_for(blocklist: Sequence[str], allowlist: Sequence[str]) -> Moderator:
    """Return a moderator with these lists, from a cache of the last `MAX_CACHED`."""
    digest = blake2b("\0".join([*blocklist, "\n", *allowlist]).encode(errors="replace")).digest()
    with _lock:
        if digest in _cached:
            _cached.move_to_end(digest)
            return _cached[digest]
    made = Moderator(blocklist, allowlist=allowlist, shipped=shipped_lexicon())
    with _lock:
        _cached[digest] = made
        if len(_cached) > MAX_CACHED:
            _cached.popitem(last=False)
    return made


def _parts(line: str, reasons: Sequence[Reason]) -> Iterator[LinePart]:
    """Split the line at the findings; overlapping findings make one part."""
    done = 0
    for start, end in _merged(sorted((reason.start, reason.end) for reason in reasons)):
        if done < start:
            yield LinePart(line[done:start], found=False)
        yield LinePart(line[start:end], found=True)
        done = end
    if done < len(line):
        yield LinePart(line[done:], found=False)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
