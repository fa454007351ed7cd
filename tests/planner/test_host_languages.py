"""A host is as complete in one language as in another."""

import re
import tomllib
from importlib.resources import files

import pytest

from chatsources.simulator.data import load as load_chat
from livesessions.shows.plan_templates import NAMES, plan_template
from moderation.defaults import POLICY_NAMES, default_blocklist, shipped_lexicon
from moderation.stage.moderator import Moderator
from planner.defaults import PERSONAS
from planner.presets import presets
from planner.stage.games.questions import shipped_questions
from planner.stage.language_detection import foreign_language
from planner.stage.lines import LANGUAGES, fill, load_lines
from planner.stage.rule_based.intents import recognise
from rehearsals.rehearsal.synthetic_model import SyntheticModel
from rehearsals.studio.chats import recorded_chat
from speech.defaults import DEFAULT_VOICES
from speech.runtime.voice_pool import MEASUREMENT_LINES
from speech.stage.text_normalization.normalizer import TextNormalizer
from tenants.models import Language

# Where lines lie: their package, and the beginning of their file's name.
BOOKS = (
    ("planner.stage.canned", "lines"),
    ("planner.stage.canned", "gifts"),
    ("planner.stage.rule_based", "lines"),
    ("planner.stage.serious", "lines"),
    ("planner.stage.games", "lines"),
    ("planner.stage.games", "phrases"),
    ("planner.stage", "show_lines"),
    ("planner.stage.talking_points", "lines"),
)
SPOKEN = [book for book in BOOKS if book[1] not in ("gifts", "phrases")]
OTHERS = [language for language in LANGUAGES if language != "it"]
WORDS = {
    "name": "Anna",
    "host": "Viva",
    "present": "deine fünf Rosen",
    "question": "Wie heißt die Hauptstadt von Japan?",
    "answer": "Tokio",
    "hint": "es fängt mit T an und hat 5 Buchstaben",
    "points": "10",
    "options": "1, Pizza; 2, Nudeln",
    "winner": "Pizza",
    "winners": "Pizza und Nudeln",
    "shares": "Pizza 60 Prozent",
    "ranking": "Anna mit 20 Punkten",
    "point": "das Wetter",
}
POLITE = re.compile(r"\b(?:Sie|Ihnen|Ihre[nmrs]?)\b")
ENGLISH = re.compile(
    r"\b(?:the|and|you|your|with|thanks?|please|hello|welcome|follower?s? me|let's|for|gift|share|song)\b",
    re.IGNORECASE,
)

GERMAN_PHRASINGS = """
moin | greeting
servus zusammen | greeting
grüß euch | greeting
gruess gott | greeting
grüezi mitenand | greeting
tach auch | greeting
hallöchen | greeting
nabend | greeting
na ihr | greeting
wie gehts dir? | how_are_you
wie geht's | how_are_you
na wie isses | how_are_you
und, alles klar bei dir? | how_are_you
was machste so? | how_are_you
bist du ein roboter? | host_kind
biste ne ki oder was | host_kind
is das ne ki | host_kind
biste echt oder fake? | host_kind
bisch du en mensch | host_kind
wie heißt du | host_name
wie heisst du denn | host_name
wie heißtn du | host_name
wer bist du eigentlich | host_name
wie alt bist du | host_life
wo wohnst du? | host_life
haste nen freund? | host_life
schlaefst du nie? | host_life
hörst du mich? | hear_me
hoerst du mich | hear_me
kannste mich hören | hear_me
wann ist der nächste stream | schedule
wann is der naechste stream | schedule
wie lange bist du noch live? | schedule
bist du schon lange live | uptime
wie spät ist es | clock
wie spaet isses | clock
wie viele leute sind hier | viewers
wer steckt da dahinter | creator
was kostet das | price
was koschtet des | price
wo gibts das zu kaufen | price
gibts nen rabattcode? | price
erzähl mal nen witz | joke
erzaehl nen witz | joke
sag mal was nettes | nice
sing was | sing
welches lied ist das | music
mach mal lauter | sound
wollen wir was spielen | game
grüß mich mal | shoutout
gruess mich mal | shoutout
kannst du meine mama grüßen? | shoutout
folgst du mir zurück? | follow_back
ich schick dir ne rose | gifts
gute nacht | goodnight
ich geh schlafen | goodnight
tschüssi | bye
tschuess | bye
muss los | bye
pfiat euch | bye
schönen abend noch | bye
bin heute traurig | sad
mir gehts nich gut | sad
so langweilig hier | bored
bin neu hier | new_here
worum gehts hier | topic
sprichst du englisch | language
ich komme aus köln | where_from
gruesse aus der schweiz | where_from
ich hab dich lieb | love
du bist so lustig | compliment
du bist echt cool | compliment
schöne stimme | compliment
schoene stimme | compliment
danke dir | thanks
ich lach mich weg | laugh
hab hunger | food
es regnet hier | weather
morgen klausur | good_luck
mein hund bellt | pets
hund oder katze? | choice
was ist besser, kino oder couch? | choice
was ist deine lieblingsfarbe | taste
magst du regen? | taste
prüfung bestanden! | success
nee | disagree
stimmt nich | disagree
glaub i net | disagree
ja genau | agree
isso | agree
darf ich dich was fragen | ask
warum ist der himmel blau | question
wie geht es weiter? | question
was denkst du über politik | sensitive
will nicht mehr leben | distress
halt die klappe | insult
hast du insta | contact
heute hab ich geburtstag | birthday
ich hab heute die reifen gewechselt | comment
""".strip().splitlines()


@pytest.mark.parametrize(("package", "book"), BOOKS)
@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_as_many_lines_on_each_topic_as_italian(
    language: str, package: str, book: str
) -> None:
    italian, other = (load_lines(package, f"{book}_{each}.toml") for each in ("it", language))
    assert {topic: len(lines) for topic, lines in other.items()} == {
        topic: len(lines) for topic, lines in italian.items()
    }


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_recognises_the_topics_that_italian_does(language: str) -> None:
    package = "planner.stage.intents"
    assert set(load_lines(package, f"patterns_{language}.toml")) == set(
        load_lines(package, "patterns_it.toml")
    )


@pytest.mark.parametrize("language", Language.values)
def test_whatever_a_show_needs_is_there_in_each_language(language: str) -> None:
    assert language in LANGUAGES
    assert PERSONAS[language].language == language
    assert POLICY_NAMES[language]
    assert len(default_blocklist(language)) > 25
    assert len([preset for preset in presets() if preset.language == language]) == 6
    assert len(shipped_questions(language)) >= 130
    assert len(recorded_chat(language)) >= 40
    assert MEASUREMENT_LINES[language]
    assert SyntheticModel(seed=1, language=language)
    for name in NAMES:
        assert [segment["duration_s"] for segment in plan_template(name, language)] == [
            segment["duration_s"] for segment in plan_template(name, "it")
        ]


@pytest.mark.parametrize("provider", DEFAULT_VOICES)
@pytest.mark.parametrize("language", Language.values)
def test_each_language_has_a_voice_at_each_provider(language: str, provider: str) -> None:
    assert DEFAULT_VOICES[provider][language].language == language


@pytest.mark.parametrize("language", OTHERS)
def test_the_simulated_chat_is_as_large_as_the_italian_one(language: str) -> None:
    italian, other = (load_chat(f"lines_{each}.toml") for each in ("it", language))
    assert {topic: len(lines) for topic, lines in other.items()} == {
        topic: len(lines) for topic, lines in italian.items()
    }
    assert load_chat(f"cast_{language}.toml").keys() == load_chat("cast_it.toml").keys()


@pytest.mark.parametrize("phrasing", GERMAN_PHRASINGS)
def test_a_german_comment_is_understood_in_dialect_and_without_umlauts(phrasing: str) -> None:
    text, _, intent = phrasing.partition(" | ")
    assert recognise(text.strip(), "de") == intent


@pytest.mark.parametrize(("package", "book"), SPOKEN)
def test_german_lines_say_du_pass_the_gate_and_can_be_read_out(package: str, book: str) -> None:
    gate = Moderator(default_blocklist("de"), shipped=shipped_lexicon(), safe_mode=True)
    normalizer = TextNormalizer("de")
    for lines in load_lines(package, f"{book}_de.toml").values():
        for line in lines:
            spoken = fill(line, **WORDS)
            assert not POLITE.search(spoken), spoken
            assert not ENGLISH.search(spoken), spoken
            assert foreign_language(spoken, "de") == "", spoken
            assert gate.review(spoken).reasons == (), spoken
            assert not re.search(r"\d|[{}<>/]", normalizer.normalize(spoken)), spoken


def test_german_texts_for_creators_say_du_too() -> None:
    texts = [PERSONAS["de"].system_prompt]
    texts += [preset.prompt for preset in presets() if preset.language == "de"]
    plans = files("livesessions.shows.plan_templates").joinpath("de.toml").read_text(encoding="utf-8")
    texts += [segment["title"] for segments in tomllib.loads(plans).values() for segment in segments]
    assert [text for text in texts if POLITE.search(text)] == []
