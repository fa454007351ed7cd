from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from speech.catalogue import PICO_LABELS, voices_of
from speech.defaults import DEFAULT_VOICES
from speech.errors import LineRefused
from speech.providers.embedded.pico_engine import SAMPLE_RATE_HZ
from speech.providers.pico import MAX_CHARACTERS, PicoSynthesizer
from speech.providers.pico_characters import CHARACTERS
from speech.stage.level import Level
from speech.stage.ports import VoiceSpec
from speech.stage.sound.loudness import TARGET_LUFS
from speech.stage.speaker import Speaker
from tests.overlay.proof import loudness_lufs
from tests.speech.listening import duration_s, heard, loudness, pcm_of, samples_of

pytestmark = pytest.mark.processes

ITALIAN = DEFAULT_VOICES["pico"]["it"]
ENGLISH = DEFAULT_VOICES["pico"]["en"]
GERMAN = VoiceSpec("", "de")
SENTENCE = "Che bella domanda, te lo racconto subito: oggi parliamo di viaggi e di cucina."


@pytest_asyncio.fixture
async def pico() -> AsyncGenerator[PicoSynthesizer, None]:
    """One helper, so that every line of a test goes through the same process."""
    synthesizer = PicoSynthesizer(pool_size=1)
    yield synthesizer
    await synthesizer.aclose()


async def seconds_of(pico: PicoSynthesizer, text: str, voice: VoiceSpec = ITALIAN) -> float:
    return duration_s(await heard(pico.synthesize(text, voice)))


@pytest.mark.parametrize("voice", [ITALIAN, ENGLISH, GERMAN, VoiceSpec("", "fr"), VoiceSpec("", "es")])
async def test_a_sentence_is_heard_and_takes_as_long_as_a_person_would(
    pico: PicoSynthesizer, voice: VoiceSpec
) -> None:
    chunks = await heard(pico.synthesize(SENTENCE, voice))
    assert loudness(pcm_of(chunks)) > 500
    assert 3 < duration_s(chunks) < 9
    assert {chunk.sample_rate_hz for chunk in chunks} == {SAMPLE_RATE_HZ}


@pytest.mark.parametrize("voice", [ITALIAN, ENGLISH, GERMAN])
async def test_a_mastered_line_is_at_the_target_and_does_not_clip(
    pico: PicoSynthesizer, voice: VoiceSpec
) -> None:
    level = Level()
    speaker = Speaker(pico, voice, level=level)
    await heard(speaker.speak(SENTENCE))
    line = await heard(speaker.speak(SENTENCE))
    assert loudness_lufs(samples_of(line), line[0].sample_rate_hz) == pytest.approx(TARGET_LUFS, abs=1.0)
    assert max(abs(samples_of(await heard(pico.synthesize(SENTENCE, voice))))) < 0.98


async def test_the_same_line_sounds_the_same_every_time_whatever_came_between(pico: PicoSynthesizer) -> None:
    once = pcm_of(await heard(pico.synthesize(SENTENCE, ITALIAN)))
    await heard(pico.synthesize("Etwas ganz anderes!", GERMAN))
    await heard(pico.synthesize("Più in fretta!", VoiceSpec("kiki", "it", speed=2.0)))
    again = pcm_of(await heard(pico.synthesize(SENTENCE, ITALIAN)))
    assert len(again) == pytest.approx(len(once), rel=0.01)
    assert loudness(again) == pytest.approx(loudness(once), rel=0.02)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 1.6, 2.0])
async def test_speed_is_about_what_was_asked_for(pico: PicoSynthesizer, speed: float) -> None:
    text = "Ciao a tutti e benvenuti nella diretta di questa sera"
    natural = await seconds_of(pico, text)
    assert await seconds_of(pico, text, VoiceSpec("", "it", speed=speed)) == pytest.approx(
        natural / speed, rel=0.15
    )


async def test_pitch_and_characters_change_the_sound(pico: PicoSynthesizer) -> None:
    voices = [VoiceSpec("", "it", pitch=pitch) for pitch in (-1.0, 0.0, 1.0)]
    voices += [VoiceSpec(each.voice_id, "it") for each in CHARACTERS[1:] if each.speaks("it")]
    voices += [VoiceSpec(name, "en") for name in ("clara", "emma")]
    sounds = {pcm_of(await heard(pico.synthesize("ciao a tutti", voice))) for voice in voices}
    assert len(sounds) == len(voices)


async def test_extremes_of_speed_and_pitch_still_speak(pico: PicoSynthesizer) -> None:
    for voice in (
        VoiceSpec("kiki", "it", speed=0.0, pitch=-9.0),
        VoiceSpec("bruno", "it", speed=99.0, pitch=9.0),
    ):
        assert await seconds_of(pico, "ciao a tutti", voice) > 0.2


@pytest.mark.parametrize("language", ["it-IT", "it_it", "en-GB", "en-US", "es", "de", "fr-CA", "IT"])
async def test_a_regional_tag_falls_back_to_its_language(pico: PicoSynthesizer, language: str) -> None:
    assert await seconds_of(pico, "uno due tre", VoiceSpec("", language)) > 0.3


@pytest.mark.parametrize("language", ["xx", "pt", "../it", "", "ita"])
async def test_a_language_that_pico_does_not_speak_is_refused(pico: PicoSynthesizer, language: str) -> None:
    with pytest.raises(LineRefused):
        await heard(pico.synthesize("ciao", VoiceSpec("", language)))


async def test_a_character_that_does_not_exist_is_the_default_one(pico: PicoSynthesizer) -> None:
    natural = await seconds_of(pico, SENTENCE)
    for voice_id in "nobody", "f3", "../../etc", "emma":
        assert await seconds_of(pico, SENTENCE, VoiceSpec(voice_id, "it")) == pytest.approx(natural, abs=0.1)


async def test_no_markup_is_obeyed(pico: PicoSynthesizer) -> None:
    plain = await seconds_of(pico, "ciao a tutti")
    for markup in (
        "<pause time='9000ms'/>",
        '<speed level="20">',
        "<ignore>",
        "<pause time=9000 >",
        "<silence>",
    ):
        assert plain < await seconds_of(pico, f"ciao {markup} a tutti") < 8


@pytest.mark.parametrize("text", ["Привет всем", "مرحبا بكم في البث", "大家好", "ไทย", "שלום לכולם"])
async def test_a_text_in_another_script_is_a_fault_of_the_line_alone(
    pico: PicoSynthesizer, text: str
) -> None:
    with pytest.raises(LineRefused) as fault:
        await heard(pico.synthesize(text, ITALIAN))
    assert not fault.value.permanent


@pytest.mark.parametrize(
    "text",
    [
        "ciao\x00 nascosto",
        "a" * 10_000,
        "è" * 400,
        "9" * 10_000,
        "ciao " * 2_000,
        "wow " + "!?" * 300,
        "'" * 400 + "ciao",
        "Z̸̧͎̓a̷͉̔l̵̯̈g̷̯̈o̶̦͝ " * 20,
        "".join(map(chr, range(1, 128))),
        "\ud83d\ude00 \udfff testo",
        "%s%n%x $(id) `id` ' OR 1=1 --",
        "[[[[[[<speak><voice name='x'>&#0;&lt;",
        "a" + "\u0301" * 900,
        "bcdfghjklmnpqrstvwxz" * 40,
    ],
)
async def test_a_hostile_text_neither_breaks_nor_stalls_the_voice(pico: PicoSynthesizer, text: str) -> None:
    await pico.warm_up()
    pids = pico.helper_pids
    assert 0.1 < await seconds_of(pico, text) <= 120
    assert await seconds_of(pico, "ciao a tutti") > 0.3
    assert pico.helper_pids == pids


async def test_marks_without_end_take_no_longer_than_one(pico: PicoSynthesizer) -> None:
    assert await seconds_of(pico, "wow " + "!?" * 200) < 2


async def test_a_text_without_words_is_silence(pico: PicoSynthesizer) -> None:
    assert await heard(pico.synthesize("😂 !!! \x00", ITALIAN)) == []


async def test_a_long_text_is_cut_to_the_limit(pico: PicoSynthesizer) -> None:
    within = "ciao " * (MAX_CHARACTERS // 5)
    assert await seconds_of(pico, within + within) == pytest.approx(await seconds_of(pico, within), abs=0.5)


def test_characters_are_listed_for_their_languages_by_name() -> None:
    assert {each.voice_id for each in CHARACTERS} == set(PICO_LABELS)
    italian = [voice.voice_id for voice in voices_of("pico", "it", None)]
    assert italian == ["clara", "luna", "vera", "leo", "bruno", "kiki"]
    assert {"emma", "arthur"} == {voice.voice_id for voice in voices_of("pico", "en", None)} - set(italian)
