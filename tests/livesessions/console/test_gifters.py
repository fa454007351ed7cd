"""The viewer who has given the most diamonds, on the console."""

from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scope

from livesessions.console.gifters import TopGifter, read_gifters
from livesessions.console.publisher import ConsoleChatMessage
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession


def gift(viewer: str, count: int, *, diamonds: int = 10, **fields: Any) -> ConsoleChatMessage:
    message: dict[str, Any] = {
        "kind": "chat",
        "id": f"{viewer}-{count}-{fields.get('streak', '')}",
        "event": "gift",
        "name": viewer.title(),
        "text": "",
        "risk": "",
        "gift_name": "Rose",
        "count": count,
        "at": "",
        "categories": [],
        "viewer": viewer,
        "diamonds": diamonds,
        **fields,
    }
    return message  # type: ignore[return-value]


def test_nobody_leads_before_the_first_gift_that_has_a_price() -> None:
    top = TopGifter()
    assert top.text == "–"
    top.note(gift("anna", 3, diamonds=0))
    assert top.text == "–"


def test_a_streak_counts_once_however_often_its_total_arrives() -> None:
    top = TopGifter()
    for count in (1, 5, 5, 9):
        top.note(gift("anna", count, streak="s1", streak_open=True))
    top.note(gift("bruno", 8))
    assert top.text == "Anna · 90"


def test_a_streak_without_an_id_counts_when_it_is_closed() -> None:
    top = TopGifter()
    top.note(gift("anna", 5, streak_open=True))
    assert top.text == "–"
    top.note(gift("anna", 6))
    assert top.text == "Anna · 60"


@pytest.mark.django_db
def test_stored_gifts_are_not_counted_again_when_they_arrive(session: LiveSession) -> None:
    now = timezone.now()
    with scope(tenant=session.tenant):
        for number, viewer in enumerate(("anna", "anna", "bruno")):
            ChatEvent.objects.create(
                tenant=session.tenant,
                session=session,
                source_id=f"gift-{number}",
                kind="gift",
                occurred_at=now,
                received_at=now,
                viewer_hash=viewer,
                viewer_name=viewer.title(),
                gift_id="rose",
                gift_name="Rose",
                diamonds=10,
            )
        top = TopGifter(read_gifters(session))
    assert top.text == "Anna · 20"
    known = gift("bruno", 1, id="gift-2")
    top.skip([known])
    top.note(known)
    assert top.text == "Anna · 20"
    top.note(gift("bruno", 2, id="gift-3"))
    assert top.text == "Bruno · 30"
