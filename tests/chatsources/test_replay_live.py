"""The command that reads a recording as a live would."""

import io
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.chatsources.raw_protobuf import SAMPLE, captured

KIND_OF_METHOD = {
    "WebcastChatMessage": "comment",
    "WebcastGiftMessage": "gift",
    "WebcastLikeMessage": "like",
    "WebcastRoomUserSeqMessage": "viewers",
}
SOCIAL_ACTION_FIELD, FOLLOW, SHARE = 4, 1, 3


def counted_by_hand() -> Counter[str]:
    """Count the kinds by the methods' names and, for social messages, the raw action field."""
    kinds: Counter[str] = Counter()
    for message in captured():
        if message.method in KIND_OF_METHOD:
            kinds[KIND_OF_METHOD[message.method]] += 1
        elif message.method == "WebcastSocialMessage":
            action = message.raw.number(SOCIAL_ACTION_FIELD)
            kinds["follow" if action == FOLLOW else "share"] += action in (FOLLOW, SHARE)
    return kinds


def test_it_prints_how_many_of_each_kind_the_recording_holds() -> None:
    printed = io.StringIO()
    call_command("replay_live", SAMPLE, stdout=printed)

    found = {
        kind: int(number) for kind, number in re.findall(r"^(\w+) +(\d+)$", printed.getvalue(), re.MULTILINE)
    }
    expected = counted_by_hand()
    assert {kind: found[kind] for kind in expected} == expected
    assert "broken 0" in printed.getvalue()
    assert re.search(r"[\d.]+ µs per message", printed.getvalue())


def test_a_file_that_is_no_recording_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("just words")

    with pytest.raises(CommandError, match=r"Cannot replay .*notes\.txt"):
        call_command("replay_live", path)
    with pytest.raises(CommandError, match="Cannot replay"):
        call_command("replay_live", tmp_path / "missing.jsonl")
