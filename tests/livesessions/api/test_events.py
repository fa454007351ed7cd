import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django_scopes import scope
from redis import Redis
from rest_framework.test import APIClient

from chatsources.events import EventKind, Gift, LiveEvent, Viewer
from chatsources.inbound_events import event_from_json, stream_key
from chatsources.webcast import MAX_NAME_CHARS, MAX_TEXT_CHARS
from livesessions.api import throttles
from livesessions.api.event_serializers import FIELDS, MAX_EVENTS
from livesessions.models.sessions import LiveSession
from providers.rate_limit import Bucket
from tenants.api.parsers import MAX_BYTES
from tenants.models import Tenant, User

ANNA = {"id": "u1", "name": "Anna"}
ROSE = {"id": "5655", "name": "Rose"}
SPARE: dict[str, Any] = {
    "viewer": ANNA,
    "text": "Ciao",
    "gift": ROSE,
    "count": 3,
    "streak_open": False,
    "total": 21_349,
    "receiver_id": "g7",
    "targets": ["c1"],
    "target_viewer_ids": ["u1"],
}

Post = Callable[..., Any]


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


def put(session: LiveSession, **changes: Any) -> LiveSession:
    with scope(tenant=session.tenant):
        LiveSession.objects.filter(id=session.id).update(**changes)
        session.refresh_from_db()
    return session


@pytest.fixture
def on_air(session: LiveSession) -> LiveSession:
    return put(session, status=LiveSession.Status.ACTIVE, started_at=datetime.now(UTC))


@pytest.fixture
def post(api: APIClient, on_air: LiveSession, redis_client: Redis) -> Post:
    def send(*events: Any) -> Any:
        body = json.dumps({"events": events})  # escapes what the test client's own format cannot carry
        path = f"/api/v1/sessions/{on_air.id}/events/"
        return api.post(path, body, content_type="application/json")

    return send


@pytest.fixture
def waiting(on_air: LiveSession, redis_client: Redis) -> Callable[[], list[LiveEvent]]:
    """What the worker of the live will read."""

    def look() -> list[LiveEvent]:
        entries: Any = redis_client.xrange(stream_key(on_air.id))
        return [event_from_json(fields[b"event"]) for _, fields in entries]

    return look


def comment(event_id: str = "c1", **fields: Any) -> dict[str, Any]:
    return {"id": event_id, "kind": "comment", "viewer": ANNA, "text": "Ciao", **fields}


def test_events_wait_for_the_worker(post: Post, waiting: Callable[[], list[LiveEvent]]) -> None:
    gift = {**ROSE, "diamonds": 1, "streak_id": "s9"}
    sent = [
        comment(
            viewer={**ANNA, "handle": "anna.22"}, text="Che bella serata 🎉👨‍👩‍👧", at="2020-01-01T00:00:00Z"
        ),
        {"id": "g1", "kind": "gift", "viewer": ANNA, "gift": gift, "count": 5, "streak_open": True},
        {"id": "v1", "kind": "viewers", "count": 0},
        {"id": "d1", "kind": "deleted", "targets": ["c1"], "target_viewer_ids": ["u7"]},
    ]
    answer = post(*sent)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 4, "duplicates": 0, "rejected": []}
    said, given, present, deleted = waiting()
    assert said.viewer == Viewer("u1", "Anna", "anna.22")
    assert said.text == "Che bella serata 🎉👨‍👩‍👧"
    assert (given.gift, given.count, given.streak_open) == (Gift("5655", "Rose", 1, "s9"), 5, True)
    assert (present.kind, present.count, present.viewer) == (EventKind.VIEWERS, 0, None)
    assert (deleted.targets, deleted.target_viewer_ids) == (("b:c1", "c1"), ("u7",))
    assert [event.source_id for event in waiting()] == ["b:c1", "b:g1", "b:v1", "b:d1"]


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_has_what_it_needs_and_nothing_else(
    post: Post, waiting: Callable[[], list[LiveEvent]], kind: EventKind
) -> None:
    needed, possible = FIELDS[kind]
    least = {"id": "1", "kind": kind.value, **{name: SPARE[name] for name in needed}}
    if kind is EventKind.DELETED:
        assert post(least).json()["rejected"][0]["errors"].keys() == {"targets"}
        least["targets"] = SPARE["targets"]
    whole = least | {"id": "2"} | {name: SPARE[name] for name in possible}
    assert post(least, whole).json()["accepted"] == 2
    assert [event.kind for event in waiting()] == [kind, kind]
    for name in needed:
        lacking = {field: value for field, value in least.items() if field != name}
        assert post(lacking).json()["rejected"] == [
            {"index": 0, "errors": {name: ["This field is required."]}}
        ]
    for name in SPARE.keys() - needed - possible:
        refused = post(whole | {"id": "3", name: SPARE[name]}).json()["rejected"]
        assert refused == [{"index": 0, "errors": {name: ["Events of this kind do not have this field."]}}]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": None}, "id"),
        ({"id": "x" * 101}, "id"),
        ({"id": "a b"}, "id"),
        ({"id": "a\n"}, "id"),
        ({"id": "a\0"}, "id"),
        ({"id": "\ud800"}, "id"),
        ({"id": "é"}, "id"),
        ({"id": True}, "id"),
        ({"id": ["a"]}, "id"),
        ({"kind": "COMMENT"}, "kind"),
        ({"kind": "\ud800"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": {}}, "kind"),
        ({"at": "yesterday"}, "at"),
        ({"at": 1_700_000_000}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"text": ""}, "text"),
        ({"text": " \t\n "}, "text"),
        ({"text": "\0"}, "text"),
        ({"text": None}, "text"),
        ({"text": {"a": 1}}, "text"),
        ({"viewer": "Anna"}, "viewer.non_field_errors"),
        ({"viewer": None}, "viewer"),
        ({"viewer": {"id": "u1"}}, "viewer.name"),
        ({"viewer": {"name": "Anna"}}, "viewer.id"),
        ({"viewer": {"id": "\ud800", "name": "Anna"}}, "viewer.id"),
        ({"viewer": {**ANNA, "age": 4}}, "viewer.age"),
        ({"tiktok_msg_id": "b:1"}, "tiktok_msg_id"),
        ({"tiktok_msg_id": "0123"}, "tiktok_msg_id"),
        ({"tiktok_msg_id": "١٢٣"}, "tiktok_msg_id"),
        ({"tiktok_msg_id": "1" * 21}, "tiktok_msg_id"),
        ({"tenant": "other"}, "tenant"),
        ({"source_id": "7"}, "source_id"),
        ({"kind": "gift", "gift": ROSE, "count": 0}, "count"),
        ({"kind": "like", "total": -1}, "total"),
        ({"kind": "like", "count": -1}, "count"),
        ({"kind": "viewers", "count": -1}, "count"),
        ({"kind": "viewers", "count": 10**9 + 1}, "count"),
        ({"kind": "viewers", "count": 1.5}, "count"),
        ({"kind": "viewers", "count": True}, "count"),
        ({"kind": "gift", "gift": {"name": "Rose"}}, "gift.id"),
        ({"kind": "gift", "gift": ROSE, "receiver_id": "a b"}, "receiver_id"),
        ({"kind": "gift", "gift": {**ROSE, "diamonds": -1}}, "gift.diamonds"),
        ({"kind": "gift", "gift": {**ROSE, "diamonds": 10**7}}, "gift.diamonds"),
        ({"kind": "gift", "gift": {**ROSE, "id": "1" * 41}}, "gift.id"),
        ({"kind": "gift", "gift": {**ROSE, "streak_id": "1" * 41}}, "gift.streak_id"),
        ({"kind": "gift", "gift": ROSE, "streak_open": "perhaps"}, "streak_open"),
        ({"kind": "deleted", "targets": "c1"}, "targets"),
        ({"kind": "deleted", "targets": ["a b"]}, "targets.0"),
        ({"kind": "deleted", "targets": ["a"] * 101}, "targets"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_taken(post: Post, wrong: dict[str, Any], field: str) -> None:
    sent = {**comment("bad"), **wrong}
    if sent["kind"] in ("like", "viewers", "gift", "deleted"):
        del sent["text"]
    if sent["kind"] in ("viewers", "deleted"):
        del sent["viewer"]
    answer = post(comment("before"), sent, comment("after")).json()
    assert answer["accepted"] == 2
    assert [refused["index"] for refused in answer["rejected"]] == [1]
    assert list(answer["rejected"][0]["errors"]) == [field]


@pytest.mark.parametrize("item", [None, 7, "comment", [], {}, [[[]]], {"\ud800": 1}, {"": 1}])
def test_what_is_no_event_at_all_is_rejected(post: Post, item: Any) -> None:
    answer = post(item, comment())
    assert answer.status_code == 202
    assert (answer.json()["accepted"], answer.json()["rejected"][0]["index"]) == (1, 0)


def test_hostile_text_is_cleaned_and_long_text_cut(
    post: Post, waiting: Callable[[], list[LiveEvent]]
) -> None:
    post(
        comment("1", text="x" * 10_000, viewer={"id": "u1", "name": "N" * 10_000}),
        comment("2", text="a\0b\ud83dc", viewer={"id": "u1", "name": "\0An\udc00na"}),
        comment("3", text="<script>alert(1)</script>'; DROP TABLE x; --"),
        comment("4", viewer={"id": "u1", "name": ""}),
    )
    long, dirty, markup, nameless = waiting()
    assert long.text == "x" * MAX_TEXT_CHARS
    assert long.viewer is not None
    assert long.viewer.name == "N" * MAX_NAME_CHARS
    assert (dirty.text, dirty.viewer and dirty.viewer.name) == ("ab?c", "An?na")
    assert markup.text == "<script>alert(1)</script>'; DROP TABLE x; --"
    assert nameless.viewer == Viewer("u1", "")


def test_an_event_counts_once_however_often_it_is_posted(
    post: Post, waiting: Callable[[], list[LiveEvent]]
) -> None:
    assert post(comment("1"), comment("2"), comment("2")).json() == {
        "accepted": 2,
        "duplicates": 1,
        "rejected": [],
    }
    again = post(comment("2", text="Other words"), comment("3"), {"id": "4"}).json()
    assert (again["accepted"], again["duplicates"], len(again["rejected"])) == (1, 1, 1)
    assert [event.text for event in waiting()] == ["Ciao"] * 3


def test_a_message_of_tiktok_is_known_by_tiktoks_number(
    post: Post, waiting: Callable[[], list[LiveEvent]]
) -> None:
    number = "7137750790064065286"
    post(comment("mine", tiktok_msg_id=number), comment(number))
    assert [event.source_id for event in waiting()] == [number, f"b:{number}"]
    assert post(comment("other", tiktok_msg_id=number)).json()["duplicates"] == 1


def test_the_longest_id_fits_and_can_be_deleted_again(
    post: Post, waiting: Callable[[], list[LiveEvent]]
) -> None:
    post(comment("x" * 98), comment("x" * 99), comment("x" * 100))
    post({"id": "d", "kind": "deleted", "targets": ["x" * 99]})
    *said, deleted = waiting()
    assert len({event.source_id for event in said}) == 3
    assert all(len(event.source_id) <= 100 for event in said)
    assert said[1].source_id in deleted.targets


@pytest.mark.parametrize(
    ("ahead", "kept"),
    [(timedelta(minutes=-5), True), (timedelta(days=-3), False), (timedelta(hours=3), False)],
)
def test_a_clock_that_is_far_off_is_not_believed(
    post: Post, waiting: Callable[[], list[LiveEvent]], ahead: timedelta, kept: bool
) -> None:
    at = datetime.now(UTC) + ahead
    post(comment(at=at.isoformat()))
    occurred_at = waiting()[0].occurred_at
    assert (occurred_at == at) is kept
    assert timedelta(0) <= datetime.now(UTC) - occurred_at <= timedelta(hours=1, minutes=1)


def test_a_batch_may_be_empty(post: Post) -> None:
    assert post().json() == {"accepted": 0, "duplicates": 0, "rejected": []}


def test_a_batch_has_500_events_at_most(post: Post) -> None:
    assert post(*(comment(str(number)) for number in range(MAX_EVENTS))).json()["accepted"] == MAX_EVENTS
    answer = post(*(comment(str(number)) for number in range(MAX_EVENTS + 1)))
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["events"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"events": null}',
        b'{"events": {}}',
        b'{"events": "x"}',
        b'{"events": [], "more": 1}',
        b'{"events": [NaN]}',
        b'{"events": [' + b"[" * 100_000,
        b'{"events": [1' + b"0" * 10_000 + b"]}",
        b"\xff\xfe",
        b'{"events": "\xed\xa0\x80"}',
    ],
)
def test_a_body_that_is_no_batch_is_refused(
    api: APIClient, on_air: LiveSession, redis_client: Redis, body: bytes
) -> None:
    answer = api.post(f"/api/v1/sessions/{on_air.id}/events/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_body_has_256_kilobytes_at_most(api: APIClient, on_air: LiveSession, redis_client: Redis) -> None:
    def send(size: int) -> int:
        body = json.dumps({"events": [comment()]}).encode()
        path = f"/api/v1/sessions/{on_air.id}/events/"
        return api.post(path, body.ljust(size), content_type="application/json").status_code

    assert [send(MAX_BYTES), send(MAX_BYTES + 1), send(10 * MAX_BYTES)] == [202, 413, 413]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_only_json_is_taken(api: APIClient, on_air: LiveSession, redis_client: Redis, kind: str) -> None:
    answer = api.post(f"/api/v1/sessions/{on_air.id}/events/", b"events=1", content_type=kind)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("status", "was_on_air", "code"),
    [
        (LiveSession.Status.PENDING, False, 409),
        (LiveSession.Status.ACTIVE, True, 202),
        (LiveSession.Status.PENDING, True, 202),  # between two workers
        (LiveSession.Status.ENDED, True, 409),
    ],
)
def test_events_are_taken_while_the_live_is_on_air(
    api: APIClient, session: LiveSession, redis_client: Redis, status: str, was_on_air: bool, code: int
) -> None:
    put(session, status=status, started_at=datetime.now(UTC) if was_on_air else None)
    answer = api.post(f"/api/v1/sessions/{session.id}/events/", {"events": [comment()]}, format="json")
    assert answer.status_code == code
    assert redis_client.exists(stream_key(session.id)) == (code == 202)


def test_charlie_and_bob_put_nothing_into_alices_live(
    on_air: LiveSession,
    bob: User,
    charlie: User,
    other_session: LiveSession,
    api_for: Callable[[User], APIClient],
    redis_client: Redis,
) -> None:
    sent = {"events": [comment()]}
    path = f"/api/v1/sessions/{on_air.id}/events/"
    codes = [api_for(who).post(path, sent, format="json").status_code for who in (bob, charlie)]
    assert codes == [403, 404]
    assert not redis_client.exists(stream_key(on_air.id))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttles, "POSTS", Bucket(rate_per_s=0.1, burst=3))
    monkeypatch.setattr(throttles, "EVENTS", Bucket(rate_per_s=2, burst=10))


def test_a_token_that_posts_too_often_is_told_when_to_come_back(
    few: None, post: Post, api_for: Callable[[User], APIClient], alice: User, on_air: LiveSession
) -> None:
    answers = [post() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert 8 <= int(answers[3].headers["Retry-After"]) <= 10
    other = api_for(alice).post(f"/api/v1/sessions/{on_air.id}/events/", {"events": []}, format="json")
    assert other.status_code == 202, "each token counts for itself"


def test_a_live_that_gets_too_much_takes_nothing_of_it(
    few: None, post: Post, waiting: Callable[[], list[LiveEvent]]
) -> None:
    assert post(*(comment(str(number)) for number in range(8))).json()["accepted"] == 8
    answer = post(*(comment(str(number)) for number in range(8, 14)))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 2
    assert len(waiting()) == 8


def test_chat_may_come_more_often_than_the_rest_of_the_api(post: Post) -> None:
    assert {post(comment(str(number))).status_code for number in range(59)} == {202}


def test_while_redis_is_away_the_bridge_is_told_to_try_again(
    api: APIClient, on_air: LiveSession, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    answer = api.post(f"/api/v1/sessions/{on_air.id}/events/", {"events": [comment()]}, format="json")
    assert answer.status_code == 503
    assert set(answer.json()) == {"detail", "code", "request_id"}
