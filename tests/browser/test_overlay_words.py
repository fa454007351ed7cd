"""When the words of a caption appear: by their share of the sentence, checked against the voice's pauses."""

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Page

from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.viewing import Viewer

STEP_MS = 10
# Plays a sentence to the page's own module, with a loudness for each step; returns when each word begins.
PLAY = """
async ([text, lasts, pauses, step]) => {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const { makeHabit, Pace } = await import(loaded.find((name) => name.includes("/overlay/pace")));
  window.habit ??= makeHabit();
  const pace = new Pace(text.split(/(\\s+)/), window.habit);
  const begun = [];
  for (let ms = 0; ms <= lasts; ms += step) {
    const isQuiet = pauses.some(([from, to]) => from <= ms && ms < to);
    const said = pace.said(ms, lasts, isQuiet ? 0.0001 : 0.1);
    while (begun.length < said) begun.push(ms);
  }
  return begun;
}
"""

Play = Callable[..., list[int]]


@pytest.fixture
def play(page: Page, server_url: str, make_user: Callable[[str], User]) -> Play:
    Viewer(page, server_url).open(make_overlay(make_user("Alice")))

    def play(text: str, lasts_ms: int, pauses: Sequence[tuple[int, int]] = ()) -> list[int]:
        begun: list[int] = page.evaluate(PLAY, [text, lasts_ms, pauses, STEP_MS])
        assert len(begun) == len(text.split())
        assert begun == sorted(begun)
        return begun

    return play


def test_words_follow_the_voices_pauses(play: Play) -> None:
    text = "Uno due tre quattro, cinque sei."
    assert play("Uno due tre quattro cinque sei.", 3_100) == [0, 400, 800, 1_200, 2_000, 2_700]
    # The pause comes sooner than by the share of the text: the words behind it come with the voice.
    sooner = play(text, 3_200, [(1_300, 1_600)])
    assert (sooner[3], sooner[4]) == (1_200, 1_600)
    # It comes later: the word behind it waits, and the next one does not run ahead.
    later = play(text, 3_200, [(2_050, 2_250)])
    assert later[4] == 2_250
    assert later[5] > 2_700


def test_a_number_that_takes_long_to_say_does_not_shift_the_rest(play: Play) -> None:
    price = play("Costa 24,90 €, e la spedizione è gratis.", 4_170, [(0, 80), (1_700, 1_900)])
    assert price[3] == 1_900  # "e"; its share alone would be 1,560


def test_a_voice_without_pauses_is_followed_by_the_text_alone(play: Play) -> None:
    text = "Uno due tre quattro, cinque sei."
    waits = [play(text, 3_200)[4] - 2_100 for _ in range(3)]
    assert waits == [400, 100, 100]  # it learns that this voice makes no pause at its marks
    assert play(text, 3_200)[5] == 2_800
    assert play(text, 3_200, [(1_700, 1_900)])[4] == 1_900
    assert play(text, 3_200)[4] == 2_500


def test_what_is_no_pause_of_a_mark_changes_nothing(play: Play) -> None:
    plain = play("Uno due tre quattro cinque sei.", 3_100)
    assert play("Uno due tre quattro cinque sei.", 3_100, [(900, 1_400)]) == plain
    marked = "Uno due tre quattro, cinque sei."
    play(marked, 3_200)  # from here on it waits briefly for each pause
    text_alone = play(marked, 3_200)
    assert play(marked, 3_200, [(500, 550), (1_000, 1_060)]) == text_alone  # inside words
    assert play(marked, 3_200, [(0, 150)]) == text_alone  # before the first sound


@pytest.mark.parametrize("text", ["", "   ", "Sì.", ",,, ... !", "Ciao, ciao, ciao, ciao!"])
def test_any_text_is_shown_to_its_end(play: Play, text: str) -> None:
    play(text, 2_000, [(700, 900), (1_200, 1_400)])
