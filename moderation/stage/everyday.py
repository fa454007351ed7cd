"""Everyday words of chats, read once from `everyday_words.toml`."""

import tomllib
from pathlib import Path

EVERYDAY = frozenset(
    " ".join(
        tomllib.loads(Path(__file__).with_name("everyday_words.toml").read_text(encoding="utf-8")).values()
    ).split()
)
