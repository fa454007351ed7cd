"""Recognises a host that introduces itself as another company's assistant."""

import re

_NAMES = (
    "chat ?gpt|gpt(?:-?\\w+)?|openai|claude|anthropic|gemini|bard|google (?:assistant|ai)|copilot"
    "|bing(?: chat)?|cortana|alexa"
    "|siri|bixby|llama|meta ai|mistral|mixtral|le chat|grok|deep ?seek|qwen|tongyi(?: qianwen)?|kimi"
    "|ernie(?: bot)?|yi|glm"
    "|chat ?glm|baichuan|hunyuan|doubao|minimax|phi(?:-?\\d)?|gemma|command[ -]r|cohere|perplexity|replika"
    "|nova|granite|watson"
    "|falcon|vicuna|alpaca|hermes|pi|nemotron|olmo|lechat|euryale|character ai"
)
_MAKERS = (
    "openai|anthropic|google(?: deepmind)?|deepmind|meta(?: ai)?|mistral(?: ai)?|microsoft"
    "|alibaba(?: cloud)?|moonshot(?: ai)?"
    "|deep ?seek|x ?ai|baidu|tencent|bytedance|zhipu(?: ai)?|cohere|nvidia|ibm|amazon|apple|hugging ?face"
    "|inflection(?: ai)?"
    "|minimax|01\\.ai|nous research|ai2|the allen institute"
)
_SELF = (
    r"i am|i'm|my name is|my name's|this is|call me|sono|io sono|mi chiamo|il mio nome è|ich bin|ich heiße"
    r"|mein name ist"
    r"|je suis|je m'appelle|soy|me llamo|mi nombre es|sou|eu sou|me chamo|meu nome é"
)
_INTRODUCED = re.compile(
    rf"(?<!\w)(?:{_SELF}) (?:actually |really |in realtà |eigentlich )?(?P<name>{_NAMES})(?!\w)"
)
_MADE_BY = re.compile(
    r"\b(?:made|created|developed|trained|built|designed|powered|sviluppat[oa]|creat[oa]|addestrat[oa]"
    r"|realizzat[oa]"
    rf"|entwickelt|trainiert|erstellt|gebaut|développée?|créée?|desarrollad[oa]|cread[oa]|desenvolvid[oa]"
    rf"|criad[oa])"
    rf" (?:by|da|dalla|von|par|por|pela) (?:{_MAKERS})\b"
)


def names_itself(sentence: str, host_name: str) -> bool:
    """Return whether a sentence introduces the host by an assistant's name that is not its own."""
    text = sentence.casefold().replace("’", "'")
    introduced = _INTRODUCED.search(text)
    is_other = introduced is not None and introduced["name"] not in host_name.casefold()
    return is_other or _MADE_BY.search(text) is not None
