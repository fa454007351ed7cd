"""Who may rehearse, what the page accepts, and what its report shows."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from livesessions.models.shows import Show
from rehearsals import tasks
from rehearsals.models import Rehearsal
from rehearsals.rehearsal import runner
from tenants.models import User

ClientFor = Callable[[User], Client]
HOSTILE = "<script>alert(1)</script>"
Status = Rehearsal.Status


@pytest.fixture(autouse=True)
def _queue(redis_client: "redis.Redis") -> None:
    """Rehearsals go into an empty queue that nobody works on."""


def rehearsals(show: Show) -> list[Rehearsal]:
    with scopes_disabled():
        return list(Rehearsal.objects.filter(show=show).order_by("created_at"))


def ask(client: Client, show: Show, **fields: Any) -> Any:
    return client.post(f"/shows/{show.id}/rehearsals/new/", {"chat": "simulator", "minutes": "1", **fields})


def chat_file(*lines: dict[str, Any] | str) -> SimpleUploadedFile:
    rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return SimpleUploadedFile("sera.jsonl", "\n".join(rows).encode())


def play(rehearsal: Rehearsal) -> Rehearsal:
    tasks.run_rehearsal.call_local(str(rehearsal.id))
    with scopes_disabled():
        rehearsal.refresh_from_db()
    return rehearsal


def test_alice_asks_for_a_rehearsal_and_reads_its_report(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    answer = ask(client, show)
    (rehearsal,) = rehearsals(show)
    address = f"/shows/{show.id}/rehearsals/{rehearsal.id}/"
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "Waiting for its turn" in client.get(address).content.decode()
    assert play(rehearsal).status == Status.DONE
    page = client.get(address).content.decode()
    assert "What your host said" in page
    assert "Questions answered" in page
    assert "hx-trigger" not in page.split('id="rehearsal"')[1].split(">")[0]


def test_the_report_compares_with_the_rehearsal_before(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    for _ in range(2):
        ask(client, show)
        play(rehearsals(show)[-1])
    first, second = rehearsals(show)
    page = client.get(f"/shows/{show.id}/rehearsals/{second.id}/").content.decode()
    assert f"/shows/{show.id}/rehearsals/{first.id}/" in page
    assert "before:" in page
    assert "before:" not in client.get(f"/shows/{show.id}/rehearsals/{first.id}/").content.decode()


def test_the_script_can_be_filtered_with_and_without_htmx(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    ask(client, show)
    rehearsal = play(rehearsals(show)[0])
    address = f"/shows/{show.id}/rehearsals/{rehearsal.id}/?only=answers"
    states = {entry["state"] for entry in rehearsal.report["script"]}
    assert "answer" in states
    page = client.get(address).content.decode()
    assert "<html" in page
    part = client.get(address, headers={"hx-request": "true", "hx-target": "script"}).content.decode()
    assert part.strip().startswith('<section class="panel script"')
    assert "<html" not in part


def test_a_chat_of_ones_own_is_played_and_its_words_cannot_harm_the_page(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    file = chat_file(
        *({"t": n, "user": f"anna{n}", "message": f"ciao come stai? {HOSTILE}"} for n in range(9))
    )
    ask(client, show, chat="upload", file=file)
    (rehearsal,) = rehearsals(show)
    assert rehearsal.chat == "sera.jsonl"
    play(rehearsal)
    assert rehearsal.report["figures"]["lines"] > 9  # a short chat begins again
    page = client.get(f"/shows/{show.id}/rehearsals/{rehearsal.id}/").content.decode()
    assert HOSTILE not in page


def test_what_the_host_said_is_escaped(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    ask(client, show)
    rehearsal = play(rehearsals(show)[0])
    for entry in rehearsal.report["script"]:
        entry.update(
            text=HOSTILE, heard=HOSTILE, viewer=HOSTILE, gift=HOSTILE, score={HOSTILE: 1.0, "total": 2}
        )
    with scopes_disabled():
        rehearsal.save(update_fields=["report"])
    page = client.get(f"/shows/{show.id}/rehearsals/{rehearsal.id}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert HOSTILE not in page


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['{"t": 1, "user": "a", "message": "b"}', "{"], "Line 2: this is not a JSON object."),
        ([{"t": -1, "user": "a", "message": "b"}], "Line 1: the time is missing"),
        ([{"t": 1, "message": "b"}], "Line 1: the user is missing."),
        ([{"t": 1, "user": "a"}], "Line 1: the message is missing."),
        (
            [{"method": "WebcastChatMessage", "ts": "2026-01-01T00:00:00Z", "payload": "!"}],
            "Line 1: the payload is not base64.",
        ),
        ([""], "The file is empty."),
    ],
)
def test_a_file_that_is_no_chat_is_refused_with_the_number_of_the_line(
    alice: User, show: Show, client_for: ClientFor, lines: list[Any], words: str
) -> None:
    answer = ask(client_for(alice), show, chat="upload", file=chat_file(*lines))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert rehearsals(show) == []


def test_a_file_that_is_too_large_is_refused(alice: User, show: Show, client_for: ClientFor) -> None:
    file = SimpleUploadedFile("sera.jsonl", b"x" * (5 * 1024**2 + 1))
    answer = ask(client_for(alice), show, chat="upload", file=file)
    assert answer.status_code == 422
    assert "larger than 5 MB" in answer.content.decode()


@pytest.mark.parametrize("minutes", ["0", "61", "x", ""])
def test_a_rehearsal_lasts_an_hour_at_most(
    alice: User, show: Show, client_for: ClientFor, minutes: str
) -> None:
    assert ask(client_for(alice), show, minutes=minutes).status_code == 422
    assert rehearsals(show) == []


def test_a_workspace_has_two_rehearsals_at_a_time(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    ask(client, show)
    ask(client, show)
    answer = ask(client, show)
    assert answer.status_code == 409
    assert "Two rehearsals are running already" in answer.content.decode()
    play(rehearsals(show)[0])
    assert ask(client, show).status_code == 302


def test_a_rehearsal_whose_worker_was_killed_ends_as_failed(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    ask(client, show)
    (rehearsal,) = rehearsals(show)
    with scopes_disabled():
        assert runner._claim(rehearsal.id) is not None
        runner.expire_rehearsals(timezone.now())
        rehearsal.refresh_from_db()
        assert rehearsal.status == Status.RUNNING
        runner.expire_rehearsals(timezone.now() + timedelta(seconds=runner.LOST_AFTER_S + 1))
        rehearsal.refresh_from_db()
    assert rehearsal.status == Status.FAILED
    page = client.get(f"/shows/{show.id}/rehearsals/{rehearsal.id}/").content.decode()
    assert "This rehearsal was interrupted" in page


def test_one_that_breaks_is_told_and_played_once(
    alice: User, show: Show, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**options: Any) -> None:
        raise RuntimeError("broken")

    client = client_for(alice)
    ask(client, show)
    monkeypatch.setattr(runner, "rehearse_show", broken)
    rehearsal = play(rehearsals(show)[0])
    assert rehearsal.status == Status.FAILED
    assert (
        "an error on our side" in client.get(f"/shows/{show.id}/rehearsals/{rehearsal.id}/").content.decode()
    )
    monkeypatch.undo()
    assert play(rehearsal).status == Status.FAILED


def test_reports_are_kept_no_longer_than_words_of_viewers(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    ask(client_for(alice), show)
    with scopes_disabled():
        runner.expire_rehearsals(timezone.now() + timedelta(days=91))
    assert rehearsals(show) == []


def test_bob_who_looks_on_reads_but_does_not_rehearse(
    alice: User, bob: User, show: Show, client_for: ClientFor
) -> None:
    ask(client_for(alice), show)
    (rehearsal,) = rehearsals(show)
    client = client_for(bob)
    page = client.get(f"/shows/{show.id}/rehearsals/").content.decode()
    assert f"/shows/{show.id}/rehearsals/{rehearsal.id}/" in page
    assert "<form class=" not in page
    assert client.get(f"/shows/{show.id}/rehearsals/{rehearsal.id}/").status_code == 200
    assert ask(client, show).status_code == 403


def test_charlie_finds_none_of_it(
    alice: User, charlie: User, show: Show, other_show: Show, client_for: ClientFor
) -> None:
    ask(client_for(alice), show)
    (rehearsal,) = rehearsals(show)
    client = client_for(charlie)
    assert client.get(f"/shows/{show.id}/rehearsals/").status_code == 404
    assert client.get(f"/shows/{show.id}/rehearsals/{rehearsal.id}/").status_code == 404
    assert client.get(f"/shows/{other_show.id}/rehearsals/{rehearsal.id}/").status_code == 404
    assert ask(client, show).status_code == 404
    assert len(rehearsals(show)) == 1


def test_a_visitor_is_sent_to_the_log_in_page(client: Client, show: Show) -> None:
    for address in (f"/shows/{show.id}/rehearsals/", f"/shows/{show.id}/rehearsals/{UUID(int=1)}/"):
        assert client.get(address)["Location"].startswith("/accounts/login/")
