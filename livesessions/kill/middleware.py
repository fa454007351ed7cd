"""Lets an emergency link silence its lives although PostgreSQL does not answer."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from redis.exceptions import RedisError

from livesessions.kill import index, links
from livesessions.services.sessions import send_if_redis_answers
from livesessions.worker.commands import Stop
from overlay.orders.order import Order, OrderKind
from overlay.services import send_order
from tenants.http import client_address

logger = logging.getLogger(__name__)

PATH = "/emergency/"
UNAVAILABLE = 503
RETRY_S = 0.5


class EmergencyMiddleware:
    """Silences the lives of an emergency link before anything reads the database.

    Place it above everything that may refuse a request while the database is away. A press that the database
    did not take is stored as soon as it does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PATH):
            return self._get_response(request)
        # The page needs no log-in, and reading one would need the database.
        request.META.pop("HTTP_COOKIE", None)
        token, pressed_at = request.path_info.removeprefix(PATH).strip("/"), timezone.now()
        silenced = silence(token) if request.method == "POST" else []
        request.emergency_press = {"pressed_at": pressed_at, "silenced": silenced or []}  # type: ignore[attr-defined]
        response = self._get_response(request)
        if response.status_code != UNAVAILABLE or silenced is None:
            return response
        if request.method == "POST":
            _store_later(token, silenced, pressed_at, client_address(request))
        return _page_without_database(request, len(silenced))


class Press(TypedDict):
    """When a link was pressed, and the sessions that were silenced at once."""

    pressed_at: datetime
    silenced: list[UUID]


def press_of(request: HttpRequest) -> Press:
    """Return what the middleware has done with a request to an emergency link."""
    press: Press = request.emergency_press  # type: ignore[attr-defined]
    return press


def silence(token: str) -> list[UUID] | None:
    """Silence a link's lives and stop their workers, as Redis knows them; return the sessions.

    Return None for a link that Redis does not know, and when Redis is away too.
    """
    try:
        lives = index.find_lives(token)
    except (RedisError, OSError):
        logger.warning("redis unreachable: an emergency link needs the database")
        return None
    for live in lives or []:
        async_to_sync(send_order)(Order(live.overlay_id, OrderKind.END, live.lease))
        send_if_redis_answers(live.session_id, Stop())
    return None if lives is None else [live.session_id for live in lives]


def _store_later(token: str, silenced: list[UUID], pressed_at: datetime, address: str | None) -> None:
    arguments = (token, silenced, pressed_at, address)
    threading.Thread(target=_store, args=arguments, name="emergency-press", daemon=True).start()


def _store(token: str, silenced: list[UUID], pressed_at: datetime, address: str | None) -> None:
    """Store a press, and try until the database takes it."""
    while True:
        close_old_connections()
        try:
            if link := links.find_link(token):
                links.press(link=link, address=address, pressed_at=pressed_at, silenced=silenced)
            break
        except (OperationalError, InterfaceError):
            logger.warning("database unreachable, press of an emergency link not stored yet")
            time.sleep(RETRY_S)
    close_old_connections()


def _page_without_database(request: HttpRequest, silenced: int) -> HttpResponse:
    """Return the link's page; without the request, whose session is in the database."""
    pressed = request.method == "POST"
    context = {"is_database_away": True, "is_pressed": pressed, "silenced": silenced}
    with translation.override(translation.get_language_from_request(request)):
        page = render_to_string("livesessions/emergency.html", context)
    headers = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
    return HttpResponse(page, headers=headers)
