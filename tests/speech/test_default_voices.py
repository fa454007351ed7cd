import pytest

from speech.defaults import DEFAULT_PROVIDER, DEFAULT_VOICES
from speech.services.voices import embedded_for


@pytest.mark.parametrize("provider", ["pico", "espeak", "elevenlabs", "openai", "azure"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_provider_has_a_voice_in_italian_and_english(provider: str, language: str) -> None:
    assert DEFAULT_VOICES[provider][language].language == language


@pytest.mark.parametrize(
    ("language", "providers"),
    [("it", ["pico", "espeak"]), ("de-DE", ["pico", "espeak"]), ("pt", ["espeak"]), ("ja", ["espeak"])],
)
def test_the_embedded_voices_of_a_language_end_with_the_one_that_speaks_all(
    language: str, providers: list[str]
) -> None:
    assert embedded_for(language) == providers


def test_the_default_provider_is_the_one_that_needs_no_key() -> None:
    assert DEFAULT_PROVIDER == "pico"
