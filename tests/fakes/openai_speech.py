"""OpenAI's speech API on the loopback."""

from tests.fakes.speech_http import Asked, FakeSpeechServer

ENGLISH_VOICE = "alloy"  # the API hears from the text which language it is; this one from the voice


class FakeOpenAISpeech(FakeSpeechServer):
    """Answers `/v1/audio/speech`; give `base_url` as the base URL."""

    path_suffix = "/audio/speech"

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def words_of(self, asked: Asked) -> tuple[str, str]:
        return asked.body["input"], "en" if asked.body["voice"] == ENGLISH_VOICE else "it"
