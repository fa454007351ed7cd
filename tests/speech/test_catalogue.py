import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.cache import cache

from speech.catalogue import espeak_variants, voices_of
from tests.fakes.piper import make_voice

ELEVENLABS = {"voices": [{"voice_id": "abc", "name": "Giulia"}, {"voice_id": "def", "name": "Marco"}]}
AZURE = [
    {"ShortName": "it-IT-ElsaNeural", "LocalName": "Elsa", "Locale": "it-IT"},
    {"ShortName": "en-US-JennyNeural", "LocalName": "Jenny", "Locale": "en-US"},
]


class FakeLists:
    """A server that answers every GET with `answer`, and keeps the paths and keys that it was asked with."""

    def __init__(self) -> None:
        self.answer: Any = {}
        self.status = 200
        self.asked: list[tuple[str, str]] = []
        fake = self

        class Exchange(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                key = self.headers["xi-api-key"] or self.headers["ocp-apim-subscription-key"]
                fake.asked.append((self.path, key))
                self.send_response(fake.status)
                self.end_headers()
                self.wfile.write(json.dumps(fake.answer).encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is inherited
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Exchange)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def lists(settings: Any, redis_client: object) -> Iterator[FakeLists]:
    cache.clear()
    fake = FakeLists()
    thread = threading.Thread(target=fake.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    settings.ELEVENLABS_API_KEY = settings.AZURE_SPEECH_KEY = "the-key"
    settings.ELEVENLABS_BASE_URL = settings.AZURE_SPEECH_BASE_URL = fake.url
    yield fake
    fake.server.shutdown()
    fake.server.server_close()
    thread.join()


def test_a_providers_list_is_asked_for_once_and_remembered(lists: FakeLists) -> None:
    lists.answer = ELEVENLABS
    for _ in range(2):
        assert [voice.label for voice in voices_of("elevenlabs", "it", None)] == ["Giulia", "Marco"]
    assert lists.asked == [("/v1/voices", "the-key")]


def test_voices_of_another_language_are_left_out(lists: FakeLists) -> None:
    lists.answer = AZURE
    assert [voice.voice_id for voice in voices_of("azure", "it", None)] == ["it-IT-ElsaNeural"]
    assert [voice.voice_id for voice in voices_of("azure", "en", None)] == ["en-US-JennyNeural"]
    assert lists.asked == [("/cognitiveservices/voices/list", "the-key")]


@pytest.mark.parametrize("answer", [[], {}, {"voices": [{}]}, "text", None])
@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("provider", ["elevenlabs", "azure"])
def test_a_list_that_is_none_harms_nothing(lists: FakeLists, provider: str, status: int, answer: Any) -> None:
    lists.answer, lists.status = answer, status
    assert voices_of(provider, "it", None) == []


def test_the_offline_voices_are_known_without_asking(settings: Any, tmp_path: Any) -> None:
    assert "Annie" in espeak_variants()
    make_voice(tmp_path, "it_IT-paola-medium")
    settings.PIPER_VOICES_DIR = str(tmp_path)
    assert [voice.voice_id for voice in voices_of("piper", "it", None)] == ["it_IT-paola-medium"]
    assert voices_of("piper", "en", None) == []
    assert voices_of("azure", "it", None) == []
