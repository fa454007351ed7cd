import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.redaction import HideSecrets, ShortRefusals
from tenants.models import User

TOKEN = "3kVq8sX2mB7cN1pR5tY9wE4uI6oA0zLd"


@pytest.fixture
def written() -> StringIO:
    """What a handler with the filter writes, at the place of the console's."""
    return StringIO()


@pytest.fixture(autouse=True)
def _handler(written: StringIO) -> Iterator[None]:
    handler = logging.StreamHandler(written)
    handler.addFilter(HideSecrets())
    handler.addFilter(ShortRefusals())
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_an_overlay_that_is_not_there_is_not_logged(client: Client, written: StringIO) -> None:
    assert client.get(f"/overlay/{TOKEN}/").status_code == 404
    assert written.getvalue() == ""


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        (f"<WebSocketProtocol path=b'/ws/overlay/{TOKEN}/'>", "<WebSocketProtocol path=b'/ws/overlay/…/'>"),
        (
            f"GET uri=/overlay/{TOKEN}?sound=buffers took too long",
            "GET uri=/overlay/…?sound=buffers took too long",
        ),
        ("/accounts/password/reset/key/3-c8x-9f/", "/accounts/password/reset/key/…/"),
        ("/accounts/confirm-email/MQ:1tX:sig/", "/accounts/confirm-email/…/"),
        ("/shows/1/overlay/", "/shows/1/overlay/"),
    ],
)
def test_secrets_in_addresses_are_hidden_and_the_rest_is_left(
    message: str, logged: str, written: StringIO
) -> None:
    logging.getLogger("anybody").warning("%s", message)
    assert written.getvalue() == f"{logged}\n"


def test_who_may_not_do_something_is_not_logged(
    bob: User, client_for: Callable[[User], Client], written: StringIO
) -> None:
    assert client_for(bob).post("/voices/preview/", {"text": "Ciao"}).status_code == 403
    assert written.getvalue() == ""


def test_a_host_that_is_not_served_leaves_one_line(client: Client, written: StringIO) -> None:
    assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400
    assert "evil.example" in written.getvalue()
    assert "Traceback" not in written.getvalue()


def test_a_fault_of_ours_keeps_its_traceback(written: StringIO) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        logging.getLogger("django.request").error("Fault", exc_info=error, extra={"status_code": 500})
        logging.getLogger("worker").error("Fault", exc_info=error)
    assert written.getvalue().count("Traceback") == 2


def test_every_handler_hides_them() -> None:
    logged: dict[str, Any] = settings.LOGGING
    assert all({"secrets", "refusals"} <= set(handler["filters"]) for handler in logged["handlers"].values())
    assert logged["loggers"]["django"]["handlers"] == []
