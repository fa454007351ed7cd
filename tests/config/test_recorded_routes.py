"""What was served before the rebuild is served still: pages, sockets, and the REST API answer by answer.

The records are in tests/data/routes. What is new has to be recorded too: with RECORD_NEW_ROUTES=1 in the
environment these tests add it, and leave what is there as it is. What moved on purpose stands in `MOVED`, and
in the changelog.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from tenants.models import Tenant, User
from tests.config.api_requests import ASKS, Ask
from tests.config.served import address, api, losses, pages, shape_of, sockets

pytestmark = pytest.mark.slow

RECORDS = Path(__file__).resolve().parent.parent / "data" / "routes"
RECORDS_NEW = bool(os.environ.get("RECORD_NEW_ROUTES"))

Record = dict[str, dict[str, Any]]


def read_record(name: str) -> Record:
    record: Record = json.loads((RECORDS / f"{name}.json").read_text())
    return record


PAGES = read_record("pages")  # path: status by who reads it
SOCKETS = read_record("sockets")
ANSWERS = read_record("api")  # method and path: status and shape by what is special about the request

# Where a path of the record is now, by how both begin: {"/staff/speech/providerkey/": "/staff/…"}
MOVED: dict[str, str] = {
    "/staff/livesessions/rehearsal/": "/staff/rehearsals/rehearsal/",
    # The administration's pages of one app, for each app that has any.
    "/staff/^(auth|account|tenants|moderation|planner|speech|overlay|livesessions)/$": (
        "/staff/^(auth|account|tenants|moderation|planner|speech|overlay|livesessions|rehearsals|mfa)/$"
    ),
}

OF_A_KIND = {
    "<uuid>": "00000000-0000-0000-0000-000000000001",
    "<slug>": "openai",
    "<str>": "x",
    "<path>": "1",
    "<int>": "1",
    "setup": "obs",
    "qr": "overlay",
}


def now_at(path: str) -> str:
    was = next((was for was in MOVED if path.startswith(was)), "")
    return MOVED[was] + path.removeprefix(was) if was else path


def require_recorded(name: str, found: Record) -> None:
    """Fail for what is not in a record, or add it when that is wanted."""
    record = {now_at(path): known for path, known in read_record(name).items()}
    new = {
        path: {key: inner for key, inner in entries.items() if key not in record.get(path, {})}
        for path, entries in found.items()
        if path not in record or entries.keys() - record[path].keys()
    }
    if RECORDS_NEW:
        whole = {path: {**record.get(path, {}), **new.get(path, {})} for path in record.keys() | new.keys()}
        (RECORDS / f"{name}.json").write_text(as_lines(whole))
    else:
        assert new == {}, "not recorded yet: run this file with RECORD_NEW_ROUTES=1 in the environment"


def as_lines(record: Record) -> str:
    """Return a record as JSON with a line for each page and each answer, so that a change of one is seen."""
    return (
        "{\n"
        + ",\n".join(f" {json.dumps(path)}: {as_line(record[path])}" for path in sorted(record))
        + "\n}\n"
    )


def as_line(entries: dict[str, Any]) -> str:
    if not any(isinstance(inner, dict) for inner in entries.values()):
        return json.dumps(entries)
    lines = [f"  {json.dumps(name)}: {json.dumps(inner, sort_keys=True)}" for name, inner in entries.items()]
    return "{\n" + ",\n".join(lines) + "\n }"


def test_every_page_answers_as_before(
    everything: dict[str, str], alice: User, client_for: Callable[[User], Client]
) -> None:
    values, browser = {**OF_A_KIND, **everything}, client_for(alice)

    def ask(path: str) -> dict[str, int]:
        where = address(path, values)
        return {"anonymous": Client().get(where).status_code, "owner": browser.get(where).status_code}

    recorded = {now_at(path): answers for path, answers in PAGES.items()}
    assert recorded.keys() - pages() == set(), "these pages are gone"
    # The administration's pages are asked by tests/tenants; here they only have to be there.
    found = {path: {} if path.startswith("/staff/") or "(" in path else ask(path) for path in pages()}
    assert {path: found[path] for path in recorded} == recorded
    require_recorded("pages", found)


def test_every_socket_is_where_it_was() -> None:
    assert {now_at(path) for path in SOCKETS} - sockets() == set()
    require_recorded("sockets", {path: {} for path in sockets()})


def test_every_route_of_the_api_is_asked_and_recorded() -> None:
    served = {f"{method} {path}" for method, path in api()}
    assert served == set(ASKS), "tests/config/api_requests.py asks them"
    assert set(ANSWERS) - served == set(), "these routes are gone"


def test_every_answer_of_the_api_has_the_shape_that_it_had(
    everything: dict[str, str],
    other_tenant: Tenant,
    people: dict[str, User],
    api_for: Callable[[User], APIClient],
) -> None:
    found: dict[str, dict[str, Any]] = {}
    for route, name, ask, who in requests():
        sender = api_for(people[who]) if who else APIClient()
        with transaction.atomic():
            found.setdefault(route, {})[name] = answer_to(sender, route, ask, everything)
            transaction.set_rollback(True)
    lost = [
        f"{route}, {name}: {loss}"
        for route, answers in ANSWERS.items()
        for name, answer in answers.items()
        for loss in losses(answer, found.get(route, {}).get(name, {}))
    ]
    assert lost == [], "\n".join(lost)
    require_recorded("api", found)


@pytest.fixture
def people(alice: User, bob: User, charlie: User) -> dict[str, User]:
    return {"alice": alice, "bob": bob, "charlie": charlie}


def requests() -> Iterator[tuple[str, str, Ask, str]]:
    """Yield every request: its route, what is special about it, what is sent, and who sends it."""
    for route, asks in ASKS.items():
        for name, ask in asks.items():
            yield route, name, ask, "alice"
        usual = asks["done"]
        yield route, "without a token", usual, ""
        yield route, "looks on", usual, "bob"
        if "<uuid>" in route:
            yield route, "stranger", usual, "charlie"


def answer_to(sender: APIClient, route: str, ask: Ask, ids: Mapping[str, str]) -> dict[str, Any]:
    method, _, path = route.partition(" ")
    rows = {**ids, **{word: ids[name] for word, name in ask.rows.items()}}
    send = getattr(sender, method.lower())
    if ask.file is not None:
        form = {"picture": SimpleUploadedFile("me.png", ask.file)}
        response = send(address(path, rows), form, format="multipart")
    else:
        response = send(address(path, rows), with_ids(ask.sent, ids), format="json")
    answer = response.json() if response.content else "nothing"
    # Programs go by the code of a refusal, so it is a part of the answer's shape.
    code = {"code": answer["code"]} if isinstance(answer, dict) and "code" in answer else {}
    return {"status": response.status_code, "answer": shape_of(answer), **code}


def with_ids(sent: Any, ids: Mapping[str, str]) -> Any:
    """Return what is sent with the ids that it names in braces."""
    if not isinstance(sent, dict):
        return sent
    return {
        name: ids[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value
        for name, value in sent.items()
    }
