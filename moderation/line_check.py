"""What the gate makes of one line, for somebody who is setting it up. Nothing of it is kept or logged."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import MAX_LENGTH, Moderator
from moderation.stage.verdict import Reason, Verdict, judge

READY_AT_ONCE = 8  # moderators kept; one with 20,000 words of its own takes a quarter of a second to make


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the line; `found` when a finding covers it."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The verdict under the settings tried, the one with safe mode the other way, and the line in parts."""

    verdict: Verdict
    otherwise: Verdict
    parts: tuple[Part, ...]

    @property
    def safe_mode_matters(self) -> bool:
        return self.verdict.action is not self.otherwise.action


def try_line(line: str, *, blocklist: Sequence[str], allowlist: Sequence[str], safe_mode: bool) -> Trial:
    """Judge a line as a live with these settings would, the moderation model aside."""
    reasons = moderator_for(blocklist, allowlist).review(line).reasons
    return Trial(
        judge(reasons, safe_mode=safe_mode),
        judge(reasons, safe_mode=not safe_mode),
        tuple(_parts(line[:MAX_LENGTH], reasons)),
    )


_ready: OrderedDict[bytes, Moderator] = OrderedDict()
_lock = Lock()


def moderator_for(blocklist: Sequence[str], allowlist: Sequence[str]) -> Moderator:
    """Return a moderator of these lists, made when they are first met; the last eight are kept."""
    digest = blake2b("\0".join([*blocklist, "\n", *allowlist]).encode(errors="replace")).digest()
    with _lock:
        if digest in _ready:
            _ready.move_to_end(digest)
            return _ready[digest]
    made = Moderator(blocklist, allowlist=allowlist, shipped=shipped_lexicon())
    with _lock:
        _ready[digest] = made
        if len(_ready) > READY_AT_ONCE:
            _ready.popitem(last=False)
    return made


def _parts(line: str, reasons: Sequence[Reason]) -> Iterator[Part]:
    """Cut the line where findings begin and end; those that overlap make one part."""
    done = 0
    for start, end in _merged(sorted((reason.start, reason.end) for reason in reasons)):
        if done < start:
            yield Part(line[done:start], found=False)
        yield Part(line[start:end], found=True)
        done = end
    if done < len(line):
        yield Part(line[done:], found=False)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
