import re

import pytest

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator
from planner.limits import PROMPT_LENGTH, SAMPLE_LENGTH, SAMPLES, STYLE_STEP, TOPIC_LENGTH, TOPICS
from planner.presets import LANGUAGES, TRAITS, Genre, Preset, find_preset, presets
from planner.stage.language_detection import foreign_language

every_preset = pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.slug)


def test_every_genre_is_there_in_every_language() -> None:
    assert [(preset.language, preset.genre) for preset in presets()] == [
        (language, genre) for language in LANGUAGES for genre in Genre
    ]
    assert len({preset.name for preset in presets()}) == len(presets())


def test_a_preset_is_found_by_its_name_in_addresses() -> None:
    found = find_preset("tech-it")
    assert found is not None
    assert (found.genre, found.language) == (Genre.TECH, "it")
    assert find_preset("tech-fr") is None
    assert find_preset("../tech-it") is None


@every_preset
def test_a_preset_keeps_within_what_a_persona_may_hold(preset: Preset) -> None:
    assert 400 <= len(preset.prompt) <= PROMPT_LENGTH
    assert 3 <= len(preset.sample_lines) <= SAMPLES
    assert 3 <= len(preset.forbidden_topics) <= TOPICS
    assert all(len(line) <= SAMPLE_LENGTH for line in preset.sample_lines)
    assert all(len(topic) <= TOPIC_LENGTH for topic in preset.forbidden_topics)


@every_preset
def test_a_presets_sliders_stand_on_a_step(preset: Preset) -> None:
    assert set(preset.style) == set(TRAITS)
    for value in preset.style.values():
        assert 0 <= value <= 1
        assert value / STYLE_STEP == pytest.approx(round(value / STYLE_STEP))


@every_preset
def test_a_presets_words_are_in_its_language(preset: Preset) -> None:
    for text in (preset.prompt, preset.tagline, *preset.sample_lines):
        assert foreign_language(text, preset.language) == "", text


@every_preset
def test_a_preset_would_pass_the_gate_in_every_word(preset: Preset) -> None:
    gate = Moderator([], shipped=shipped_lexicon(), safe_mode=True)
    for text in (preset.name, preset.tagline, *preset.sample_lines):
        assert gate.review(text).reasons == (), text


@every_preset
def test_a_preset_never_asks_for_gifts_and_makes_no_claim(preset: Preset) -> None:
    said = " ".join(preset.sample_lines).casefold()
    assert not re.search(r"regal|dono|monet|gift|coins|diamond|abbonat|subscribe|follow|seguim", said)
    assert not re.search(r"garanti|guarantee|100 ?%|miglior|the best in|clinicamente|clinically", said)
