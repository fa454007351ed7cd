"""Azure's text-to-speech on the loopback."""

import re
from html import unescape

from tests.fakes.speech_http import Asked, FakeSpeechServer


class FakeAzure(FakeSpeechServer):
    """Answers `/cognitiveservices/v1`; give its `url` as the base URL."""

    path_suffix = "/cognitiveservices/v1"

    def words_of(self, asked: Asked) -> tuple[str, str]:
        language = re.search('xml:lang="(..)', asked.text)
        assert language is not None
        return unescape(re.sub("<[^>]*>", "", asked.text)), language[1]
