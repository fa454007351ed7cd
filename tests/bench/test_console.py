"""The chat of the console's bench is one that a console can show."""

from datetime import UTC

from bench.pages.chat_load import chat_message, counts_message, reply_message
from livesessions.console.frames import MAX_ROWS, Frames


def test_the_console_shows_the_chat_of_the_bench() -> None:
    frame = Frames("en", UTC).update([*map(chat_message, range(200)), reply_message(4)], None)
    assert len(frame["chat"]) == MAX_ROWS
    assert {row["group"] for row in frame["chat"]} == {"message", "gift"}
    assert {row["risk"] for row in frame["chat"]} == {"low", "high"}
    assert frame["replies"][0]["text"].startswith("Ciao")


def test_the_bench_counts_as_a_worker_does() -> None:
    assert counts_message(600)["counts"]["messages"] == 600
