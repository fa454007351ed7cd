"""The overlay's editor: who may use it, what it keeps, and which pictures it takes."""

import json
import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope
from PIL import Image

from livesessions.models.shows import Show
from overlay.editor.forms import LayoutForm
from overlay.editor.pictures import MAX_BYTES
from overlay.layout import clean_layout, default_layout
from tenants.models import User

ClientFor = Callable[[User], Client]
PAGES = ["overlay/", "overlay/preview/"]


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def entered(**changes: Any) -> dict[str, Any]:
    """What a browser sends of the untouched form, with changes."""
    form = LayoutForm(layout=clean_layout(default_layout()))
    sent = {name: form.initial.get(name, "") for name in form.fields if name != "picture"}
    return {name: value for name, value in {**sent, **changes}.items() if value is not False}


def png(width: int = 32, height: int = 32) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


def stored(show: Show) -> dict[str, Any]:
    with scope(tenant=show.tenant):
        show.overlay.refresh_from_db()
    return dict(show.overlay.whole_layout)


@pytest.mark.parametrize("page", PAGES)
def test_an_editor_sees_it_and_a_stranger_does_not(
    alice: User, bob: User, charlie: User, show: Show, other_show: Show, client_for: ClientFor, page: str
) -> None:
    assert client_for(alice).get(f"/shows/{show.id}/{page}").status_code == 200
    assert client_for(charlie).get(f"/shows/{show.id}/{page}").status_code == 404
    assert client_for(bob).get(f"/shows/{show.id}/{page}").status_code == 403
    assert Client().get(f"/shows/{show.id}/{page}").status_code == 302


@pytest.mark.parametrize("page", ["overlay/", "overlay/reset/"])
def test_only_an_editor_of_the_workspace_changes_it(
    bob: User, charlie: User, show: Show, other_show: Show, client_for: ClientFor, page: str
) -> None:
    before = stored(show)
    assert client_for(charlie).post(f"/shows/{show.id}/{page}", entered(theme="neon")).status_code == 404
    assert client_for(bob).post(f"/shows/{show.id}/{page}", entered(theme="neon")).status_code == 403
    assert stored(show) == before


def test_what_is_entered_is_kept(alice: User, show: Show, client_for: ClientFor) -> None:
    sent = entered(
        theme="carta", **{"tall-chat-x": "12.5", "wide-avatar-on": "on", "tall-captions-on": False}
    )
    answer = client_for(alice).post(f"/shows/{show.id}/overlay/", sent)
    assert answer.status_code == 302
    layout = stored(show)
    assert layout["theme"] == "carta"
    assert layout["tall"]["chat"]["x"] == 0.125
    assert layout["wide"]["avatar"]["on"] is True
    assert layout["tall"]["captions"]["on"] is False


def test_the_untouched_form_changes_nothing(alice: User, show: Show, client_for: ClientFor) -> None:
    before = stored(show)
    client_for(alice).post(f"/shows/{show.id}/overlay/", entered())
    assert stored(show) == before


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"theme": "no-such"}, "Select a valid choice"),
        ({"tall-chat-x": "140"}, "less than or equal to 100"),
        ({"own_colors": "on", "accent": "#ffffff", "text": "#222222", "panel": "#111111"}, "hard to read"),
        ({"own_colors": "on", "accent": "red", "text": "#222222", "panel": "#111111"}, "Choose all three"),
        ({"avatar": "own"}, "Choose a picture first"),
        ({"goal_target": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_fault_is_named_and_nothing_is_saved(
    alice: User, show: Show, client_for: ClientFor, wrong: dict[str, str], words: str
) -> None:
    before = stored(show)
    client = client_for(alice)
    answer = client.post(f"/shows/{show.id}/overlay/", entered(**wrong), headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert stored(show) == before


def test_the_default_comes_back_but_the_goal_stays(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    client.post(f"/shows/{show.id}/overlay/", entered(theme="neon", goal_label="Mille!", goal_target="1000"))
    client.post(f"/shows/{show.id}/overlay/reset/")
    layout = stored(show)
    assert layout["theme"] == "vivavoce"
    assert layout["goal"] == {"kind": "follow", "target": 1000, "label": "Mille!"}


def test_the_preview_knows_no_address_and_may_be_framed_by_us_only(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    answer = client_for(alice).get(f"/shows/{show.id}/overlay/preview/")
    assert show.overlay.token not in answer.content.decode()
    assert 'data-socket=""' in answer.content.decode()
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "Host virtuale · IA" in answer.content.decode()


def test_a_picture_becomes_the_avatar_whatever_it_is_called(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    upload = SimpleUploadedFile("../../me.svg", png(40, 30), content_type="image/svg+xml")
    answer = client_for(alice).post(f"/shows/{show.id}/overlay/", entered(avatar="own", picture=upload))
    assert answer.status_code == 302
    layout = stored(show)
    assert layout["avatar"] == "own"
    shown = Client().get(layout["picture"])
    assert shown.status_code == 200
    assert shown.headers["Content-Type"] == "image/webp"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(BytesIO(shown.content), formats=["WEBP"]).size == (40, 30)


@pytest.mark.parametrize(("kind", "content_type"), [("png", "image/png"), ("jpg", "image/jpeg")])
def test_a_picture_that_was_kept_as_it_came_is_still_shown(
    show: Show, client: Client, kind: str, content_type: str
) -> None:
    with scope(tenant=show.tenant):
        show.overlay.avatar_picture.save(f"avatar.{kind}", ContentFile(b"as it came"))
    shown = client.get(stored(show)["picture"])
    assert (shown.content, shown.headers["Content-Type"]) == (b"as it came", content_type)


def test_a_new_picture_takes_the_place_of_the_old_one(
    transactional_db: None, alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    for width in (20, 24):
        upload = SimpleUploadedFile("me.png", png(width), content_type="image/png")
        client.post(f"/shows/{show.id}/overlay/", entered(avatar="own", picture=upload))
        if width == 20:
            first = stored(show)["picture"]
    assert client.get(first).status_code == 404
    assert client.get(stored(show)["picture"]).status_code == 200


def test_an_unknown_picture_is_a_404(show: Show, client: Client) -> None:
    for name in ("x.png", "x.svg", "x.html"):
        assert client.get(f"/overlay/pictures/{show.overlay.id}/{name}").status_code == 404


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "PNG, JPEG or WebP"),
        (png()[:60], "or it is damaged"),
        (png(8, 8), "between 16 and 8,000 pixels"),
        (png() + b"\0" * MAX_BYTES, "larger than 8 MB"),
        (b"", "empty"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(
    alice: User, show: Show, client_for: ClientFor, data: bytes, words: str
) -> None:
    upload = SimpleUploadedFile("me.png", data, content_type="image/png")
    answer = client_for(alice).post(f"/shows/{show.id}/overlay/", entered(avatar="own", picture=upload))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert stored(show)["picture"] == ""


def test_the_preview_plays_samples_in_the_language_of_the_overlay(
    show: Show, alice: User, client_for: ClientFor
) -> None:
    page = client_for(alice).get(f"/shows/{show.id}/overlay/preview/").content.decode()
    samples = json.loads(unescape(re.findall(r'data-samples="([^"]*)"', page)[0]))
    assert samples["lines"][0] == {"name": "Marta", "text": "ciao a tutti da Palermo!", "kind": "comment"}
    assert len(samples["poll"]["options"]) == 3
