"""Copies, the archive and the deletion of shows."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone
from django_scopes import scope
from rest_framework.test import APIClient

from livesessions.errors import SessionConflict
from livesessions.models.events import ChatEvent
from livesessions.models.plans import QuizQuestion, Segment
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, stop_session
from livesessions.shows.errors import ShowConflict
from livesessions.shows.services.lifecycle import (
    archive_show,
    delete_show,
    duplicate_show,
    unarchive_show,
)
from livesessions.shows.services.plans import add_segment
from livesessions.shows.services.questions import add_questions
from livesessions.shows.services.shows import change_show
from overlay.models import Overlay
from overlay.services import delete_overlay
from tenants.models import User

ApiFor = Callable[[User], APIClient]


def values_of(row: Model, *but: str) -> dict[str, Any]:
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in but
    }


@pytest.fixture
def full_show(show: Show) -> Show:
    """Return a show with everything that a copy takes over."""
    with scope(tenant=show.tenant):
        change_show(show=show, facts="Ogni sabato.", calls_to_action=["Seguiteci!"], holds_replies=True)
        for title in ("Libri", "Film"):
            points = ["La trama", "Il finale"]
            add_segment(
                show=show,
                values={"kind": "topic", "title": title, "duration_s": 300, "talking_points": points},
            )
        add_questions(
            show=show,
            questions=[{"question": f"Domanda {n}?", "answers": [str(n)]} for n in range(3)],
        )
        show.overlay.layout = {"theme": "neon", "avatar": "own"}
        show.overlay.avatar_picture.save("avatar.png", ContentFile(b"picture"))
    return show


def test_a_copy_has_the_settings_plan_questions_and_layout(full_show: Show) -> None:
    with scope(tenant=full_show.tenant):
        copy = duplicate_show(show=full_show)
        plans = [
            list(Segment.objects.filter(show=each).values_list("title", "position"))
            for each in (full_show, copy)
        ]
        asked = [
            list(QuizQuestion.objects.filter(show=each).values_list("question", "answers"))
            for each in (full_show, copy)
        ]
    own = ("id", "name", "overlay", "created_at")
    assert values_of(copy, *own) == values_of(full_show, *own)
    assert plans[0] == plans[1] != []
    assert asked[0] == asked[1] != []
    assert copy.overlay.whole_layout["theme"] == "neon"


def test_a_copy_shares_neither_address_nor_picture_nor_lives(full_show: Show, session: LiveSession) -> None:
    with scope(tenant=full_show.tenant):
        copy = duplicate_show(show=full_show)
        assert copy.overlay.token != full_show.overlay.token
        assert copy.overlay.avatar_picture.name != full_show.overlay.avatar_picture.name
        delete_overlay_of(full_show)
        with copy.overlay.avatar_picture.open("rb") as picture:
            assert picture.read() == b"picture"
        assert not LiveSession.objects.filter(show=copy).exists()


def delete_overlay_of(show: Show) -> None:
    LiveSession.objects.filter(show=show).delete()
    overlay = show.overlay
    show.delete()
    delete_overlay(overlay=overlay)


def test_each_copy_has_a_name_of_its_own(show: Show) -> None:
    with scope(tenant=show.tenant):
        names = [duplicate_show(show=show).name for _ in range(2)]
    assert names == ["La sera di Alice (copy)", "La sera di Alice (copy 2)"]


def test_an_archived_show_keeps_its_lives_and_cannot_go_live(show: Show, session: LiveSession) -> None:
    with scope(tenant=show.tenant):
        stop_session(session=session)
        archive_show(show=show)
        assert LiveSession.objects.filter(show=show).exists()
        with pytest.raises(SessionConflict, match="archive"):
            create_session(show=show, source="simulator")
        unarchive_show(show=show)
        assert create_session(show=show, source="simulator").is_open


@pytest.mark.parametrize("change", [archive_show, delete_show])
def test_a_show_whose_live_has_not_ended_is_neither_archived_nor_deleted(
    session: LiveSession, change: Callable[..., object]
) -> None:
    with scope(tenant=session.tenant), pytest.raises(ShowConflict, match="already live"):
        change(show=session.show)
    with scope(tenant=session.tenant):
        assert not Show.objects.get(id=session.show_id).is_archived


def test_a_deleted_show_takes_its_overlay_and_the_records_of_its_lives_along(
    full_show: Show, session: LiveSession
) -> None:
    with scope(tenant=full_show.tenant):
        stop_session(session=session)
        now = timezone.now()
        ChatEvent.objects.create(
            tenant=full_show.tenant,
            session=session,
            source_id="1",
            kind="comment",
            occurred_at=now,
            received_at=now,
        )
        Reply.objects.create(
            id=uuid4(), tenant=full_show.tenant, session=session, status="spoken", created_at=now
        )
        overlay_id, storage = full_show.overlay_id, full_show.overlay.avatar_picture.storage
        picture = full_show.overlay.avatar_picture.name
        delete_show(show=full_show)
        assert not Show.objects.filter(id=full_show.id).exists()
        for rows in (LiveSession, ChatEvent, Reply, Segment, QuizQuestion):
            assert not rows.objects.filter(tenant=full_show.tenant).exists(), rows
        assert not Overlay.objects.filter(id=overlay_id).exists()
    assert picture
    assert storage.exists(picture), "a rolled back deletion keeps it; it goes with the commit"


def test_the_api_deletes_archives_and_takes_out_of_the_archive(
    alice: User, show: Show, api_for: ApiFor
) -> None:
    api, address = api_for(alice), f"/api/v1/shows/{show.id}/"
    assert api.post(f"{address}archive/").json()["archived_at"] is not None
    assert api.post(f"{address}unarchive/").json()["archived_at"] is None
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_the_api_says_why_a_live_show_stays(alice: User, session: LiveSession, api_for: ApiFor) -> None:
    answer = api_for(alice).delete(f"/api/v1/shows/{session.show_id}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "show_is_live")
