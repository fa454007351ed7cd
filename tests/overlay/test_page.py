import re

import pytest
from django.test import Client

from overlay.models import Overlay
from overlay.services import rotate_token
from tenants.models import User
from tests.overlay.conftest import make_overlay


def test_the_page_is_there_without_a_log_in(overlay: Overlay, client: Client) -> None:
    response = client.get(f"/overlay/{overlay.token}/")
    assert response.status_code == 200
    assert "Host virtuale · IA" in response.content.decode()


@pytest.mark.parametrize("token", ["x" * 32, "..", "%00", "é"])
def test_an_unknown_token_is_a_404(db: None, client: Client, token: str) -> None:
    assert client.get(f"/overlay/{token}/").status_code == 404


def test_a_rotated_token_is_a_404(overlay: Overlay, client: Client) -> None:
    old_token = overlay.token
    rotate_token(overlay=overlay)
    assert client.get(f"/overlay/{old_token}/").status_code == 404
    assert client.get(f"/overlay/{overlay.token}/").status_code == 200


def test_the_page_may_load_nothing_from_elsewhere(overlay: Overlay, client: Client) -> None:
    response = client.get(f"/overlay/{overlay.token}/", headers={"host": "localhost:8000"})
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "connect-src 'self' ws://localhost:8000 wss://localhost:8000" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    html = response.content.decode()
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", html)
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_the_address_stays_a_secret(overlay: Overlay, client: Client) -> None:
    headers = client.get(f"/overlay/{overlay.token}/").headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("language", ["it", "en", "de"])
def test_the_page_speaks_the_tenants_language(alice: User, client: Client, language: str) -> None:
    overlay = make_overlay(alice, language)
    response = client.get(f"/overlay/{overlay.token}/", headers={"accept-language": "fr"})
    assert f'<html lang="{language}">' in response.content.decode()
    assert response.headers["Content-Language"] == language


def test_a_stranger_who_is_logged_in_sees_the_page_of_the_token(
    overlay: Overlay, charlie: User, client: Client
) -> None:
    client.force_login(charlie)
    assert client.get(f"/overlay/{overlay.token}/").status_code == 200


def test_the_page_only_listens(overlay: Overlay, client: Client) -> None:
    assert client.post(f"/overlay/{overlay.token}/").status_code == 405
