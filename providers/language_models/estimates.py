"""Estimates token counts for servers that do not report them."""

from collections.abc import Sequence

from providers.language_models.ports import Message

# A common rule for European languages; OpenAI's help pages say about 4 characters a token.
CHARACTERS_PER_TOKEN = 4


def estimate_tokens(characters: int) -> int:
    """Return the estimated number of tokens of a text of this length."""
    return -(-characters // CHARACTERS_PER_TOKEN)


def estimate_input_tokens(messages: Sequence[Message]) -> int:
    """Return the estimated number of tokens of a request."""
    return sum(estimate_tokens(len(message.content)) for message in messages)
