"""The overlay over HTTP: what is sent is shown as it was sent, or refused by the name of the field."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope
from PIL import Image
from rest_framework.test import APIClient

from livesessions.models.shows import Show
from overlay.consumers import CLOSE_ROTATED
from overlay.errors import OverlayUnreachable
from overlay.layout import FORMATS, LABEL, WIDGETS, clean_layout, default_layout
from tenants.models import Tenant, User
from tests.overlay.conftest import open_socket

BOX = {"on": True, "x": 0.1, "y": 0.2, "w": 0.5, "h": 0.25, "size": 1.25, "opacity": 0.5, "order": 8}
COLORS = {"accent": "#ffd000", "text": "#ffffff", "panel": "#101010"}
GOAL = {"kind": "gift", "target": 500, "label": "Cinquecento!"}
BOXES = {
    LABEL: {"on": True, "x": 0.2, "y": 0.3, "size": 1.2, "opacity": 0.9},
    **{name: BOX for name in WIDGETS if name != LABEL},
}
WHOLE = {
    "theme": "neon",
    "font": "nunito",
    "colors": COLORS,
    "words": "whole",
    "avatar": "cat",
    "goal": GOAL,
    "tall": BOXES,
    "wide": BOXES,
}


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


def path_of(show: Show, rest: str = "") -> str:
    return f"/api/v1/shows/{show.id}/overlay/{rest}"


def a_picture(width: int = 64) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (width, 48), "teal").save(file, "PNG")
    return SimpleUploadedFile("me.png", file.getvalue(), content_type="image/png")


def test_all_of_a_layout_is_written_and_read(api: APIClient, show: Show) -> None:
    answer = api.put(path_of(show), WHOLE, format="json")
    assert answer.status_code == 200
    assert answer.json() == WHOLE
    assert api.get(path_of(show)).json() == WHOLE


def test_what_a_put_leaves_out_is_as_in_the_default(api: APIClient, show: Show) -> None:
    default = api.get(path_of(show)).json()
    api.put(path_of(show), WHOLE, format="json")
    answer = api.put(path_of(show), {"tall": {"chat": {"x": 0.2}}}, format="json").json()
    assert answer == {**default, "tall": {**default["tall"], "chat": {**default["tall"]["chat"], "x": 0.2}}}


def test_what_a_patch_leaves_out_stays(api: APIClient, show: Show) -> None:
    api.put(path_of(show), WHOLE, format="json")
    sent = {"goal": {"target": 900}, "wide": {"game": {"on": False}}, "colors": {"accent": "#FF00FF"}}
    answer = api.patch(path_of(show), sent, format="json").json()
    assert answer == {
        **WHOLE,
        "goal": {**GOAL, "target": 900},
        "wide": {**BOXES, "game": {**BOX, "on": False}},
        "colors": {**COLORS, "accent": "#ff00ff"},
    }
    assert api.patch(path_of(show), {"colors": None}, format="json").json() == {**answer, "colors": None}


@pytest.mark.parametrize("size", [0.9, 1.0, 1.1111, 1.2345, 1.5])
def test_what_is_answered_may_be_sent_again(api: APIClient, show: Show, size: float) -> None:
    far = {name: {"x": 1, "y": 1, "w": 0.3333, "h": 0.2, "size": size} for name in WIDGETS}
    with scope(tenant=show.tenant):
        show.overlay.layout = clean_layout({"tall": far, "wide": far})
        show.overlay.save()
    answer = api.get(path_of(show)).json()
    again = api.put(path_of(show), answer, format="json")
    assert again.status_code == 200
    assert again.json() == answer


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"theme": "vapor"}, "theme"),
        ({"font": "comic"}, "font"),
        ({"words": "backwards"}, "words"),
        ({"avatar": "dragon"}, "avatar"),
        ({"avatar": "own"}, "avatar"),
        ({"picture": "/me.png"}, "picture"),
        ({"colors": "red"}, "colors.non_field_errors"),
        ({"colors": {**COLORS, "text": "#fff"}}, "colors.text"),
        ({"colors": {**COLORS, "text": "#222222"}}, "colors.text"),
        ({"colors": {**COLORS, "accent": "#202020"}}, "colors.accent"),
        ({"colors": {"text": "#ffffff", "panel": "#101010"}}, "colors.accent"),
        ({"goal": {"kind": "moons"}}, "goal.kind"),
        ({"goal": {"target": 0}}, "goal.target"),
        ({"goal": {"target": 10_000_001}}, "goal.target"),
        ({"goal": {"label": "x" * 61}}, "goal.label"),
        ({"goal": None}, "goal"),
        ({"tall": []}, "tall.non_field_errors"),
        ({"tall": {"hologram": {}}}, "tall.hologram"),
        ({"tall": {"chat": None}}, "tall.chat"),
        ({"tall": {"chat": {"colour": "red"}}}, "tall.chat.colour"),
        ({"tall": {"chat": {"on": "perhaps"}}}, "tall.chat.on"),
        ({"tall": {"chat": {"x": -0.1}}}, "tall.chat.x"),
        ({"tall": {"chat": {"x": "nan"}}}, "tall.chat.x"),
        ({"tall": {"chat": {"x": 10**400}}}, "tall.chat.x"),
        ({"tall": {"chat": {"x": 0.41}}}, "tall.chat.x"),
        ({"tall": {"chat": {"h": 0.9}}}, "tall.chat.y"),
        ({"tall": {"chat": {"w": 0.07}}}, "tall.chat.w"),
        ({"wide": {"chat": {"h": 0.02}}}, "wide.chat.h"),
        ({"wide": {"chat": {"size": 1.9}}}, "wide.chat.size"),
        ({"wide": {"chat": {"opacity": 0.2}}}, "wide.chat.opacity"),
        ({"wide": {"chat": {"order": 10}}}, "wide.chat.order"),
        ({"wide": {"chat": {"order": 1.5}}}, "wide.chat.order"),
        (["neon"], "non_field_errors"),
    ],
)
def test_what_makes_no_sense_is_named_and_changes_nothing(
    api: APIClient, show: Show, method: str, sent: Any, field: str
) -> None:
    before = api.get(path_of(show)).json()
    answer = getattr(api, method)(path_of(show), sent, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert api.get(path_of(show)).json() == before


@pytest.mark.parametrize("canvas", FORMATS)
@pytest.mark.parametrize(
    ("hidden", "field"),
    [
        ({"on": False}, "on"),
        ({"size": 0.8}, "size"),
        ({"opacity": 0.5}, "opacity"),
        ({"x": 0.95}, "x"),
        ({"y": 1}, "y"),
        ({"w": 0.01}, "w"),
        ({"order": 0}, "order"),
    ],
)
def test_the_ai_label_may_be_moved_but_neither_hidden_nor_shrunk(
    api: APIClient, show: Show, canvas: str, hidden: dict[str, Any], field: str
) -> None:
    moved = api.patch(path_of(show), {canvas: {LABEL: {"x": 0.3, "y": 0.5}}}, format="json")
    assert (moved.json()[canvas][LABEL]["x"], moved.json()[canvas][LABEL]["y"]) == (0.3, 0.5)
    answer = api.patch(path_of(show), {canvas: {LABEL: hidden}}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [f"{canvas}.{LABEL}.{field}"]
    assert api.get(path_of(show)).json() == moved.json()


def test_a_picture_is_sent_chosen_and_taken_away(
    transactional_db: None, api: APIClient, show: Show, tmp_path: Path
) -> None:
    path = path_of(show, "picture/")
    assert api.get(path).json() == {"url": ""}
    first = api.put(path, {"picture": a_picture()}, format="multipart").json()["url"]
    assert api.patch(path_of(show), {"avatar": "own"}, format="json").json()["avatar"] == "own"
    second = api.put(path, {"picture": a_picture(80)}, format="multipart").json()["url"]
    assert api.get(path).json() == {"url": second}
    assert api.get(path_of(show)).json()["avatar"] == "own", "a new picture changes nothing else"
    assert second.startswith("http://testserver/overlay/pictures/")
    assert Client().get(first).status_code == 404
    assert Image.open(BytesIO(Client().get(second).content)).size == (80, 48)
    assert api.delete(path).status_code == 204
    assert api.get(path).json() == {"url": ""}
    assert api.get(path_of(show)).json()["avatar"] == default_layout()["avatar"]
    assert Client().get(second).status_code == 404
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
    assert api.delete(path).status_code == 204


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "picture"),
        ({"picture": "me.png"}, "picture"),
        ({"picture": SimpleUploadedFile("me.png", b"<svg/>", content_type="image/png")}, "picture"),
        ({"photo": "me.png"}, "photo"),
    ],
)
def test_what_is_no_picture_is_refused(api: APIClient, show: Show, sent: dict[str, Any], field: str) -> None:
    answer = api.put(path_of(show, "picture/"), sent, format="multipart")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert api.put(path_of(show, "picture/"), {"picture": "me.png"}, format="json").status_code == 415


def test_a_new_address_is_answered_and_the_old_one_is_worthless(api: APIClient, show: Show) -> None:
    old = api.get(f"/api/v1/shows/{show.id}/").json()["overlay_url"]
    answer = api.post(path_of(show, "rotate/"))
    assert answer.status_code == 200
    assert answer.json() == api.get(f"/api/v1/shows/{show.id}/").json()
    assert answer.json()["overlay_url"] != old
    assert Client().get(old).status_code == 404
    assert Client().get(answer.json()["overlay_url"]).status_code == 200


def test_what_open_pages_could_not_be_told_is_kept_and_may_be_sent_again(
    transactional_db: None, api: APIClient, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*what: object) -> None:
        raise OverlayUnreachable

    old = show.overlay.token
    with monkeypatch.context() as patch:
        patch.setattr("overlay.services._tell_layout", away)
        patch.setattr("overlay.services._close_sockets", away)
        assert api.put(path_of(show), WHOLE, format="json").status_code == 503
        assert api.post(path_of(show, "rotate/")).status_code == 503
    assert api.get(path_of(show)).json() == WHOLE
    assert Client().get(f"/overlay/{old}/").status_code == 404
    assert api.put(path_of(show), WHOLE, format="json").status_code == 200


async def test_a_layout_shows_at_once_on_open_pages_and_a_new_address_closes_them(
    transactional_db: None, api: APIClient, show: Show
) -> None:
    async with open_socket(show.overlay.token) as page:
        await page.receive()
        await sync_to_async(api.put)(path_of(show), WHOLE, format="json")
        told = await page.receive()
        assert (told["type"], told["layout"]["theme"]) == ("layout", "neon")
        await sync_to_async(api.post)(path_of(show, "rotate/"))
        assert await page.receive_close() == CLOSE_ROTATED
    await get_channel_layer().flush()
