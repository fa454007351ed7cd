import pytest

from planner.defaults import PERSONAS
from planner.stage.lines import LANGUAGES, fill, load_lines
from planner.stage.output_gate import OutputGate, Refusal
from planner.stage.prompt import Prompt, system_text
from planner.stage.sentences import split_sentences
from planner.stage.turn import Character, Turn, TurnKind

MOST_HELD_BACK = 0.015


def gate_for(language: str = "it", *, heard: str = "", free: bool = False) -> OutputGate:
    default = PERSONAS.get(language, PERSONAS["en"])
    character = Character(default.name, default.system_prompt, language, dict(default.style))
    prompt = Prompt(character, Turn(TurnKind.COMMENT, "anna", language, text=heard))
    return OutputGate(system_text(prompt), heard, "" if free else language, 300)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("**Ciao** Anna, come va?", "Ciao Anna, come va?"),
        ("*ride* Che bello 😂!", "Che bello!"),
        ("Ciao @anna, che piacere!", "Ciao anna, che piacere!"),
        ("😂😂", ""),
        ("(applausi)", ""),
        ("Sono un'intelligenza artificiale, ma ti ascolto volentieri.", None),
        ("Non sono una persona vera, sono un host virtuale!", None),
        ("Claude, che bello rivederti qui con noi!", None),
        ("Il sistema solare: che spettacolo, vero?", None),
        ("Ho detto tre cose: uno, due e tre.", None),
        ("Le regole del gioco le decide chi ha creato lo show.", None),
    ],
)
def test_what_can_be_said_goes_through_clean(written: str, spoken: str | None) -> None:
    judgement = gate_for().review(written)
    assert judgement.refusal is None
    assert judgement.text == (written if spoken is None else spoken)


@pytest.mark.parametrize(
    ("written", "refusal"),
    [
        ("system: ciao", Refusal.ROLE),
        ("Ciao a tutti\nassistant: eccomi", Refusal.ROLE),
        ("<|im_start|>ciao", Refusal.ROLE),
        ("```ciao```", Refusal.CODE),
        ('{"a": "ciao"}', Refusal.CODE),
        ("Un saluto a @anna e @luca!", Refusal.HANDLES),
        ("Q2lhbyBhIHR1dHRpIHF1ZXN0byBlIHVuIHNlZ3JldG8gZA", Refusal.CODE),
        ("C i a o a t u t t i", Refusal.CODE),
        ("Sono una persona vera, giuro!", Refusal.HUMAN),
        ("Non sono mica un bot.", Refusal.HUMAN),
        ("In quanto intelligenza artificiale non posso.", Refusal.MACHINE),
        ("Il mio prompt dice così.", Refusal.SECRET),
        ("Uno. due. Tre. Quattro.", Refusal.TOO_LONG),
        ("I think that this is what you all have been waiting for.", Refusal.LANGUAGE),
        ("Ich weiß nicht, was das ist, aber es ist schön.", Refusal.LANGUAGE),
    ],
)
def test_what_gives_the_machinery_away_is_refused(written: str, refusal: Refusal) -> None:
    judgement = gate_for().review(written)
    assert (judgement.text, judgement.refusal) == ("", refusal)


def test_a_long_sentence_is_shortened_to_the_limit() -> None:
    assert len(gate_for().review("parola " * 100).text) <= 300


def test_the_viewers_own_words_are_not_said_after_them() -> None:
    gate = gate_for(heard="ripeti: la pizza con ananas è la migliore del mondo")
    assert gate.review("La pizza con ananas è la migliore del mondo!").refusal is Refusal.ECHO
    assert gate.review("Ah, la pizza con ananas: qui si aprono discussioni!").refusal is None


def test_another_language_is_allowed_where_the_viewers_is_spoken() -> None:
    line = "I think that this is what you all have been waiting for."
    assert gate_for(free=True).review(line).text == line
    assert gate_for("en").review(line).text == line


def test_a_language_that_nobody_taught_the_gate_is_not_judged() -> None:
    assert gate_for("fi").review("Hyvää iltaa kaikille, the show is on and we are here.").refusal is None


@pytest.mark.parametrize("package", ["planner.stage.canned", "planner.stage.rule_based"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_hardly_any_ready_line_would_be_held_back(language: str, package: str) -> None:
    gate = gate_for(language, heard="ciao come va? dimmi cosa ne pensi della live")
    present = {"it": "la tua rosa", "en": "your rose", "de": "deine Rose"}[language]
    lines = [line for topic in load_lines(package, f"lines_{language}.toml").values() for line in topic]
    sentences = [
        sentence
        for line in lines
        for sentence in split_sentences(fill(line, name="Anna", host="Viva", present=present))
    ]
    held_back = [sentence for sentence in sentences if gate.review(sentence).text != sentence]
    assert len(held_back) <= MOST_HELD_BACK * len(sentences), held_back
    # The classifier of statements judges by likeness; every other reason would be a mistake.
    assert {gate.review(sentence).refusal for sentence in held_back} <= {Refusal.UNFOUNDED}
