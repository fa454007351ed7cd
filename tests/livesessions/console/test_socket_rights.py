"""An open console closes when what opened it ends: log-in, account, membership, role, or the live itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client
from django_scopes import scopes_disabled

from livesessions.console import publisher
from livesessions.console.consumers import ConsoleConsumer
from livesessions.models.sessions import LiveSession
from tenants.models import Membership, Tenant, User
from tenants.sockets import watch
from tenants.sockets.member_consumer import CLOSE_RIGHTS_CHANGED
from tests.conftest import PASSWORD
from tests.livesessions.console.test_socket import chat, open_socket

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[User], Client]
Open = Callable[[], Awaitable[Any]]
NEW_PASSWORD = "a new horse battery"


@pytest.fixture
def alices_browser(alice: User, client_for: ClientFor) -> Client:
    return client_for(alice)


@pytest.fixture
def bobs_browser(bob: User, client_for: ClientFor) -> Client:
    return client_for(bob)


@pytest.fixture
async def open_console(bobs_browser: Client, session: LiveSession) -> AsyncIterator[Open]:
    """Open Bob's console and skip what it gets first."""
    async with AsyncExitStack() as stack:

        async def opened() -> Any:
            socket = await stack.enter_async_context(open_socket(bobs_browser, session.id))
            await socket.receive_from()
            return socket

        yield opened
    await get_channel_layer().flush()


async def closing_code(socket: Any) -> int:
    event = await socket.receive_output()
    assert event["type"] == "websocket.close", event
    code: int = event["code"]
    return code


def remove_membership(bob: User, browser: Client) -> None:
    Membership.objects.filter(user=bob).delete()


def lower_or_raise_the_role(bob: User, browser: Client) -> None:
    membership = Membership.objects.get(user=bob)
    membership.role = Membership.Role.EDITOR
    membership.save(update_fields=["role"])


def disable_the_account(bob: User, browser: Client) -> None:
    bob.is_active = False
    bob.save(update_fields=["is_active"])


def delete_the_account(bob: User, browser: Client) -> None:
    with scopes_disabled():
        bob.delete()


def log_out(bob: User, browser: Client) -> None:
    browser.post("/accounts/logout/")


def change_the_password_elsewhere(bob: User, browser: Client) -> None:
    elsewhere = Client()
    elsewhere.force_login(bob)
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert elsewhere.post("/accounts/password/change/", form).status_code == 302


def delete_the_log_in(bob: User, browser: Client) -> None:
    Session.objects.filter(session_key=browser.session.session_key).delete()


ENDS = [
    remove_membership,
    lower_or_raise_the_role,
    disable_the_account,
    delete_the_account,
    log_out,
    change_the_password_elsewhere,
    delete_the_log_in,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_a_console_closes_at_once_when_its_rights_end(
    open_console: Open, bob: User, bobs_browser: Client, end: Callable[[User, Client], None]
) -> None:
    socket = await open_console()
    await database_sync_to_async(end)(bob, bobs_browser)
    assert await closing_code(socket) == CLOSE_RIGHTS_CHANGED


async def test_nothing_is_sent_after_the_rights_have_ended(
    open_console: Open, bob: User, bobs_browser: Client, session: LiveSession
) -> None:
    socket = await open_console()
    await database_sync_to_async(remove_membership)(bob, bobs_browser)
    await closing_code(socket)
    await publisher.publish(session.id, [chat(1)])
    assert await socket.receive_nothing()


async def test_other_members_and_other_log_ins_keep_their_consoles(
    open_console: Open, bob: User, alices_browser: Client, session: LiveSession, client_for: ClientFor
) -> None:
    bobs = await open_console()
    bobs_phone = await database_sync_to_async(client_for)(bob)
    async with open_socket(alices_browser, session.id) as alices:
        await alices.receive_from()
        await database_sync_to_async(log_out)(bob, bobs_phone)
        await publisher.publish(session.id, [chat(1)])
        assert "ciao 1" in await bobs.receive_from()
        assert "ciao 1" in await alices.receive_from()


async def test_a_change_that_nobody_announced_is_found_by_the_regular_check(
    open_console: Open, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConsoleConsumer, "check_every_s", 0.01)
    socket = await open_console()
    # An update of the whole query sends no signal, and neither does another program.
    await database_sync_to_async(Membership.objects.filter(user=bob).update)(role=Membership.Role.ADMIN)
    assert await closing_code(socket) == CLOSE_RIGHTS_CHANGED


async def test_a_live_that_is_deleted_closes_its_consoles_at_the_regular_check(
    open_console: Open, session: LiveSession, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConsoleConsumer, "check_every_s", 0.01)
    socket = await open_console()

    def delete() -> None:
        with scopes_disabled():
            session.delete()

    await database_sync_to_async(delete)()
    assert await closing_code(socket) == CLOSE_RIGHTS_CHANGED


def test_the_regular_check_is_made_every_minute() -> None:
    assert ConsoleConsumer.check_every_s == 60.0


async def test_a_database_that_is_away_closes_no_console_and_the_check_is_repeated(
    open_console: Open, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RETRY_S", 0.01)
    socket = await open_console()
    answers = iter([OperationalError(), OperationalError()])
    find = ConsoleConsumer.find_membership

    def find_when_the_database_is_back(consumer: ConsoleConsumer, user: User) -> Membership | None:
        for away in answers:
            raise away
        return find(consumer, user)

    monkeypatch.setattr(ConsoleConsumer, "find_membership", find_when_the_database_is_back)
    await database_sync_to_async(Membership.objects.filter(user=bob).delete)()
    assert await closing_code(socket) == CLOSE_RIGHTS_CHANGED
    assert next(answers, None) is None


async def test_a_command_of_somebody_who_lost_the_right_unannounced_is_not_carried_out(
    alice: User, alices_browser: Client, session: LiveSession
) -> None:
    def start() -> None:
        with scopes_disabled():
            LiveSession.objects.filter(id=session.id).update(status=LiveSession.Status.ACTIVE)

    await database_sync_to_async(start)()
    async with open_socket(alices_browser, session.id) as socket:
        await socket.receive_from()
        # As while Redis is away: nothing tells the socket.
        members = Membership.objects.filter(user=alice)
        await database_sync_to_async(members.update)(role=Membership.Role.VIEWER)
        await socket.send_to(text_data='{"command": "mute"}')
        assert await closing_code(socket) == CLOSE_RIGHTS_CHANGED
        await socket.send_to(text_data='{"command": "mute"}')
        assert await socket.receive_nothing()

    def is_muted() -> bool:
        with scopes_disabled():
            return LiveSession.objects.get(id=session.id).muted

    assert not await database_sync_to_async(is_muted)()
