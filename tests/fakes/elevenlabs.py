"""ElevenLabs on the loopback."""

from tests.fakes.speech_http import FakeSpeechServer


class FakeElevenLabs(FakeSpeechServer):
    """Answers `/v1/text-to-speech/<voice>/stream`; give its `url` as the base URL."""

    path_suffix = "/stream"
