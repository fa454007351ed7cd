"""Which lines are asked for when a show is saved: the surest, in its own voice, and each once."""

from typing import Any

import pytest
from django_scopes import scope, scopes_disabled

from livesessions.models.shows import Show
from livesessions.shows.voice_cache_warming import RecordedLines, count_recorded, warm_show
from moderation.stage.help_lines import help_line
from planner.stage.lines import load_lines
from speech.models import VoiceProfile
from speech.runtime.voice_pool import MEASUREMENT_LINES
from speech.services.pronunciations import add_pronunciation
from speech.services.voices import Provider, change_voice
from speech.stage.clauses import split_for_voice
from tests.livesessions.shows.warming.tools import (
    CALL,
    Voices,
    change,
    forget_the_minute,
    kept,
    record,
    run_background_jobs,
    texts,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_second_save_asks_for_nothing(show: Show, voices: Voices) -> None:
    change(show, facts="Alice suona il violino.")
    run_background_jobs()
    assert voices.texts == [MEASUREMENT_LINES["it"], *texts(show)]
    assert kept(show.tenant) == len(texts(show))

    forget_the_minute(show)
    change(show, facts="Alice suona il violoncello.")
    assert run_background_jobs() == 1
    assert len(voices.texts) == 1 + len(texts(show))


def test_a_new_invitation_alone_is_asked_for(show: Show, voices: Voices) -> None:
    record(show)
    before = len(voices.texts)
    change(show, calls_to_action=[CALL, "Portate un amico!"])
    record(show)
    assert voices.texts[before:] == ["Portate un amico!"]


def test_a_changed_voice_says_all_of_it_anew(show: Show, voices: Voices) -> None:
    record(show)
    before = len(voices.texts)
    with scope(tenant=show.tenant):
        change_voice(voice=show.voice, speed=1.1)
    run_background_jobs()
    assert voices.texts[before:] == [MEASUREMENT_LINES["it"], *texts(show)]


def test_a_new_word_is_said_in_the_lines_that_have_it(show: Show, voices: Voices) -> None:
    record(show)
    before = len(voices.texts)
    with scope(tenant=show.tenant):
        add_pronunciation(tenant=show.tenant, written="Alice", spoken="Ellis")
    run_background_jobs()
    assert voices.texts[before:] == [CALL.replace("Alice", "Ellis")]


def test_no_more_is_spoken_than_may_be_the_surest_first(show: Show, voices: Voices, settings: Any) -> None:
    for characters in (0, 40, 300, 600):
        settings.AUDIO_CACHE_WARM_CHARACTERS = characters
        assert sum(map(len, texts(show))) <= characters
    assert texts(show)[0] == CALL
    assert set(texts(show)[1:]) <= set(load_lines("planner.stage", "show_lines_it.toml")["opening"])
    settings.AUDIO_CACHE_WARM_CHARACTERS = 100_000
    assert help_line("it") in texts(show)

    with scopes_disabled():
        assert warm_show(show.id, characters=len(CALL) + 10) == 0
    assert voices.texts == [MEASUREMENT_LINES["it"], CALL]


def test_with_no_characters_nothing_is_asked_of_anybody(show: Show, voices: Voices, settings: Any) -> None:
    settings.AUDIO_CACHE_WARM_CHARACTERS = 0
    change(show, facts="Alice suona il violino.")
    assert run_background_jobs() == 0


def test_what_the_rules_would_refuse_is_not_recorded(show: Show) -> None:
    with scope(tenant=show.tenant):
        show.policy.blocklist = ["alice"]
        show.policy.save(update_fields=["blocklist"])
    assert CALL not in texts(show)


def test_a_line_too_long_to_be_kept_whole_is_kept_in_its_pieces(
    show: Show, voices: Voices, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr("speech.stage.cache.MOST_BYTES", 35_000)
    settings.AUDIO_CACHE_WARM_CHARACTERS = len(CALL)
    record(show)
    pieces = split_for_voice(CALL)
    assert voices.texts == [MEASUREMENT_LINES["it"], CALL, *pieces]
    record(show)
    assert len(voices.texts) == 2 + len(pieces)


def test_an_embedded_voice_and_a_shops_show_need_nothing(show: Show, voices: Voices) -> None:
    with scope(tenant=show.tenant):
        change_voice(voice=show.voice, provider=Provider.ESPEAK)
    record(show)
    with scope(tenant=show.tenant):
        change_voice(voice=show.voice, provider=Provider.AUTO)
    change(show, is_shopping=True)
    record(show)
    assert voices.asked == []


def test_lines_of_a_voice_that_was_heard_wrong_at_first_are_found_at_its_own_level(
    show: Show, voices: Voices
) -> None:
    voices.soft = MEASUREMENT_LINES["it"]
    record(show)
    assert voices.texts.count(CALL) == 2
    assert sum(map(len, voices.texts[1:])) <= 600

    record(show)  # what the means did not reach, for some lines were said twice
    with scope(tenant=show.tenant):
        assert count_recorded(Show.objects.get(id=show.id)) == RecordedLines(
            len(texts(show)), len(texts(show))
        )
    before = len(voices.asked)
    record(show)
    assert len(voices.asked) == before


def test_how_loud_the_voice_is_is_learned_first_and_kept(show: Show, voices: Voices) -> None:
    record(show)
    with scope(tenant=show.tenant):
        voice = VoiceProfile.objects.get(id=show.voice_id)
    assert voice.loudness_lufs == pytest.approx(-9.9, abs=0.3)
    assert voice.loudness_heard_s > 5.0
