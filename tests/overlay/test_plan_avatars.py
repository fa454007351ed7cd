"""An avatar and a voice that the plan no longer includes are not used on air, and the show's page says so."""

import json
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope
from redis import Redis

from billing.models.account import BillingAccount
from billing.plans.entitlements import entitlements_from, self_hosted
from livesessions.models.shows import Show
from overlay.models import Overlay
from overlay.plan_avatars import avatar_on_air
from overlay.services import save_layout
from speech.models import VoiceProfile
from speech.services.voice_resolution import resolve_voices
from tenants.models import User
from tests.billing.plans import give_plan
from tests.overlay.conftest import Connect

SENTENCES = {
    "en": "Your plan does not include this show's voice and animated avatar",
    "it": "Il tuo piano non include la voce e l'avatar animato di questo show",
    "de": "Dein Tarif enthält Stimme und animierten Avatar dieser Show nicht",
}


@pytest.mark.parametrize(
    ("plan", "add_ons", "state", "shown"),
    [
        ("managed", {}, "active", "presenter"),
        ("self", {}, "active", "bubble"),
        ("self", {"animated_avatar": 1}, "active", "presenter"),
        ("trial", {}, "trial", "bubble"),
        ("managed", {}, "read_only", "presenter"),
    ],
)
def test_the_animated_avatar_is_shown_with_plans_that_include_it(
    plan: str, add_ons: dict[str, int], state: str, shown: str
) -> None:
    account = BillingAccount(tenant_id=UUID(int=1), plan=plan, add_ons=add_ons, state=state)
    entitlements = entitlements_from(account, now=timezone.now())
    assert avatar_on_air("presenter", entitlements) == shown
    assert {avatar_on_air(each, entitlements) for each in ("robot", "own")} == {"robot", "own"}
    assert avatar_on_air("presenter", self_hosted(UUID(int=1))) == "presenter"


def test_after_a_downgrade_both_fall_back_and_the_page_of_the_show_says_so(
    show: Show, alice: User, client_for: Callable[[User], Client], settings: LazySettings, redis_client: Redis
) -> None:
    settings.BILLING_ENABLED = True
    settings.ELEVENLABS_API_KEY = "a-key-of-the-installation"
    desk = client_for(alice)

    def on_air() -> tuple[str, str]:
        page = desk.get(reverse("overlay:page", args=[token])).content.decode()
        layout = json.loads(unescape(page.split('data-layout="')[1].split('"')[0]))
        with scope(tenant=show.tenant):
            return layout["avatar"], resolve_voices(show.voice).options[0].provider

    def page_of_the_show(language: str) -> str:
        answer = desk.get(f"/shows/{show.id}/", headers={"Accept-Language": language})
        return unescape(answer.content.decode())

    give_plan(show.tenant, "managed")
    with scope(tenant=show.tenant):
        overlay = Overlay.objects.get(id=show.overlay_id)
        token = overlay.token
        save_layout(overlay=overlay, layout={**overlay.whole_layout, "avatar": "presenter"})
        show.voice.provider = VoiceProfile.Provider.ELEVENLABS
        show.voice.save()
    assert on_air() == ("presenter", "elevenlabs")
    assert SENTENCES["en"] not in page_of_the_show("en")

    give_plan(show.tenant, "self")
    avatar, voice = on_air()
    assert (avatar, voice in {"pico", "espeak"}) == ("bubble", True)
    for language, sentence in SENTENCES.items():
        assert sentence in page_of_the_show(language)

    give_plan(show.tenant, "managed")
    assert on_air() == ("presenter", "elevenlabs"), "what was chosen is kept"


async def test_a_page_that_comes_back_after_a_downgrade_is_sent_the_avatar_that_is_included(
    overlay: Overlay, connect: Connect, settings: LazySettings
) -> None:
    settings.BILLING_ENABLED = True

    def choose_and_downgrade() -> None:
        give_plan(overlay.tenant, "managed")
        with scope(tenant=overlay.tenant):
            save_layout(overlay=overlay, layout={**overlay.whole_layout, "avatar": "presenter"})
        give_plan(overlay.tenant, "self")

    await sync_to_async(choose_and_downgrade)()
    page = await connect(overlay.token)
    assert (await page.receive())["layout"]["avatar"] == "bubble"
