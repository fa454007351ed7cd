"""Rules changed on the web, from the service that stores them to the lives of a running worker."""

from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError
from django_scopes import scopes_disabled
from redis import Redis

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.pipeline.live import Live
from livesessions.pipeline.rules import Rules
from livesessions.services.sessions import start_session
from livesessions.shows.services.shows import change_show
from livesessions.worker import policy_reloader
from livesessions.worker.worker import in_thread
from moderation.models import Policy
from moderation.services import allow_term, block_term, import_blocklist
from tests.livesessions.conftest import eventually, running_worker
from tests.livesessions.worker.test_leases import overlay_is_live

pytestmark = pytest.mark.django_db(transaction=True)

WORD = "zibaldone"


@pytest.fixture(autouse=True)
def _across_tenants(redis_client: Redis) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Rules]:
    """The rules that running lives were given."""
    told: list[Rules] = []
    original: Callable[..., None] = Live.set_rules

    def set_rules(live: Live, rules: Rules) -> None:
        original(live, rules)
        told.append(rules)

    monkeypatch.setattr(Live, "set_rules", set_rules)
    return told


def _is_blocked(rules: Rules) -> bool:
    return rules.gate.review(f"ecco lo {WORD}").blocked


@pytest.mark.parametrize(
    ("change", "has_come"),
    [
        (lambda show: block_term(policy=show.policy, term=WORD), _is_blocked),
        (lambda show: import_blocklist(policy=show.policy, content=WORD.encode()), _is_blocked),
        (
            lambda show: allow_term(policy=show.policy, term="idiota"),
            lambda rules: not rules.gate.review("idiota").blocked,
        ),
        (lambda show: change_show(show=show, holds_replies=True), lambda rules: rules.holds_replies),
        (
            lambda show: change_show(show=show, cooldown_max_s=50.0),
            lambda rules: rules.rates.cooldown_max_s == 50.0,
        ),
    ],
    ids=["a blocked word", "an imported list", "an allowed word", "holding", "rates"],
)
async def test_a_change_reaches_the_live_that_runs(
    session: LiveSession,
    redis_client: Redis,
    told: list[Rules],
    change: Callable[[Show], object],
    has_come: Callable[[Rules], bool],
) -> None:
    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        await in_thread(lambda: change(session.show))
        # A new subscription also leads to a read, so the change may come with a later one.
        await eventually(lambda: any(map(has_come, told)))


async def test_a_change_does_not_reach_charlies_live(
    session: LiveSession, other_session: LiveSession, redis_client: Redis, told: list[Rules]
) -> None:
    async with running_worker():
        await in_thread(start_session, session=other_session)
        await eventually(lambda: overlay_is_live(other_session, redis_client))
        await in_thread(lambda: block_term(policy=session.show.policy, term=WORD))
        # What comes after it on the way has arrived, so it would have arrived too.
        await in_thread(lambda: change_show(show=other_session.show, holds_replies=True))
        await eventually(lambda: any(rules.holds_replies for rules in told))

    assert not any(map(_is_blocked, told))


async def test_a_change_that_was_lost_on_the_way_is_read_when_the_worker_is_back(
    session: LiveSession, redis_client: Redis, told: list[Rules]
) -> None:
    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        await in_thread(lambda: Policy.objects.filter(id=session.show.policy_id).update(blocklist=[WORD]))
        assert redis_client.client_kill_filter(_type="pubsub") > 0
        await eventually(lambda: told, lambda rules: any(map(_is_blocked, rules)))


async def test_a_change_waits_for_a_database_that_is_away(
    session: LiveSession, redis_client: Redis, told: list[Rules], monkeypatch: pytest.MonkeyPatch
) -> None:
    original, failures = policy_reloader.read_rules, [OperationalError()]

    def read(*args: object) -> object:
        if failures:
            raise failures.pop()
        return original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(policy_reloader, "read_rules", read)
    monkeypatch.setattr(policy_reloader, "RETRY_S", 0.05)
    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        await in_thread(lambda: block_term(policy=session.show.policy, term=WORD))
        await eventually(lambda: any(map(_is_blocked, told)))

    assert not failures


async def test_a_show_that_becomes_a_shop_on_air_ends_with_the_reason(
    session: LiveSession, redis_client: Redis
) -> None:
    def end_reason() -> str:
        return LiveSession.objects.values_list("end_reason", flat=True).get(id=session.id)

    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        await in_thread(change_show, show=session.show, is_shopping=True)
        reason = await eventually(end_reason)

    assert reason == LiveSession.EndReason.SHOPPING_LIVE


async def test_other_rules_chosen_for_a_show_hold_at_once(
    session: LiveSession, redis_client: Redis, told: list[Rules]
) -> None:
    def choose_other() -> None:
        other = Policy.objects.create(tenant=session.tenant, name="Others", blocklist=[WORD])
        change_show(show=session.show, policy=other)

    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        await in_thread(choose_other)
        await eventually(lambda: any(map(_is_blocked, told)))
