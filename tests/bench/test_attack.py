"""The attacks are what they claim to be: a body as long as its head says, or in chunks."""

import pytest

from bench.flood import ATTACKS, Attack

ALL = {name: attack for name, attack in ATTACKS.items() if attack is not None}


@pytest.mark.parametrize("attack", ALL.values(), ids=ALL)
def test_a_body_is_as_long_as_its_head_says(attack: Attack) -> None:
    length = attack.pieces * len(attack.piece)
    assert attack.chunked or f"Content-Length: {length}\r\n".encode() in attack.head
    assert 0.9 * attack.size <= length <= attack.size
    assert attack.head.endswith(b"\r\n\r\n")
