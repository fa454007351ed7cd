"""OpenAI's speech API on the loopback."""

from tests.fakes.speech_http import FakeSpeechServer


class FakeOpenAISpeech(FakeSpeechServer):
    """Answers `/v1/audio/speech`; give `base_url` as the base URL."""

    path_suffix = "/audio/speech"

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"
