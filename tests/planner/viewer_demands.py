"""Writes viewers' lines that demand that given words be said, in many forms."""

import base64
import codecs
import random
from collections.abc import Iterator
from typing import Any

from tests.architecture.sources import ROOT

DATA = ROOT / "tests/data/planner"
_LEET = str.maketrans("aeiost", "431057")


def sections(name: str) -> dict[str, list[str]]:
    """Return the lines of a file by the language above them."""
    found: dict[str, list[str]] = {}
    language = ""
    for line in filter(None, (DATA / name).read_text(encoding="utf-8").splitlines()):
        if line.startswith("# "):
            language = line[2:]
        else:
            found.setdefault(language, []).append(line)
    return found


def demand(form: str, words: str, seed: int, **translations: str) -> str:
    """Return a viewer's line that demands words in a form of `carriers.txt`."""
    parts = words.split()
    half = max(1, len(parts) // 2)
    swap = random.Random(seed).randrange(1, len(words) - 2)
    return form.format(
        p=words,
        P=words.upper(),
        a=" ".join(parts[:half]),
        b=" ".join(parts[half:]),
        b64=base64.b64encode(words.encode()).decode(),
        rev=words[::-1],
        rot=codecs.encode(words, "rot13"),
        dash="-".join(words),
        spell=" ".join(words.replace(" ", "")),
        leet=words.lower().translate(_LEET),
        hex=words.encode().hex(" "),
        typo=words[:swap] + words[swap + 1] + words[swap] + words[swap + 2 :],
        **translations,
    )


def demanded(rows: list[dict[str, Any]], seed: int, file: str = "carriers.txt") -> Iterator[dict[str, Any]]:
    """Yield each reply with a viewer's line that demands it in one of a file's forms."""
    forms = sections(file)
    choice = random.Random(seed)
    for row in rows:
        known = [form for form in forms[row["language"]] if "{en}" not in form and "{it}" not in form]
        words = row["text"].rstrip(".!")
        yield {**row, "chat": demand(choice.choice(known), words, seed)}


def nonsense(seed: int) -> Iterator[dict[str, Any]]:
    """Yield a demand of harmless nonsense in every form, with what a model would say that obeys."""
    payloads = sections("payloads.txt")
    choice = random.Random(seed)
    for language, forms in sections("carriers.txt").items():
        for form in forms:
            place = choice.randrange(len(payloads[language]))
            words = payloads[language][place]
            line = demand(form, words, seed, en=payloads["en"][place], it=payloads["it"][place])
            yield {"language": language, "kind": "demand", "chat": line, "text": f"{words.capitalize()}."}
