"""A live on a real worker whose workspace has credit for a few answers of a language model only."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db.models import F, Max, QuerySet, Sum
from django_scopes import scopes_disabled
from redis import Redis

from billing.models.ledger import Grant, UsageEntry
from billing.plans.catalogue import Meter
from billing.usage import UsageKind
from livesessions.api.event_intake import deliver
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, skip_reply, start_session, stop_session
from speech.models import VoiceProfile
from tests.billing.plans import give_plan
from tests.fakes.live import comment
from tests.fakes.openai_chat import Answer, FakeOpenAIChat
from tests.livesessions.worker.worker_processes import until, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

USAGE = (300, 100)
OF_A_REPLY = sum(USAGE)
CREDIT = 900  # two replies, and a part of the third
TOKENS = (UsageKind.INPUT_TOKENS, UsageKind.OUTPUT_TOKENS)
ANSWERS = ("Certo, con le olive.", "Oggi si ride tanto.", "Domani torno ancora.", "Che bella domanda.")
QUESTIONS = (
    "Ti piace la pizza?",
    "Come va oggi?",
    "Domani ci sei?",
    "Che musica ascolti?",
    "Hai dormito bene?",
    "Vieni al mare con noi?",
    "Quanti anni hai?",
    "Cosa fai stasera?",
)


@pytest.fixture
def model() -> Iterator[FakeOpenAIChat]:
    with FakeOpenAIChat(*(Answer(deltas=(text,), usage=USAGE) for text in ANSWERS)) as fake:
        yield fake


@pytest.fixture
def environment(
    model: FakeOpenAIChat, settings: LazySettings, server_environment: dict[str, str]
) -> dict[str, str]:
    """The environment of a worker that bills, as this process does, and whose answers the model writes."""
    settings.BILLING_ENABLED = True
    return {
        **server_environment,
        "BILLING_ENABLED": "true",
        "OPENAI_API_KEY": "a-key-of-the-installation",
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_MODEL": "gpt-4o-mini",
        "OPENAI_MODERATION_MODEL": "",
    }


@pytest.fixture
def live(show: Show, redis_client: Redis, environment: dict[str, str]) -> LiveSession:
    """A started live with questions that wait, a built-in voice, and a host that may always answer."""
    give_plan(show.tenant, "self")
    with scopes_disabled():
        Grant.objects.filter(tenant=show.tenant, meter=Meter.TOKENS).update(quantity=CREDIT)
        Show.objects.update(cooldown_min_s=0.0, cooldown_max_s=0.0)
        VoiceProfile.objects.update(provider=VoiceProfile.Provider.ESPEAK)
        live = start_session(session=create_session(show=show, source=LiveSession.Source.BRIDGE))
    asked = [comment(text, source_id=f"b:{text}", name=f"Anna {text}") for text in QUESTIONS]
    deliver(session_id=live.id, events=asked)
    return live


def test_a_live_uses_at_most_one_reply_beyond_its_credit_and_goes_on_with_ready_lines(
    live: LiveSession, model: FakeOpenAIChat, environment: dict[str, str], tmp_path: Path
) -> None:
    with workers(environment, tmp_path) as start_worker:
        worker = start_worker(capacity=1)
        until(lambda: heard().exists())
        with scopes_disabled():
            skip_reply(session=LiveSession.objects.get())  # the greeting is long
        until(lambda: ready_answers().exists())
        with scopes_disabled():
            stop_session(session=LiveSession.objects.get())
        until(LiveSession.objects.get, lambda session: session.status == "ended")
        worker.stop()  # writes what it still has

    with scopes_disabled():
        used = sum(UsageEntry.objects.filter(kind__in=TOKENS).values_list("quantity", flat=True))
        assert CREDIT <= used <= CREDIT + OF_A_REPLY
        assert used == len(model.requests) * OF_A_REPLY, "the model is asked no more afterwards"
        assert tokens_of(paid_replies()) == used
        grant = Grant.objects.get(tenant=live.tenant, meter=Meter.TOKENS)
        assert (grant.used, grant.quantity) == (CREDIT, CREDIT), "nobody pays what is beyond it"


def heard() -> QuerySet[Reply]:
    return Reply.objects.filter(first_audio_ms__isnull=False)


def paid_replies() -> QuerySet[Reply]:
    return Reply.objects.filter(prompt_tokens__gt=0)


def tokens_of(replies: QuerySet[Reply]) -> int:
    return replies.aggregate(n=Sum(F("prompt_tokens") + F("completion_tokens")))["n"] or 0


def ready_answers() -> QuerySet[Reply]:
    """Return the answers that were heard without a model, after those that used the credit up."""
    if tokens_of(paid_replies()) < CREDIT:
        return Reply.objects.none()
    last = paid_replies().aggregate(last=Max("created_at"))["last"]
    return heard().filter(created_at__gt=last, prompt_tokens=0).exclude(trigger_source_id="")
