"""What a language model writes around its words is never said, however the stream splits it."""

import pytest

from planner.stage.model_text.visible_text import Visible, VisibleText, visible_text
from planner.stage.planner import Planner
from planner.stage.spoken_answer import SpokenAnswerCheck
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from tests.fakes.chat_model import FakePiecewiseModel

WHOLE = 10_000
SIZES = (1, 2, 3, 5, 7, WHOLE)


def visible_in_pieces(text: str, size: int) -> str:
    stream, shown = VisibleText(), Visible()
    for start in range(0, len(text), size):
        shown = shown.then(stream.push(text[start : start + size]))
    return shown.then(stream.finish()).text.strip()


def in_pieces_of_each_size(text: str) -> dict[int, str]:
    return {size: visible_in_pieces(text, size) for size in SIZES}


async def said(*answers: str, language: str = "en", host: str = "Vivi", size: int = 4) -> list[str]:
    """Return what a host says of a model's last answer; an empty list when a ready line took its place."""
    planner = Planner(FakePiecewiseModel(*answers, size=size), Character(host, "You are kind.", language))
    for number in range(len(answers)):
        usage = TokenUsage()
        turn = Turn(TurnKind.COMMENT, "anna", language, text=f"tell me something {number}")
        sentences = [sentence async for sentence in planner.plan(turn, usage)]
    return sentences if usage.model == FakePiecewiseModel.name else []


HI = "Hi Anna!"
BLOCKS = [
    "<think>She wants a greeting. Keep it short.</think>Hi Anna!",
    "<THINK>She wants a greeting.</THINK>\n\nHi Anna!",
    "She wants a greeting. Keep it short.</think>\n\nHi Anna!",
    "<thinking>\nA greeting.\n</thinking>\nHi Anna!",
    "<thought>A greeting.</thought>Hi Anna!",
    "<reasoning effort='low'>A greeting.</reasoning>Hi Anna!",
    "<scratchpad>A greeting.</scratchpad><answer>Hi Anna!</answer>",
    "<antThinking>A greeting.</antThinking>Hi Anna!",
    "<seed:think>A greeting.</seed:think>Hi Anna!",
    "[THINK]A greeting.[/THINK]Hi Anna!",
    "◁think▷A greeting.◁/think▷Hi Anna!",
    "<|channel|>analysis<|message|>A greeting.<|end|><|start|>assistant"
    "<|channel|>final<|message|>Hi Anna!<|return|>",
    "<|channel>thought\nA greeting.<channel|>Hi Anna!",
    "<unused94>thought\nA greeting.<unused95>Hi Anna!",
    "<|START_THINKING|>A greeting.<|END_THINKING|><|START_RESPONSE|>Hi Anna!<|END_RESPONSE|>",
    "<|begin_of_thought|>A greeting.<|end_of_thought|><|begin_of_solution|>Hi Anna!<|end_of_solution|>",
    '<details type="reasoning"><summary>Thought for 3 s</summary>A greeting.</details>Hi Anna!',
    "<think>a <tool_call>b</tool_call> c</think>Hi Anna!",
    '<tool_call>{"name": "wave"}</tool_call>Hi Anna!',
    "<function=wave>{}</function>Hi Anna!",
    '<function_calls><invoke name="wave"><parameter name="to">a</parameter></invoke>'
    "</function_calls>Hi Anna!",
    "<minimax:tool_call>wave</minimax:tool_call>Hi Anna!",
    "<｜tool▁calls▁begin｜>wave<｜tool▁calls▁end｜>Hi Anna!",
    "✿FUNCTION✿: wave\n✿ARGS✿: {}\n✿RESULT✿: 1\n✿RETURN✿: Hi Anna!",
    '```json\n{"name": "wave"}\n```\nHi Anna!',
    "<!-- greet her -->Hi Anna!",
    "Thought: greet her. Keep it short.\nHi Anna!",
    "Thought: greet her.\nAction: wave\nFinal Answer: Hi Anna!",
    "**Thinking:** greet her. **Response:** Hi Anna!",
    "Thinking:\nShe asks.\nShe waits.\n\nHi Anna!",
    "analysisWe greet her.\nWarmly.assistantfinalHi Anna!",
    "Here is my thought process: she asks.\nShe waits.\nHere is my response: Hi Anna!",
    "Note: I kept it short.\nHi Anna!",
    "Hi Anna!\nNote: I avoided politics. The tone is friendly.",
    "Hi Anna!<|eot_id|><|start_header_id|>user",
    "Hi Anna!</s>And more",
    'Hi Anna![TOOL_CALLS] [{"name": "wave"}]',
    'Hi Anna!<|python_tag|>wave("anna")<|eom_id|>',
    "Hi Anna!<think>Was that good? Let me see",
    "\\u003cthink\\u003eA greeting.\\u003c/think\\u003eHi Anna!",
    "&lt;think&gt;A greeting.&lt;/think&gt;Hi Anna!",
]


@pytest.mark.parametrize("written", BLOCKS)
def test_reasoning_and_tool_calls_of_every_family_are_dropped_in_pieces_of_any_size(written: str) -> None:
    assert in_pieces_of_each_size(written) == dict.fromkeys(SIZES, HI)


@pytest.mark.parametrize(
    "written",
    [
        "<think>She wants a greeting. Keep it short.",
        "[THINK]She wants a greeting.",
        "<|channel|>analysis<|message|>She wants a greeting.",
        "```json\n{}",
        "<tool_call>{}",
        "Thought: greet her.",
    ],
)
def test_a_block_that_is_never_closed_hides_the_rest(written: str) -> None:
    assert visible_text(written).strip() == ""


@pytest.mark.parametrize(
    "written",
    [
        "I <3 you, Anna! 2 < 3 and a > b.",
        "Marco's plan: great. Do it - now - ok.",
        "Thinking of you, Anna! I note: all is well.",
        "The final is on Sunday. Final score: two to one?",
        "[laughs] Think about it: a [good] answer.",
        "R&D, Tom & Jerry.",
    ],
)
def test_everyday_words_and_signs_stay(written: str) -> None:
    assert in_pieces_of_each_size(written) == dict.fromkeys(SIZES, written)


@pytest.mark.parametrize(
    ("written", "decoded"),
    [
        (r"I am fine.\nAnd you?", "I am fine.\nAnd you?"),
        (r"I am fine.\\nAnd you?", "I am fine.\nAnd you?"),
        (r"I am fine.\r\nAnd you?", "I am fine.\nAnd you?"),
        (r"I am\tfine.", "I am fine."),
        ("I am fine./nAnd you?", "I am fine.\nAnd you?"),
        ("I am fine.<br/>And you?", "I am fine.\nAnd you?"),
        (r"Perch\u00e9 no \ud83d\ude00?", "Perché no 😀?"),
        (r"Perch\xe9 no?", "Perché no?"),
        (r"I\'m \"fine\" \*really\*", 'I\'m "fine" *really*'),
        ("I&#39;m glad &amp; well", "I'm glad & well"),
    ],
)
def test_written_escapes_become_what_they_stand_for(written: str, decoded: str) -> None:
    assert in_pieces_of_each_size(written) == dict.fromkeys(SIZES, decoded)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("<think>She wants a greeting. Keep it short.</think>Hi Anna!", ["Hi Anna!"]),
        ("She wants a greeting. Keep it short.</think>Hi Anna!", ["Hi Anna!"]),
        ("Vivi: Hello Anna!", ["Hello Anna!"]),
        ("**Vivi:** Hello Anna! Vivi: How are you?", ["Hello Anna!", "How are you?"]),
        ("Vivi (smiling): Hello Anna!", ["Hello Anna!"]),
        ("VIVI - Hello Anna!", ["Hello Anna!"]),
        ("[Vivi]: Hello Anna!", ["Hello Anna!"]),
        ('"Vivi": "Hello Anna!"', ["Hello Anna!"]),
        ("<Vivi> Hello Anna!", ["Hello Anna!"]),
        ("Vivi> Hello Anna!", ["Hello Anna!"]),
        ("(thinking: she wants a greeting. Short.) Hello Anna!", ["Hello Anna!"]),
        ("[Note: keep it short] Hello Anna!", ["Hello Anna!"]),
        ("Hello Anna! P.S. I avoided names.", ["Hello Anna!"]),
        ("a) Hello Anna! b) How are you?", ["Hello Anna!", "How are you?"]),
        ("Thanks to  for the rose! How are you?", ["How are you?"]),
        ('Vivi says: "Hello Anna!"', ["Hello Anna!"]),
        ("Well done! :smile: :heart:", ["Well done!"]),
        ("Well done :+1: Anna :heart_eyes:!", ["Well done Anna!"]),
        ("Well done (◕‿◕) Anna T_T!", ["Well done Anna!"]),
        (r"I am fine.\nAnd you?", ["I am fine.", "And you?"]),
        ("Answer: Hello Anna!", ["Hello Anna!"]),
        ("**Reply:** Hello Anna!", ["Hello Anna!"]),
        ('Here\'s a short reply: "Hello Anna!"', ["Hello Anna!"]),
        ("Option 1: Hello Anna!", ["Hello Anna!"]),
        ("Hello Anna! Note: I avoided politics.", ["Hello Anna!"]),
        ("Hello Anna! (Note: I avoided politics. It is safe.)", ["Hello Anna!"]),
        ("Hello Anna! I kept it short and friendly.", ["Hello Anna!"]),
        ("Hello Anna! Let me know if you want another version.", ["Hello Anna!"]),
        ("Hello Anna! Visit https://x.it for more. How are you?", ["Hello Anna!", "How are you?"]),
        ("Hello Anna! Write to me@site.com today. How are you?", ["Hello Anna!", "How are you?"]),
        ("Thanks to [Anna] for the rose! How are you?", ["How are you?"]),
        ("Thanks to <Anna> for the rose! How are you?", ["How are you?"]),
        ("Thanks to , what a rose! How are you?", ["How are you?"]),
        ("Here is a ❤️ for you all! How are you?", ["How are you?"]),
        ("Here is a :heart: for you all! How are you?", ["How are you?"]),
        ("Hello {name}! How are you?", ["How are you?"]),
        ("Hello [name]! How are you?", ["How are you?"]),
        ("Hello <username>! How are you?", ["How are you?"]),
        ("Ciao name! How are you?", ["How are you?"]),
        ("Hi %name%, hello! How are you?", ["How are you?"]),
        ("Hello undefined! How are you?", ["How are you?"]),
        ("Thanks for the [insert gift]! How are you?", ["How are you?"]),
        ("1. Hello Anna! 2. How are you?", ["Hello Anna!", "How are you?"]),
        ("Hello Anna! 2.", ["Hello Anna!"]),
        ("- Hello Anna!\n- How are you?", ["Hello Anna!", "How are you?"]),
        ("Hello Anna!\n1)", ["Hello Anna!"]),
        ("2 * 3 is 6.", ["2 × 3 is 6."]),
        ("That is snake_case, Anna.", ["That is snake case, Anna."]),
        ("Tom &amp; Jerry say hello.", ["Tom & Jerry say hello."]),
    ],
)
async def test_only_the_hosts_own_words_are_said(written: str, spoken: list[str]) -> None:
    assert [await said(written, size=size) for size in (1, 4, WHOLE)] == [spoken] * 3


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Error 429"),
        ("en", "Error 429: Too Many Requests. Please try again later."),
        ("en", "503 Service Unavailable"),
        ("en", "The request timed out."),
        ("en", "RateLimitError: slow down"),
        ("en", "An error occurred while I was writing."),
        ("it", "Errore 500: qualcosa è andato storto."),
        ("de", "Fehler 503"),
        ("en", "null"),
        ("en", "undefined"),
        ("en", "[object Object]"),
        ("en", "Ciao name"),
        ("it", "Ciao nome!"),
        ("de", "Hallo Name!"),
        ("en", "I'm ChatGPT, how nice."),
        ("en", "I am Claude."),
        ("it", "Sono Gemini, piacere!"),
        ("de", "Ich bin Qwen."),
        ("en", "I was trained by Google to chat."),
        ("en", "I cannot help with that."),
        ("en", "I can't do that."),
        ("en", "1. 2. 3."),
        ("en", "How can I assist you today?"),
        ("en", "I'm sorry, but I can't assist with that request."),
        ("it", "Mi dispiace, ma non posso aiutarti con questo."),
        ("de", "Tut mir leid, dabei kann ich dir nicht helfen."),
        ("en", "Okay, the user asks how I am. I should respond briefly. Hi Anna!"),
        ("it", "L'utente chiede un saluto. Devo rispondere in italiano."),
        ("de", "Der Nutzer möchte eine Begrüßung."),
        ("en", "<think>She wants a greeting."),
    ],
)
async def test_an_answer_that_is_none_gives_way_to_a_ready_line(language: str, written: str) -> None:
    assert await said(written, language=language) == []


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "I'm a Gemini, what's your sign?"),
        ("en", "Hello Anna, what is your name?"),
        ("en", "Hello viewers, good to see you!"),
        ("en", "Let us keep it friendly tonight."),
        ("en", "I cannot change the song, sadly."),
        ("en", "The chat is on fire tonight!"),
        ("en", "I'm so sorry to hear that, Anna."),
        ("en", "What a note that singer hit!"),
        ("en", "Italian - what a language!"),
        ("it", "Claude, che bello rivederti qui con noi!"),
        ("it", "Mi dispiace tanto, Anna."),
        ("it", "Ho detto tre cose: uno, due e tre."),
        ("de", "Ich mag das 😊!"),
        ("de", "Null Problem, Anna!"),
    ],
)
async def test_everyday_sentences_that_look_alike_are_said(language: str, written: str) -> None:
    assert await said(written, language=language) == [written.replace(" 😊", "")]


async def test_a_host_may_bear_the_name_of_an_assistant() -> None:
    assert await said("Hi, I am Nova!", host="Nova") == ["Hi, I am Nova!"]
    assert await said("Hi, I am Nova!", host="Vivi") == []


async def test_reasoning_without_an_opening_tag_is_expected_after_it_was_seen_once() -> None:
    first = "Anna is new here.</think>Welcome to all of us!"
    second = "The weather is a good topic. Rain helps.</think>What a rainy day it is!"
    assert await said(first, second, size=3) == ["What a rainy day it is!"]


async def test_a_model_that_does_not_reason_any_more_is_heard_again() -> None:
    reasoned = "Anna is new here.</think>Welcome to all of us!"
    plain = "What a rainy day it is! Do you like rain?"
    assert await said(reasoned, plain, size=3) == ["What a rainy day it is!", "Do you like rain?"]


@pytest.mark.parametrize(
    "answer", ["<think>Hi there. Fine.", "Error 429. ", "null. ", "I cannot help with that. "]
)
def test_the_next_model_is_asked_when_an_answer_is_none(answer: str) -> None:
    check = SpokenAnswerCheck()
    assert [check.push(answer), check.finish()] == [False, False]
