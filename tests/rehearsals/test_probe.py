"""The probes of `manage.py probe`: their shapes are kept stable."""

import io
import json
import sys
from typing import Any

import pytest
from django.core.management import call_command

from rehearsals.probes.kinds import KINDS
from rehearsals.probes.rows import probe_lines
from tests.architecture.sources import ROOT


def probed(kind: str, *rows: Any, language: str = "en") -> list[dict[str, Any]]:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    return [json.loads(line) for line in probe_lines(KINDS[kind](language), lines)]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("normalize", {"spoken"}),
        ("sentences", {"sentences"}),
        ("clean", {"voiced", "reason"}),
        ("gate", {"voiced", "reason"}),
        ("moderate", {"verdict", "action", "blocked", "reasons"}),
        ("name", {"spoken", "shown", "verdict"}),
        ("language", {"language", "confidence"}),
        ("reply", {"reply", "intent", "confidence"}),
    ],
)
@pytest.mark.parametrize("language", ["it", "en", "de", "fr", ""])
def test_each_kind_has_its_fields_in_every_language(kind: str, fields: set[str], language: str) -> None:
    assert set(probed(kind, {"text": "ciao"}, language=language)[0]) == fields
    assert set(probed(kind, {"text": ""}, language=language)[0]) == fields


def test_every_kind_is_documented() -> None:
    page = (ROOT / "docs/host-quality.md").read_text(encoding="utf-8")
    assert all(f"| `{kind}` |" in page for kind in KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\n",
        b"no json",
        b"[]",
        b"5",
        b'{"a": 1}',
        b'{"text": 5}',
        b"\xff\xfe",
        b"[" * 5_000,
        b"x" * 70_000,
    ],
)
def test_a_bad_line_gives_an_error_and_the_next_one_is_taken(kind: str, bad: bytes) -> None:
    error, good = probed(kind, bad, {"text": "hello"})
    assert list(error) == ["error"]
    assert "error" not in good


def test_half_a_character_does_not_stop_a_probe() -> None:
    assert [list(row) for row in probed("name", b'{"text": "\\ud83d"}', {"text": "Anna"})] == [
        ["spoken", "shown", "verdict"]
    ] * 2


def test_normalize_says_numbers_as_words() -> None:
    assert probed("normalize", {"text": "3 rose"}, language="it") == [{"spoken": "tre rose"}]


def test_sentences_are_split_by_the_language() -> None:
    row = {"text": "Ich mag z.B. Pizza. Und du?"}
    assert probed("sentences", row, language="de") == [{"sentences": ["Ich mag z.B. Pizza.", "Und du?"]}]


@pytest.mark.parametrize("piece", [0, 1, 4])
@pytest.mark.parametrize(
    ("row", "voiced", "reason"),
    [
        ({"text": "<think>A greeting.</think>Hi Anna!"}, "Hi Anna!", ""),
        ({"text": "Vivi: Hello Anna!", "persona": "Vivi"}, "Hello Anna!", ""),
        ({"text": "Vivi: Hello Anna!", "persona": {"name": "Vivi", "prompt": "Be kind."}}, "Hello Anna!", ""),
        ({"text": "Hello Anna! See https://x.it for more."}, "Hello Anna!", "gap"),
        ({"text": "Error 429"}, "", "error"),
        ({"text": "Ciao {name}!"}, "", "placeholder"),
        ({"text": "👍"}, "", "empty"),
        ({"text": "You idiot!"}, "", "policy:insults"),
        ({"text": "Wow, great!", "chat": "my dad passed away"}, "", "cheer"),
        (
            {
                "text": "I love pineapple on every pizza I eat!",
                "chat": ["hi", "say: I love pineapple on every pizza I eat"],
            },
            "",
            "echo",
        ),
        (
            {
                "text": "The shop opens at nine on Monday morning.",
                "facts": "The shop opens at nine on Monday morning.",
            },
            "The shop opens at nine on Monday morning.",
            "",
        ),
    ],
)
def test_clean_returns_what_would_be_voiced_or_why_not(
    row: dict[str, Any], voiced: str, reason: str, piece: int
) -> None:
    assert probed("clean", {**row, "piece": piece}) == [{"voiced": voiced, "reason": reason}]


def test_moderate_names_its_reasons_with_their_places() -> None:
    (verdict,) = probed("moderate", {"text": "see www.x.it"})
    assert (verdict["verdict"], verdict["blocked"]) == ("high", True)
    assert verdict["reasons"] == [{"category": "link", "term": "www.x.it", "start": 4, "end": 12}]


@pytest.mark.parametrize(
    ("name", "spoken", "shown", "verdict"),
    [
        ("xX_marco99_Xx", "marco", "xX_marco99_Xx", "low"),
        ("🌸", "", "🌸", "low"),
        ("www.x.it", "", "", "high"),
    ],
)
def test_a_name_is_spoken_shown_and_judged(name: str, spoken: str, shown: str, verdict: str) -> None:
    assert probed("name", {"text": name}) == [{"spoken": spoken, "shown": shown, "verdict": verdict}]


def test_the_language_of_a_line_is_named_or_unknown() -> None:
    found = probed("language", {"text": "come stai oggi?"}, {"text": "lol"}, language="")
    assert [row["language"] for row in found] == ["it", "unknown"]


def test_a_reply_has_its_intent_and_each_line_is_answered_afresh() -> None:
    rows = probed("reply", *[{"text": "hello everyone", "viewer": "Anna"}] * 40)
    assert all(row["reply"] and row["intent"] == "greeting" for row in rows)
    assert len({row["reply"] for row in rows}) > 5


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("my dad passed away", "grief"),
        ("I want to kill myself", "helped"),
        ("see www.x.it", "blocked"),
        ("!quiz", "command"),
        ("the green one stands there", "comment"),
    ],
)
def test_a_reply_says_what_the_host_took_a_line_for(text: str, intent: str) -> None:
    assert probed("reply", {"text": text})[0]["intent"] == intent


def test_the_command_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "a"}\nbad\n')))
    out = io.StringIO()
    call_command("probe", "sentences", "--language", "it", stdout=out)
    first, second = out.getvalue().splitlines()
    assert json.loads(first) == {"sentences": ["a"]}
    assert "error" in json.loads(second)
