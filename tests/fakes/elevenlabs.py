"""ElevenLabs on the loopback."""

from tests.fakes.speech_http import Asked, FakeSpeechServer


class FakeElevenLabs(FakeSpeechServer):
    """Answers `/v1/text-to-speech/<voice>/stream`; give its `url` as the base URL."""

    path_suffix = "/stream"

    def words_of(self, asked: Asked) -> tuple[str, str]:
        return asked.body["text"], asked.body["language_code"]
