import pytest

from speech.defaults import DEFAULT_PROVIDER, DEFAULT_VOICES


@pytest.mark.parametrize("provider", ["espeak", "elevenlabs", "openai"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_provider_has_a_voice_in_italian_and_english(provider: str, language: str) -> None:
    assert DEFAULT_VOICES[provider][language].language == language


def test_the_default_provider_is_the_one_that_needs_no_key() -> None:
    assert DEFAULT_PROVIDER == "espeak"
