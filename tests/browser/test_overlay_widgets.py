"""The widgets on a page that is open: they move with votes, counts, gifts and the voice."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django_scopes import scope
from playwright.sync_api import Page, Route, expect

from overlay.layout import default_layout
from overlay.models import Overlay
from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.reactions import show_words, words_due
from tests.overlay.studio import Studio, open_studio
from tests.overlay.viewing import Viewer, watching

# Notes when each word of the caption appears, and when the voice is first heard.


@pytest.fixture
def overlay(make_user: Callable[[str], User]) -> Overlay:
    overlay = make_overlay(make_user("Alice"))
    layout = default_layout()
    for box in layout["wide"].values():
        box["on"] = True
    layout["goal"] = {"kind": "follow", "target": 100, "label": "Cento!"}
    with scope(tenant=overlay.tenant):
        overlay.layout = dict(layout)
        overlay.save()
    return overlay


@pytest.fixture
def studio(overlay: Overlay) -> Iterator[Studio]:
    with open_studio(overlay.id, settings.REDIS_URL) as studio:
        yield studio


@pytest.fixture
def viewer(page: Page, server_url: str, overlay: Overlay) -> Viewer:
    page.set_viewport_size({"width": 1280, "height": 720})
    viewer = Viewer(page, server_url)
    viewer.open(overlay)
    return viewer


def poll(*votes: int, **changes: Any) -> dict[str, Any]:
    texts = ("Pizza", "Pasta")
    options = [
        {"text": text, "votes": count, "percent": round(100 * count / max(sum(votes), 1))}
        for text, count in zip(texts, votes, strict=True)
    ]
    state = {"kind": "poll", "phase": "open", "seconds_left": 30, "question": "Che si mangia?"}
    return {**state, "options": options, "leaders": [{"name": "Marta", "points": 3}], **changes}


def test_a_polls_bars_move_with_the_votes_and_it_goes(viewer: Viewer, studio: Studio) -> None:
    studio.do(studio.publisher.game(poll(1, 3)))
    page = viewer.page
    expect(page.locator(".game-question")).to_have_text("Che si mangia?")
    expect(page.locator(".game-share")).to_have_text(["25%", "75%"])
    bar = page.locator(".game-bar").first
    before = bar.evaluate("(bar) => bar.style.transform")
    studio.do(studio.publisher.game(poll(9, 1, seconds_left=12)))
    expect(page.locator(".game-share")).to_have_text(["90%", "10%"])
    assert before == "scaleX(0.25)"
    assert bar.evaluate("(bar) => bar.style.transform") == "scaleX(0.9)"
    expect(page.locator(".game-left")).to_have_text("0:12")
    expect(page.locator(".leader .name")).to_have_text("Marta")
    studio.do(studio.publisher.game({"kind": "", "leaders": []}))
    expect(page.locator(".game")).to_have_count(0)
    assert viewer.complaints == []


def test_a_quiz_keeps_its_answer_until_it_is_over(viewer: Viewer, studio: Studio) -> None:
    quiz = {**poll(0, 0, options=[]), "kind": "quiz", "answer": "Roma", "winner": ""}
    studio.do(studio.publisher.game(quiz))
    expect(viewer.page.locator(".game-question")).to_be_visible()
    assert "Roma" not in viewer.page.content()
    studio.do(studio.publisher.game({**quiz, "phase": "closed", "winner": "Marta"}))
    expect(viewer.page.locator(".game-result")).to_have_text("🏆 Marta · Risposta: Roma")


def test_a_page_that_comes_late_sees_the_game_and_the_goal(
    page: Page, server_url: str, overlay: Overlay, studio: Studio
) -> None:
    studio.do(studio.publisher.game(poll(1, 1)))
    studio.do(studio.publisher.tally({"follow": 40}))
    viewer = Viewer(page, server_url)
    viewer.open(overlay)
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.locator(".game-question")).to_have_text("Che si mangia?")
    expect(page.locator(".goal-count")).to_have_text("40 / 100")
    expect(page.locator(".goal-label")).to_have_text("Cento!")


def test_a_gift_is_announced_before_the_follows_that_wait(viewer: Viewer, studio: Studio) -> None:
    alert = "document.querySelector('.alert-words')?.textContent"
    with watching(
        viewer.page, *(f"{alert}?.startsWith('{name}')" for name in ("Pina", "LucaRosa × 5", "Gino"))
    ):
        for number, (name, text, kind) in enumerate(
            [
                ("Pina", "", "follow"),
                ("Gino", "", "follow"),
                ("Luca", "Rosa × 5", "gift"),
                ("Zoe", "ciao", "comment"),
            ]
        ):
            studio.do(studio.publisher.chat(str(number), name, text, kind))


def test_a_gift_that_comes_while_its_widget_is_loaded_is_announced(
    page: Page, server_url: str, overlay: Overlay, studio: Studio
) -> None:
    held: list[Route] = []
    page.route("**/widgets/alerts*.js", lambda route: held.append(route))
    page.set_viewport_size({"width": 1280, "height": 720})
    with page.expect_request("**/widgets/alerts*.js"):
        Viewer(page, server_url).open(overlay)
    studio.do(studio.publisher.chat("1", "Luca", "Rosa × 5", "gift"))
    expect(page.locator("#chat .text")).to_have_text("Rosa × 5")
    expect(page.locator(".alert")).to_have_count(0)
    with watching(page, "document.querySelector('.alert-words')?.textContent === 'LucaRosa × 5'"):
        held[0].continue_()


def test_the_avatars_mouth_moves_with_the_sound(viewer: Viewer, studio: Studio) -> None:
    mouth = viewer.page.locator(".avatar .mouth")
    expect(mouth).to_be_attached()
    opened = "Number(/, ([0-9.]+)/.exec(document.querySelector('.avatar .mouth').style.transform)?.[1] ?? 0)"
    with watching(viewer.page, f"{opened} >= 0.7", f"{opened} <= 0.2"):
        studio.say("Ciao!", 1.5)
    assert viewer.complaints == []


def test_the_words_of_a_caption_appear_one_after_the_other(viewer: Viewer, studio: Studio) -> None:
    shown = show_words(viewer, studio)
    assert [word for word, _ in shown] == [word for word, _ in words_due()]
    assert len({at_ms for _, at_ms in shown}) == len(shown)


def test_only_what_is_on_is_loaded(page: Page, server_url: str, make_user: Callable[[str], User]) -> None:
    viewer = Viewer(page, server_url)
    viewer.open(make_overlay(make_user("Dora")))
    assert not any("/widgets/leaders" in url or "/widgets/goal" in url for url in viewer.requests)
    assert sum("/themes/" in url for url in viewer.requests) == 1


def test_nothing_moves_by_itself_where_motion_is_unwelcome(viewer: Viewer, studio: Studio) -> None:
    viewer.page.emulate_media(reduced_motion="reduce")
    studio.do(studio.publisher.game(poll(1, 1)))
    expect(viewer.page.locator(".game-question")).to_be_visible()
    expect(viewer.page.locator(".avatar .mouth")).to_be_attached()
    while_shown = (
        "document.querySelector('.alert') && (window.moving = document.getAnimations().length, true)"
    )
    with watching(viewer.page, while_shown):
        studio.do(studio.publisher.chat("1", "Luca", "Rosa × 5", "gift"))
    assert viewer.page.evaluate("window.moving") == 0
