"""Azure's text-to-speech on the loopback."""

from tests.fakes.speech_http import FakeSpeechServer


class FakeAzure(FakeSpeechServer):
    """Answers `/cognitiveservices/v1`; give its `url` as the base URL."""

    path_suffix = "/cognitiveservices/v1"
