"""A TikTok Shop live may not be voiced by an AI: it neither starts nor goes on elsewhere."""

from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled
from rest_framework.test import APIClient

from livesessions.errors import SessionConflict
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from livesessions.shows.services.shows import change_show
from livesessions.worker.worker import in_thread
from tenants.models import User
from tests.livesessions.conftest import eventually, running_worker

REASON = "TikTok does not allow an AI voice in TikTok Shop lives"


def mark(show: Show, *, is_shopping: bool = True) -> None:
    with scope(tenant=show.tenant):
        change_show(show=show, is_shopping=is_shopping)


def test_no_live_of_a_shop_is_prepared(show: Show) -> None:
    mark(show)
    with scope(tenant=show.tenant):
        with pytest.raises(SessionConflict, match=REASON) as raised:
            create_session(show=show, source="simulator")
        assert not LiveSession.objects.exists()
    assert raised.value.code == "shopping_live"


def test_a_live_prepared_before_the_mark_does_not_start_until_it_is_taken_off(
    session: LiveSession, redis_client: object
) -> None:
    mark(session.show)
    with scope(tenant=session.tenant):
        with pytest.raises(SessionConflict, match=REASON):
            start_session(session=session)
        session.refresh_from_db()
        assert session.start_requested_at is None
    mark(session.show, is_shopping=False)
    with scope(tenant=session.tenant):
        assert start_session(session=session).is_starting


def test_the_api_answers_409_with_a_code(
    alice: User, session: LiveSession, show: Show, api_for: Callable[[User], APIClient]
) -> None:
    mark(show)
    api = api_for(alice)
    answers = [
        api.post(f"/api/v1/sessions/{session.id}/start/"),
        api.post("/api/v1/sessions/", {"show": str(show.id), "source": "simulator"}, format="json"),
    ]
    for answer in answers:
        assert answer.status_code == 409
        assert answer.json()["code"] == "shopping_live"
        assert answer.json()["detail"].startswith(REASON)


def test_the_page_to_go_live_says_why_not_and_what_to_do(
    alice: User, show: Show, client_for: Callable[[User], Client]
) -> None:
    mark(show)
    client = client_for(alice)
    for answer in (
        client.get(f"/shows/{show.id}/go-live/"),
        client.post(f"/shows/{show.id}/go-live/", {"source": "simulator"}),
    ):
        page = answer.content.decode()
        assert REASON in page
        assert f'href="/shows/{show.id}/advanced/#shop"' in page
    with scope(tenant=show.tenant):
        assert not LiveSession.objects.exists()


def test_the_console_says_why_it_does_not_start(
    alice: User, session: LiveSession, client_for: Callable[[User], Client]
) -> None:
    mark(session.show)
    answer = client_for(alice).post(f"/lives/{session.id}/start/", headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert REASON in answer.content.decode()


@pytest.mark.django_db(transaction=True)
async def test_a_live_marked_after_its_start_ends_before_a_word_is_said(
    session: LiveSession, redis_client: object
) -> None:
    def start_and_mark() -> None:
        start_session(session=session)
        Show.objects.filter(id=session.show_id).update(is_shopping=True)

    await in_thread(start_and_mark)
    async with running_worker() as worker:
        worker.submit(str(session.id))
        reason = await eventually(
            lambda: LiveSession.objects.values_list("end_reason", flat=True).get(id=session.id)
        )
    assert reason == LiveSession.EndReason.SHOPPING_LIVE
    with scopes_disabled():
        assert not await in_thread(Reply.objects.exists)
