"""A reply is claimed once, before anything of it is sent; a refused one is never heard or seen."""

from dataclasses import dataclass, field

from livesessions.pipeline.records import ReplyRecord
from speech.errors import SpeechError
from tests.fakes.live import FakeSource, FakeWords, Stage, comment
from tests.fakes.synthesizer import FakeSynthesizer

HEARD_OR_SEEN = ("begin", "audio", "caption", "show_text", "end")


@dataclass
class FakeClaims:
    """Grants every claim but those of the replies to `refused`; keeps what was sent before each."""

    stage: Stage
    refused: str = ""
    sent_before: list[list[str]] = field(default_factory=list)

    async def __call__(self, record: ReplyRecord) -> bool:
        self.sent_before.append(sent(self.stage))
        return record.trigger is None or record.trigger.source_id != self.refused


def sent(stage: Stage) -> list[str]:
    return [kind for _, kind, _ in stage.sink.messages if kind in HEARD_OR_SEEN]


def two_comments(refused: str = "", synthesizer: FakeSynthesizer | None = None) -> tuple[Stage, FakeClaims]:
    script = [(1.0, comment("hello", source_id="1")), (20.0, comment("and you?", source_id="2"))]
    words = FakeWords(lambda turn: [f"To {turn.text}", "And more."])
    stage = Stage(FakeSource(script), words=words, synthesizer=synthesizer or FakeSynthesizer())
    claims = FakeClaims(stage, refused)
    stage.claim_reply = claims
    return stage.play(), claims


def test_a_reply_is_claimed_once_and_before_its_first_sound() -> None:
    stage, claims = two_comments()
    assert len(claims.sent_before) == 2
    assert claims.sent_before[0] == []
    assert "end" in claims.sent_before[1]
    assert [text for _, kind, text in stage.sink.messages if kind == "begin"] == ["To hello", "To and you?"]


def test_of_a_refused_reply_nothing_is_sent_and_the_live_goes_on() -> None:
    stage, _ = two_comments(refused="1")
    assert [text for _, kind, text in stage.sink.messages if kind == "begin"] == ["To and you?"]
    assert stage.words.remembered == ["To and you? And more."]


def test_without_a_voice_a_refused_reply_is_not_shown_either() -> None:
    broken = FakeSynthesizer(error=SpeechError("no voice"))
    stage, claims = two_comments(refused="1", synthesizer=broken)
    assert claims.sent_before[0] == []
    shown = [text for _, kind, text in stage.sink.messages if kind == "show_text"]
    assert shown
    assert all("hello" not in text for text in shown)
