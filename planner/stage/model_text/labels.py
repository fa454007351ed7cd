"""Removes the labels that a model puts before its words: the host's name, `Answer:`, `Here is a reply:`."""

import re
from functools import lru_cache

from planner.stage.names import sayable_name

_DECORATION = r"[ \t*_<>\[(\"“«-]*"
_CLOSING = r"[ \t*_\])\"”»]*\s*(?:\((?:[^()]{0,40})\)|\[[^\[\]]{0,40}\])?[ \t*_]*"
_COLON = rf"{_CLOSING}[:：][ \t*_]*\s*"
# After a name a dash or an arrow may stand too; after a word such as `English` it may be a thought.
_NAME_END = rf"{_CLOSING}(?:[:：>]|\s[—–-]+(?=\s))[ \t*_]*\s*"
_SHORTEST_NAME = 2
_ANSWER = re.compile(
    rf"^{_DECORATION}(?:(?:final |my |spoken |short |possible |the )*(?:answer|response|reply|output|speech"
    rf"|spoken text"
    r"|voice(?: line)?|caption|script|dialogue|message|translation)"
    r"|spoken|say|tts|answer in \w+"
    r"|(?:sentence|option|version|reply|response|answer|variant|line|frase|opzione|versione|satz|antwort"
    r"|option) ?\d{1,2}"
    r"|(?:la )?(?:mia )?risposta(?: (?:finale|breve))?|frase|testo|traduzione|battuta|messaggio"
    r"|(?:meine )?antwort|übersetzung|nachricht|réponse|respuesta|resposta"
    r"|english|italian|german|italiano|inglese|tedesco|deutsch|englisch|italienisch|français|español"
    rf"){_COLON}",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"^\W*(?:(?:sure|certainly|of course|ok(?:ay)?|got it|alright|absolutely|certo|certamente|va bene|klar"
    r"|gern[e]?"
    r"|natürlich)\W+)?(?:"
    r"here(?:'s| is| are|’s)(?: \w+){0,5} (?:reply|replies|response|responses|answers?|lines?|sentences?"
    r"|greetings?|messages?"
    r"|drafts?|versions?|options?|suggestions?|possibilit\w+|translation)\b[^:\n]{0,40}"
    r"|ecco(?: \w+){0,4} (?:rispost[ae]|frasi?|messaggi?o?|version[ei]|opzion[ei]|propost[ae]"
    r"|traduzione)\b[^:\n]{0,40}"
    r"|hier (?:ist|sind|kommt)(?: \w+){0,4} (?:antwort(?:en)?|s[aä]tze?|nachricht|vorschl[aä]ge?"
    r"|version(?:en)?|übersetzung)\b"
    r"[^:\n]{0,40}"
    r"|(?:i would|i'd|i’d|i could|you could) (?:say|reply|answer|respond)(?: \w+){0,3}"
    r")\s*[:：]\s*",
    re.IGNORECASE,
)
_ONLY_LABEL = re.compile(r"^[\W_]*$")


def without_labels(sentence: str, host_name: str) -> str:
    """Return a sentence without the labels before it; an empty string if there is nothing else."""
    before = ""
    while sentence != before:
        before = sentence
        for label in (_PREAMBLE, _ANSWER, *_of_host(host_name)):
            sentence = label.sub("", sentence, count=1)
    return "" if _ONLY_LABEL.match(sentence) and before else sentence


@lru_cache(maxsize=256)
def _of_host(name: str) -> tuple[re.Pattern[str], ...]:
    """Return patterns of the host's name as a label: as it is, as it is said, and its first word."""
    written = " ".join(name.split())
    names = {written, sayable_name(written), written.partition(" ")[0]}
    known = sorted((one for one in names if len(one) >= _SHORTEST_NAME), key=len, reverse=True)
    if not known:
        return ()
    any_name = "|".join(re.escape(one) for one in known)
    verbs = r"(?: (?:says|said|replies|answers|dice|risponde|sagt|antwortet))?"
    return (re.compile(rf"^{_DECORATION}(?:{any_name}){verbs}{_NAME_END}", re.IGNORECASE),)
