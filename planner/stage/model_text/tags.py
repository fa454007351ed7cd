"""Recognises the tags by which models of any family mark reasoning, tool calls and the end of an answer.

Families write one idea in many ways: `<think>`, `[THINK]`, `◁think▷`, `<|START_THINKING|>`, `<seed:think>`,
`<|begin_of_thought|>`, `<|channel|>analysis<|message|>`. A tag is therefore reduced to its name, without
brackets, bars, namespace, `begin` and `end`, and the name decides.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class TagKind(StrEnum):
    """What a tag does to the text after it."""

    OPENS = "opens"  # a block that is not said
    CLOSES = "closes"
    TOGGLES = "toggles"  # opens a block, or closes it
    ANSWER = "answer"  # the words to say begin here; nothing before it was meant to be said
    HEADER = "header"  # a header follows, which names the channel
    BODY = "body"  # the header ends
    ENDS = "ends"  # the answer is over
    BREAK = "break"  # a line break


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and the name of its block."""

    kind: TagKind
    name: str = ""


TAG = re.compile(
    r"<!--|-->|`{3,}|<[|｜]?/?[^\W\d_][^<>\n]{0,80}?[|｜]?>"
    r"|\[/?(?:think(?:ing)?|thoughts?|reasoning|tool_\w+|available_tools|function_calls?|args)\]"
    r"|◁/?\w{1,20}▷|✿(?:FUNCTION|ARGS|RESULT|RETURN)✿:",
    re.IGNORECASE,
)
# The beginning of what may become a tag with the next piece.
PARTIAL_TAG = re.compile(
    r"(?:<(?:[|｜/!a-zA-Z][^<>\n]{0,82})?|\[/?[A-Za-z_]{0,20}|◁/?\w{0,20}|`+|✿[A-Z]{0,8}✿?|--?)$"
)

_HIDDEN = re.compile(
    r"(?:ant)?(?:think(?:ing)?|thoughts?|thinking_?\w*|thought_process|reason(?:ing)?|reasoning_\w+|reflect(?:ion|ing)?"
    r"|scratch_?pad|(?:inner_|internal_)?monologue|inner_thoughts?|internal|chain_of_thought|cot|analysis|analy[sz]e"
    r"|deliberation|plan|planning|critique|draft|details|commentary|hidden|notes?"
    r"|tools?|tools?_?\w*|function\w*|invoke|parameters?|arg_\w+|args|python_tag|action\w*|observations?|execute\w*"
    r"|code_?interpreter|search\w*|retriev\w*|available_tools|result)"
)
# Gemma writes its thoughts between two reserved tokens.
_UNUSED = re.compile(r"unused\d+")
_ANSWERS = frozenset(
    {"answer", "final", "final_answer", "response", "solution", "output", "reply", "speech", "box"}
)
_ENDS = frozenset(
    {"end", "eot", "eot_id", "eom_id", "end_of_turn", "turn_end", "endoftext", "end_of_text", "im_end", "eos"}
    | {"end_of_sentence", "return", "call", "end_of_utterance", "endofresponse", "eod"}
)
_BREAKS = frozenset({"br", "p", "div", "li"})
_ONLY_WITH_BARS = frozenset({"end", "return", "call", "channel", "start", "message", "s"})
_AFFIX = re.compile(r"^(?:start_of_|begin_of_|start_|begin_|end_of_|end_)|_(?:begin|start|end)$")
_END_AFFIX = re.compile(r"^end_(?:of_)?|_end$")


def tag_of(written: str) -> Tag | None:
    """Return what a tag does; None for markup that means nothing here, such as `<b>`."""
    if written.startswith("`"):
        return Tag(TagKind.TOGGLES, "fence")
    if written in ("<!--", "-->"):
        return Tag(TagKind.OPENS if written == "<!--" else TagKind.CLOSES, "comment")
    if written.startswith("✿"):
        is_answer = "RETURN" in written.upper()
        return Tag(TagKind.ANSWER) if is_answer else Tag(TagKind.OPENS, "qwen")
    return _named_tag(written)


def _named_tag(written: str) -> Tag | None:
    has_bars = any(bar in written for bar in "|｜")
    inner = written.strip("<>[]◁▷").strip("|｜")
    is_closing = inner.startswith("/") or (written.endswith("|>") and not written.startswith("<|"))
    name = re.split(r"[\s=(]", inner.strip("/ "), maxsplit=1)[0].casefold()
    name = name.replace("▁", "_").replace("-", "_").rsplit(":", maxsplit=1)[-1]
    if name in _BREAKS:
        return Tag(TagKind.BREAK)
    if has_bars or name not in _ONLY_WITH_BARS:
        if name in _ENDS:
            return Tag(TagKind.ENDS)
        if name in ("channel", "start", "message"):
            return _channel_tag(written, name, is_closing=is_closing)
    return _block_tag(name, is_closing=is_closing)


def _channel_tag(written: str, name: str, *, is_closing: bool) -> Tag:
    """Return the tag of a channel: `<|channel|>final<|message|>`, or `<|channel>thought … <channel|>`."""
    if is_closing:
        return Tag(TagKind.CLOSES, "channel")
    if name == "channel" and not written.endswith(("|>", "｜>")):
        return Tag(TagKind.OPENS, "channel")
    return Tag(TagKind.BODY if name == "message" else TagKind.HEADER)


def _block_tag(name: str, *, is_closing: bool) -> Tag | None:
    is_closing = is_closing or _END_AFFIX.search(name) is not None
    name = _AFFIX.sub("", name)
    if name in _ANSWERS:
        return Tag(TagKind.BREAK if is_closing else TagKind.ANSWER)
    if name == "s" and is_closing:
        return Tag(TagKind.ENDS)
    if _UNUSED.fullmatch(name):
        return Tag(TagKind.TOGGLES, "unused")
    if not _HIDDEN.fullmatch(name):
        return None
    return Tag(TagKind.CLOSES if is_closing else TagKind.OPENS, name)
